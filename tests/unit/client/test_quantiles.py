"""Medians over the pooled rows of two parts, asked step by step."""

import random
from collections.abc import Generator
from decimal import Decimal
from pathlib import Path
from statistics import median

import pytest

from accord.client.progress import Stage, Step
from accord.client.quantiles import QuantileResult, refine
from accord.client.result import Result
from accord.domain.errors import RefusalError
from accord.query.dates import date_text, parse_date
from accord.query.quantile import parse_quantile
from tests.suites.memory_source import Row
from tests.suites.pooled_answer import pooled_answer
from tests.unit.client.asked_question import asked_question
from tests.unit.query.dated import VISITS

STEP = Step("north", Stage.RECORDED, "north#1")


def made_rows(number: int, name: str) -> list[Row]:
    draw = random.Random(name)  # noqa: S311 - the same rows each time
    return [
        {
            **dict.fromkeys(column.name for column in VISITS.columns),
            "person": f"{name}{person}",
            "age": str(draw.randint(20, 60)),
            "origin": "South",
            "wages": None if person % 10 == 0 else f"{draw.lognormvariate(6, 0.5):.2f}",
            "loose": "0",
            "came": date_text(parse_date("2023-01-01") + draw.randint(0, 300)),
            "cutoff": "2023-12-31",
        }
        for person in range(number)
    ]


def asked(sql: str, parts: list[list[Row]], precision: Decimal | int = 0) -> QuantileResult:
    def ask(step: str) -> Generator[Step, None, Result]:
        yield STEP
        plan, answer = pooled_answer(step, VISITS, parts)
        return Result(asked_question(step), answer, b"bundle", 7, (STEP,), plan, VISITS)

    quantile = parse_quantile(sql, {"visits": VISITS})
    assert quantile is not None
    steps = refine(quantile, precision, ask)
    while True:
        try:
            assert next(steps) is STEP
        except StopIteration as end:
            found: QuantileResult = end.value
            return found


PARTS = [made_rows(900, "north"), made_rows(700, "south")]


def test_the_median_of_all_parts_lies_within_the_error_bound() -> None:
    found = asked("SELECT MEDIAN(wages) FROM visits WHERE age < 50", PARTS)
    values = [
        Decimal(row["wages"])
        for part in PARTS
        for row in part
        if row["wages"] is not None and int(row["age"] or 0) < 50
    ]

    ((estimate, smallest, largest, error),) = found.numbers
    assert isinstance(estimate, Decimal)
    assert isinstance(smallest, Decimal)
    assert isinstance(largest, Decimal)
    assert isinstance(error, Decimal)
    assert smallest <= median(values) <= largest
    assert abs(estimate - median(values)) <= error < 30
    assert found.columns == (
        "MEDIAN(wages)",
        "MEDIAN(wages) smallest",
        "MEDIAN(wages) largest",
        "MEDIAN(wages) error",
    )
    assert found.answer.n[0] is not None
    assert found.answer.n[0] >= 10
    assert found.withheld == (False,)


def test_every_step_is_an_answer_of_its_own() -> None:
    found = asked("SELECT QUANTILE_CONT(wages, 0.25) FROM visits", PARTS)

    first, *later = found.results
    assert first.question.sql == "SELECT COUNT(wages) AS n FROM visits"
    assert len(later) >= 2
    assert all("BIN(wages," in result.question.sql for result in later)
    assert found.question is found.results[-1].question


def test_a_coarse_answer_takes_fewer_questions() -> None:
    fine, coarse = (asked("SELECT MEDIAN(wages) FROM visits", PARTS, one) for one in (0, 200))

    assert len(coarse.results) < len(fine.results)
    error = coarse.numbers[0][3]
    assert isinstance(error, Decimal)
    assert error <= 200


def test_the_median_of_dates_is_a_date() -> None:
    found = asked("SELECT MEDIAN(came) FROM visits", PARTS)
    truth = median(parse_date(row["came"] or "") for part in PARTS for row in part)

    ((middle, smallest, largest, error),) = found.rows
    assert parse_date(str(smallest)) <= truth <= parse_date(str(largest))
    assert abs(parse_date(str(middle)) - truth) <= int(error or 0)
    assert found.numbers[0][:3] == (middle, smallest, largest)
    assert found.units[3] == "days"


def test_few_rows_give_the_whole_range_and_fewer_none() -> None:
    some = asked("SELECT MEDIAN(wages) FROM visits", [made_rows(20, "a"), made_rows(20, "b")])

    assert some.rows == (("2500.000", "0.00", "5000.00", "2500.000"),)
    with pytest.raises(RefusalError) as caught:
        asked("SELECT MEDIAN(wages) FROM visits", [made_rows(3, "a"), made_rows(3, "b")])
    assert caught.value.code == "E-SQL-070"


def test_saving_writes_the_bundle_of_every_step(tmp_path: Path) -> None:
    found = asked("SELECT MEDIAN(wages) FROM visits", PARTS, 1000)

    last = found.save(tmp_path / "median.accord")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"median-{number}.accord" for number in range(1, len(found.results) + 1)]
    assert last.name == names[-1]
