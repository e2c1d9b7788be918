"""Parts measured apart and added give what DuckDB says over the pooled table.

Whole numbers and decimals are compared exactly.  DuckDB computes means, spreads, quotients
and regressions in doubles, and loses digits where a sum of squares is nearly the square of
a sum: these are compared within `TOLERANCE` of the size of the numbers that go in, and
regressions not at all where a spread is less than `WELL_SPREAD` of that size.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import assume, given, settings

from accord.domain.answer import WITHHELD, CellMoments
from accord.domain.catalogue import Table
from accord.domain.errors import AccordError
from accord.node.sources.datafile import file_digest
from accord.node.sources.description import Source
from accord.node.sources.duckdb import DuckDBSource
from accord.query.compile import check_compiled, compile_question
from accord.query.describe import describe
from accord.query.finish import exact, finish
from accord.query.plan import Extract, Plan
from accord.verify.checks.plan import check_against_table
from tests.properties.pooled import assert_equal, key_of, pooled
from tests.properties.worlds import Row, World, worlds
from tests.suites.memory_source import MemorySource
from tests.suites.permit import permit_for_tests

# Refusals that depend on what was drawn: three values, and arms that no row can fall into.
DRAWN = {"E-SQL-041", "E-SQL-046"}


@given(world=worlds())
@settings(max_examples=150)
def test_naive_sums_of_the_parts_are_the_pooled_answer(world: World) -> None:
    """Over many questions with the reference implementation."""
    plan = compiled(world)
    extracts = []
    for part in world.parts:
        source = MemorySource(part)
        extracts.append(
            source.measure(plan, permit_for_tests(), table=world.table, expected=source.digest())
        )

    check_compiled(plan, world.sql, world.table)
    check_against_table(plan, world.table)
    assert describe(plan)
    assert_answers(plan, added(extracts), world)


@given(world=worlds())
@settings(max_examples=30)
def test_pushed_down_sums_are_the_naive_ones(world: World) -> None:
    plan = compiled(world)
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


def compiled(world: World) -> Plan:
    try:
        return compile_question(world.sql, {"t": world.table})
    except AccordError as error:
        assume(error.code not in DRAWN)
        raise


def assert_answers(plan: Plan, extract: Extract, world: World) -> None:
    """Groups without rows are not released, as a guard sees to it, nor shown by DuckDB.

    But over no groups DuckDB shows a row in any case.
    """
    total = plan.cells - 1 if plan.sets[-1] == () else None
    released = [
        CellMoments(cell, sums)
        for cell, sums in enumerate(extract.moments)
        if extract.counts[cell][0] or cell == total
    ]
    values = exact(plan, released)
    assert len(values) == len(released)
    shown = [row for row in finish(plan, released).rows if WITHHELD not in row]
    chosen = bool(plan.order or plan.having or plan.limit is not None)
    # Which cells a row may be of: its own, but all of them where rows were chosen among.
    sums = [cell.moments for cell in released]
    behind = [sums for _ in shown] if chosen else [[own] for own in sums]
    rows, truth = list(zip(shown, behind, strict=True)), pooled(world)
    key = key_of(plan)
    if not plan.order:
        rows.sort(key=lambda row: key(row[0]))
        truth.sort(key=key)
    for (row, cells), expected in zip(rows, truth, strict=True):
        for index, output in enumerate(plan.outputs):
            assert_equal(plan, output, row[index], expected[index], cells)


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
