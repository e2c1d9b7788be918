"""One question put to owners and guard without the encryption between them.

What comes back is what a requester holds who ignores the answer's table and takes the
exact sums of every allowed cell.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from accord.domain.catalogue import Column, ColumnType, Table
from accord.privacy.disclosure import CellCounts, decide
from accord.query.compile import compile_question
from accord.query.plan import Plan
from tests.suites.memory_source import cells_of, count, place, total, truth

MINIMUM = 10
Rows = Sequence[Mapping[str, int | None]]


def number(name: str, low: int, high: int, *, nulls: bool = False) -> Column:
    return Column(name, ColumnType.INTEGER, 0, low, high, nulls, (), "", "", "")


def table(*columns: Column) -> Table:
    return Table(
        1, "t", "person", ("a", "b", "c"), 1024, (number("person", 0, 10**6), *columns), "", ""
    )


def sums(sql: str, over: Table, rows: Rows) -> dict[int, tuple[int, ...]]:
    """The moments of every allowed cell, by cell; rows go round the three owners."""
    plan = compile_question(sql, {"t": over})
    parts = [_numbers(plan, over, rows[part::3]) for part in range(3)]
    cells = []
    for per_owner in zip(*(counts for counts, _ in parts), strict=True):
        contributors = sum(min(counts) > 0 for counts in per_owner)
        joint = tuple(map(sum, zip(*per_owner, strict=True)))
        cells.append(CellCounts(joint, contributors, contributors, 0))
    allowed, _ = decide(plan, cells, MINIMUM)
    joint = [
        tuple(map(sum, zip(*each, strict=True)))
        for each in zip(*(m for _, m in parts), strict=True)
    ]
    return {cell: joint[cell] for cell, one in enumerate(allowed) if one}


def is_withheld(sql: str, over: Table, rows: Rows) -> bool:
    return not sums(sql, over, rows)


def _numbers(plan: Plan, over: Table, rows: Rows) -> tuple[list[Any], list[Any]]:
    kept = [row for row in rows if plan.where is None or truth(plan.where, row) is True]
    cells = [
        [row for row in kept if all(place(plan.groups[g], row) == p for g, p in cell)]
        for groups in plan.sets
        for cell in cells_of(plan, groups)
    ]
    counts = [tuple(count(one, plan, inside) for one in plan.counts) for inside in cells]
    moments = [tuple(total(one, plan, inside) for one in plan.measures) for inside in cells]
    return counts, moments
