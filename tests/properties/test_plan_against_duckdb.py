"""Parts measured apart and added give what DuckDB says over the pooled table."""

import csv
import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from hypothesis import given, settings

from accord.domain.answer import CellMoments
from accord.domain.catalogue import Column, ColumnType, Table
from accord.node.sources.datafile import file_digest
from accord.node.sources.description import Source
from accord.node.sources.duckdb import DuckDBSource
from accord.query.compile import check_compiled, compile_question
from accord.query.finish import exact, finish
from accord.query.plan import Extract, Function, Plan
from tests.properties.worlds import Row, World, worlds
from tests.suites.memory_source import MemorySource
from tests.suites.permit import permit_for_tests

TOLERANCE = 1e-9  # relative: DuckDB computes means and variances in doubles


@given(world=worlds())
@settings(max_examples=150)
def test_naive_sums_of_the_parts_are_the_pooled_answer(world: World) -> None:
    """Over many questions with the reference implementation."""
    plan = compile_question(world.sql, {"t": world.table})
    extracts = []
    for part in world.parts:
        source = MemorySource(part)
        extracts.append(
            source.measure(plan, permit_for_tests(), table=world.table, expected=source.digest())
        )

    check_compiled(plan, world.sql, world.table)
    assert_answers(plan, added(extracts), world)


@given(world=worlds())
@settings(max_examples=30)
def test_pushed_down_sums_are_the_naive_ones(world: World) -> None:
    plan = compile_question(world.sql, {"t": world.table})
    with TemporaryDirectory() as folder:
        for number, part in enumerate(world.parts):
            path = Path(folder, f"{number}.csv")
            write_csv(path, part, world.table)
            pushed = DuckDBSource(Source(path, {})).measure(
                plan, permit_for_tests(), table=world.table, expected=file_digest(path)
            )
            naive = MemorySource(part)
            expected = naive.measure(
                plan, permit_for_tests(), table=world.table, expected=naive.digest()
            )

            assert pushed == expected


def assert_answers(plan: Plan, extract: Extract, world: World) -> None:
    moments = [CellMoments(cell, sums) for cell, sums in enumerate(extract.moments)]
    answer, fractions = finish(plan, moments), exact(plan, moments)
    groups = [output.name for output in plan.outputs if output.function is Function.GROUP]
    truth = pooled(world, len(groups))

    for cell, row in enumerate(answer.rows):
        expected = truth.pop(row[: len(groups)], None)
        if expected is None:  # a group without rows: DuckDB does not show it
            assert row[len(groups)] == "0"
            continue
        for index in range(len(groups), len(row)):
            output, shown, fraction = plan.outputs[index], row[index], fractions[cell][index]
            assert_equal(output.function, shown, fraction, expected[index], world)
    assert truth == {}


def assert_equal(
    function: Function, shown: str | None, fraction: Fraction | None, truth: Any, world: World
) -> None:
    if truth is None:
        assert (shown, fraction) == (None, None)
        return
    assert shown is not None
    assert fraction is not None
    if function in (Function.COUNT, Function.SUM):
        assert shown == str(truth)
        assert fraction == Fraction(truth)
        return
    last = Fraction(1, 10 ** len(shown.partition(".")[2]))
    assert abs(Fraction(shown) - fraction) <= last / 2
    # A variance of far-off values loses digits in doubles: measure by their square.
    size = max(abs(Fraction(c.minimum or 0)) + abs(c.maximum or 0) for c in world.table.columns)
    noise = float(size * size) * 1e-14
    slack = noise if function in (Function.VAR_POP, Function.VAR_SAMP) else math.sqrt(noise)
    assert math.isclose(float(fraction), truth, rel_tol=TOLERANCE, abs_tol=max(slack, 1e-12))


def pooled(world: World, groups: int) -> dict[tuple[str | None, ...], tuple[Any, ...]]:
    connection = duckdb.connect()
    columns = ", ".join(f"{column.name} {sql_type(column)}" for column in world.table.columns)
    connection.execute(f"CREATE TABLE t ({columns})")
    places = ", ".join("?" for _ in world.table.columns)
    for row in world.pooled:
        values = [typed(column, row[column.name]) for column in world.table.columns]
        connection.execute(f"INSERT INTO t VALUES ({places})", values)
    found = connection.execute(world.sql).fetchall()
    connection.close()
    return {tuple(None if x is None else str(x) for x in row[:groups]): row for row in found}


def typed(column: Column, text: str | None) -> str | Decimal | None:
    return text if text is None or column.type is ColumnType.TEXT else Decimal(text)


def sql_type(column: Column) -> str:
    if column.type is ColumnType.DECIMAL:
        return f"DECIMAL(18, {column.scale})"
    return "BIGINT" if column.type is ColumnType.INTEGER else "VARCHAR"


def added(extracts: Sequence[Extract]) -> Extract:
    """What adding ciphertexts does to the plaintexts."""
    return Extract(
        counts=added_cells([extract.counts for extract in extracts]),
        moments=added_cells([extract.moments for extract in extracts]),
    )


def added_cells(parts: Sequence[tuple[tuple[int, ...], ...]]) -> tuple[tuple[int, ...], ...]:
    return tuple(
        tuple(sum(values) for values in zip(*cells, strict=True))
        for cells in zip(*parts, strict=True)
    )


def write_csv(path: Path, rows: Sequence[Row], table: Table) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [column.name for column in table.columns])
        writer.writeheader()
        writer.writerows(rows)
