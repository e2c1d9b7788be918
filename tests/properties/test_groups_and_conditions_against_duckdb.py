"""Functions of one column, in GROUP BY and WHERE, say what DuckDB says of every row."""

import random
from functools import cache

import duckdb
import pytest

from accord.domain.catalogue import ColumnType
from accord.query.dates import date_text
from accord.query.derived import reaches_of
from accord.query.numbers import decimal_text
from tests.suites.memory_source import Row
from tests.suites.pooled_answer import pooled_answer
from tests.unit.query.dated import VISITS

ROWS = 500
TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.DECIMAL: "DECIMAL(18, 2)",
    ColumnType.DATE: "DATE",
}
GROUPS = [
    "FLOOR(age / 7)",
    "FLOOR(age / 7) * 7 + 1",
    "FLOOR(depth / 10)",
    "FLOOR(depth)",
    "CEIL(depth / 10)",
    "FLOOR((depth + 3) * 0.25)",
    "FLOOR(wages * 0.01)",
    "CEIL(wages / 1000)",
    "depth // 7",
    "(age // 10) * 10",
    "YEAR(came)",
    "EXTRACT(month FROM left_on)",
    "date_part('quarter', came)",
    "QUARTER(left_on)",
    "isodow(came)",
    "day(came)",
    "CAST(date_trunc('week', came) AS DATE)",
    "CAST(date_trunc('month', left_on) AS DATE)",
    "CAST(date_trunc('quarter', cutoff) AS DATE)",
    "UPPER(region)",
    "SUBSTR(LOWER(region), 1, 5)",
    "RIGHT(origin, 2) || '!'",
    "class",
    "cutoff",
    "CASE WHEN depth < 0 THEN 'low' WHEN depth < 5 THEN 'mid' WHEN depth > 20 THEN 'low' END",
    "CASE WHEN region = origin THEN 'home' ELSE 'away' END",
    "IF(left_on > came + 100, 'long', 'short')",
]
CONDITIONS = [
    "came >= DATE '2023-06-30' - INTERVAL 3 MONTH AND came < '2024-01-01'",
    "left_on = came + 5 OR left_on - came BETWEEN 50 AND 90",
    "NOT (left_on > DATE '2023-12-31' + 14)",
    "YEAR(left_on) = 2023 AND MONTH(came) <> 3",
    "date_trunc('month', came) >= DATE '2023-05-17'",
    "dayofweek(came) IN (0, 6)",
    "depth = age OR depth * 2 > age - 30",
    "NOT (depth < age)",
    "-depth < 3.5",
    "wages > age * 40.5 AND wages / 8 < 500",
    "wages >= 1000 / 3",
    "region = origin",
    "NOT (region = origin)",
    "region <> origin OR region IS NULL",
    "region IS DISTINCT FROM origin",
    "region IS NOT DISTINCT FROM origin",
    "depth IS NOT DISTINCT FROM age",
    "region LIKE 'N%' OR region NOT ILIKE '%TH'",
    "UPPER(region) IN ('NORTH', 'SOUTH')",
    "NOT starts_with(region, 'No')",
    "FLOOR(depth / 10) <> 1",
    "NOT (FLOOR(depth / 10) IN (-1, 0))",
    "(depth > 3) IS NOT TRUE AND (wages > 100) IS NOT NULL",
    "(depth > 3) IS FALSE OR (depth > 3) IS NULL AND class IS NULL",
    "depth + wages IS NULL",
    "class IN (1, 7) OR depth IN (1.5, 2)",
]


def value(draw: random.Random, name: str) -> str | None:
    column = VISITS.column(name)
    assert column is not None
    if column.nulls and draw.random() < 0.2:
        return None
    if column.domain:
        return draw.choice(column.domain)
    reach = reaches_of(VISITS).get(name)
    if reach is None:
        return "0" if column.type is ColumnType.INTEGER else "x"
    number = draw.choice([reach.low, reach.high, *(draw.randint(reach.low, reach.high),) * 8])
    if column.type is ColumnType.DATE:
        return date_text(number)
    return decimal_text(number, column.scale)


@cache
def rows() -> tuple[Row, ...]:
    draw = random.Random("visits")  # noqa: S311 - the same rows each time
    names = [column.name for column in VISITS.columns]
    return tuple(
        {**{name: value(draw, name) for name in names}, "person": str(number)}
        for number in range(ROWS)
    )


@cache
def pooled() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    columns = ", ".join(f"{column.name} {TYPES[column.type]}" for column in VISITS.columns)
    connection.execute(f"CREATE TABLE visits ({columns})")
    places = ", ".join("?" for _ in VISITS.columns)
    values = [[row[column.name] for column in VISITS.columns] for row in rows()]
    connection.executemany(f"INSERT INTO visits VALUES ({places})", values)
    return connection


def written(label: object) -> str | None:
    """A negative zero, which DuckDB's CEIL gives of -0.5, is no value of its own."""
    return None if label is None else str(label).replace("-0.0", "0.0")


@pytest.mark.parametrize("item", GROUPS)
def test_groups_are_those_of_duckdb(item: str) -> None:
    found = pooled().execute(f"SELECT {item}, COUNT(*) FROM visits GROUP BY 1").fetchall()
    truth = {written(label): str(count) for label, count in found}
    asked = item.removeprefix("CAST(").removesuffix(" AS DATE)")

    _, answer = pooled_answer(
        f"SELECT {asked}, COUNT(*) FROM visits GROUP BY 1",
        VISITS,
        [rows()[:200], rows()[200:]],
        minimum=1,
    )
    shown = {row[0]: row[1] for row in answer.rows if row[1] != "withheld"}
    assert shown == truth


@pytest.mark.parametrize("where", CONDITIONS)
def test_conditions_are_those_of_duckdb(where: str) -> None:
    (truth,) = pooled().execute(f"SELECT COUNT(*) FROM visits WHERE {where}").fetchone() or ()

    _, answer = pooled_answer(
        f"SELECT COUNT(*) FROM visits WHERE {where}",
        VISITS,
        [rows()[:200], rows()[200:]],
        minimum=1,
    )
    assert 0 < truth < ROWS
    assert answer.rows == ((str(truth),),)
