"""Every example of docs/questions.md does what the page says."""

import random
import re
from collections.abc import Generator
from fractions import Fraction
from functools import cache
from pathlib import Path

import duckdb
import pytest

from accord.client.progress import Step
from accord.client.quantiles import refine
from accord.client.result import Result
from accord.domain.catalogue import ColumnType, Table
from accord.domain.errors import AccordError, explain
from accord.node.sources.description import parse_description
from accord.query.compile import compile_question
from accord.query.dates import date_text, parse_date
from accord.query.quantile import parse_quantile
from tests.suites.memory_source import Row
from tests.suites.pooled_answer import pooled_answer
from tests.unit.client.asked_question import asked_question
from tests.unit.query.tables import column

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
DEMO = ROOT / "clients" / "accord" / "cli" / "demo_data"
EXAMPLES = re.findall(r"^```sql ?(.*)\n((?:.*\n)*?)```$", PAGE, re.MULTILINE)
ROWS_OF_PART = 600
OFFICES = ("tax_north", "tax_central", "tax_south")
FIRST_DAY, LAST_DAY = parse_date("2023-07-01"), parse_date("2024-12-31")
WARDS, ORIGINS = ("A1", "A2", "B1"), ("Old town", "New town", "Village")
VISITS = Table(
    version=1,
    name="visits",
    key="person",
    parts=("east", "west"),
    max_rows=2**10,
    columns=(
        column("person", ColumnType.TEXT),
        column("ward", ColumnType.TEXT, domain=WARDS),
        column("origin", ColumnType.TEXT, domain=ORIGINS, nulls=True),
        column("came", ColumnType.DATE, minimum=FIRST_DAY, maximum=LAST_DAY),
        column("went", ColumnType.DATE, minimum=FIRST_DAY, maximum=LAST_DAY + 60, nulls=True),
        column(
            "stay", ColumnType.INTEGER, minimum=0, maximum=60, nulls=True, bins=("0", "3", "14")
        ),
    ),
    title_en="",
    title_zh="",
)


@cache
def income() -> Table:
    text = (DEMO / "income-tax_north.toml").read_text(encoding="utf-8")
    return parse_description(text, DEMO).table


@cache
def parts(table: str) -> tuple[tuple[Row, ...], ...]:
    if table == "visits":
        return tuple(tuple(visits(name)) for name in VISITS.parts)
    return tuple(tuple(tax_returns(office)) for office in OFFICES)


def tax_returns(office: str) -> list[Row]:
    file = DEMO / f"income-{office}.parquet"
    query = f"SELECT * FROM '{file}' ORDER BY hash(person) LIMIT {ROWS_OF_PART}"
    found = duckdb.execute(query)
    names = [item[0] for item in found.description or ()]
    return [dict(zip(names, map(str, row), strict=True)) for row in found.fetchall()]


def visits(part: str) -> list[Row]:
    draw = random.Random(part)  # noqa: S311 - the same rows each time
    return [visit(draw, f"{part}{number}") for number in range(ROWS_OF_PART)]


def visit(draw: random.Random, person: str) -> Row:
    came, stay = draw.randint(FIRST_DAY, LAST_DAY), draw.choice([None, *range(1, 40)])
    return {
        "person": person,
        "ward": draw.choice(WARDS),
        "origin": draw.choice([None, *ORIGINS]),
        "came": date_text(came),
        "went": None if stay is None else date_text(came + stay),
        "stay": None if stay is None else str(stay),
    }


def table_of(sql: str) -> Table:
    return VISITS if "FROM visits" in sql else income()


def examples(kind: str) -> list[tuple[str, str]]:
    chosen = [(info, sql.strip()) for info, sql in EXAMPLES if info.split(" ")[0] == kind]
    assert chosen, kind
    return chosen


def test_every_example_is_of_a_known_kind() -> None:
    assert {info.split(" ")[0] for info, _ in EXAMPLES} == {"", "refused", "refined"}
    assert PAGE.count("```sql") == len(EXAMPLES)


@pytest.mark.parametrize("sql", [sql for _, sql in examples("")])
def test_answered_examples_have_an_answer(sql: str) -> None:
    table = table_of(sql)
    plan, answer = pooled_answer(sql, table, parts(table.name))

    assert answer.columns == tuple(output.name for output in plan.outputs)
    assert any(count is not None for count in answer.n)


@pytest.mark.parametrize(("info", "sql"), examples("refused"))
def test_refused_examples_say_why(info: str, sql: str) -> None:
    tables = {"income": income(), "visits": VISITS}
    with pytest.raises(AccordError) as caught:
        read(sql, tables)

    assert caught.value.code == info.split(" ")[1]
    assert "{" not in explain(caught.value).can


def read(sql: str, tables: dict[str, Table]) -> object:
    return parse_quantile(sql, tables) or compile_question(sql, tables)


@pytest.mark.parametrize("sql", [sql for _, sql in examples("refined")])
def test_refined_examples_narrow_the_quantile(sql: str) -> None:
    table = table_of(sql)
    quantile = parse_quantile(sql, {table.name: table})
    assert quantile is not None

    def ask(step: str) -> Generator[Step, None, Result]:
        yield from ()
        plan, answer = pooled_answer(step, table, parts(table.name))
        return Result(asked_question(step), answer, b"", 7, (), plan, table)

    with pytest.raises(StopIteration) as end:
        next(refine(quantile, 0, ask))

    found = end.value.value
    assert len(found.results) > 1
    assert Fraction(found.rows[0][3] or 0) < quantile.whole().error / 10
