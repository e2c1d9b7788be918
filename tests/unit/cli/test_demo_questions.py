"""The demo's comparison with all rows in one place: the truth agrees, nothing else."""

from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

import duckdb
import pytest

from accord.cli.demo import _check_agreement
from accord.cli.demo_questions import QUESTIONS, compare
from accord.cli.results import AskedResult
from accord.domain.answer import WITHHELD, Answer
from accord.domain.errors import FaultError
from accord.query.plan import Group
from accord.query.plan_answer import Function, Label
from accord.verify.report import Report
from tests.unit.client.scripted_node import TABLE, question
from tests.unit.query.plans import Builder

_MADE = Builder(TABLE)
_COUNT = _MADE.aggregate(Function.COUNT)
_MEAN = _MADE.aggregate(Function.AVG, "wages")
_VARIANCE = _MADE.aggregate(Function.VAR_SAMP, "wages")
_REGION = Group("region", ("region",), ("1", "2"), (1, 2))
_PLANS = {
    "mean": _MADE.plan(Label(0), _COUNT, _MEAN, groups=(_REGION,)),
    "variance": _MADE.plan(_COUNT, _MEAN, _VARIANCE),
}


@pytest.fixture(scope="module")
def parts() -> list[Path]:
    with as_file(files("accord.cli").joinpath("demo_data")) as folder:
        return sorted(folder.glob("income-*.parquet"))


def _true_result(name: str, parts: list[Path]) -> AskedResult:
    sql = next(question.sql for question in QUESTIONS if question.name == name)
    with duckdb.connect() as connection:
        names = [str(part) for part in parts]
        connection.execute(f"CREATE VIEW income AS SELECT * FROM read_parquet({names})")
        rows = connection.execute(sql).fetchall()
    texts = tuple(tuple(str(value) for value in row) for row in rows)
    plan = _PLANS[name]
    names, units = zip(*((output.name, output.unit) for output in plan.outputs), strict=True)
    answer = Answer(names, units, texts, (10,) * len(texts), 0)
    return AskedResult(question(sql=sql), plan, answer, (), 7, None, Report((), None))


def _with_row(result: AskedResult, place: int, row: tuple[str, ...]) -> AskedResult:
    rows = list(result.answer.rows)
    rows[place] = row
    return replace(result, answer=replace(result.answer, rows=tuple(rows)))


@pytest.mark.parametrize("name", ["mean", "variance"])
def test_the_true_answer_agrees(name: str, parts: list[Path]):
    comparison = compare(_true_result(name, parts), parts)

    assert comparison.agrees
    assert comparison.largest < 1e-12
    assert comparison.withheld == 0


def test_the_first_question_covers_all_regions_and_some_are_small(parts: list[Path]):
    counts = [int(row[1] or 0) for row in _true_result("mean", parts).answer.rows]

    assert len(counts) == 51
    assert 1 <= sum(count < 10 for count in counts) <= 6


@pytest.mark.parametrize("changed", ["count", "mean"])
def test_one_count_or_one_part_in_a_million_is_seen(changed: str, parts: list[Path]):
    result = _true_result("variance", parts)
    count, mean, variance = (value or "" for value in result.answer.rows[0])
    wrong = (
        (str(int(count) + 1), mean, variance)
        if changed == "count"
        else (count, str(float(mean) * (1 + 1e-6)), variance)
    )

    comparison = compare(_with_row(result, 0, wrong), parts)

    assert not comparison.agrees
    with pytest.raises(FaultError) as caught:
        _check_agreement([comparison])
    assert caught.value.code == "E-CLI-011"


def test_withheld_groups_are_counted_with_what_they_hold(parts: list[Path]):
    result = _true_result("mean", parts)
    region, count, _ = (value or "" for value in result.answer.rows[3])

    comparison = compare(_with_row(result, 3, (region, WITHHELD, WITHHELD)), parts)

    assert comparison.agrees
    assert (comparison.released, comparison.withheld_counts) == (50, (int(count),))


def test_a_group_that_no_row_is_in_must_not_be_released(parts: list[Path]):
    result = _true_result("mean", parts)

    assert not compare(_with_row(result, 0, ("3", "10", "1.0")), parts).agrees
