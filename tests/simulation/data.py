"""The table, its rows, and how an owner without a database measures a plan."""

from collections.abc import Mapping, Sequence
from itertools import product
from operator import eq, ge, gt, le, lt, ne

from accord.domain.catalogue import Column, ColumnType, Table
from accord.query.plan import (
    Comparison,
    Compound,
    Condition,
    CountKind,
    CountTerm,
    Extract,
    Junction,
    Measure,
    Plan,
)

Row = Mapping[str, int | str | None]

SQL = (
    "SELECT region, COUNT(*), COUNT(pay), AVG(pay), VAR_SAMP(pay) FROM payroll"
    " WHERE age >= 30 GROUP BY region"
)
_COMPARE = {
    Comparison.EQUAL: eq,
    Comparison.NOT_EQUAL: ne,
    Comparison.LESS: lt,
    Comparison.LESS_EQUAL: le,
    Comparison.GREATER: gt,
    Comparison.GREATER_EQUAL: ge,
}


def payroll(parts: tuple[str, ...]) -> Table:
    """A shared table with a decimal that may be NULL and a group-by column."""

    def column(
        name: str,
        type_: ColumnType,
        limits: tuple[int | None, int | None] = (None, None),
        *,
        scale: int = 0,
        nulls: bool = False,
        domain: tuple[str, ...] = (),
    ) -> Column:
        return Column(name, type_, scale, *limits, nulls, domain, "", name, name)

    return Table(
        version=1,
        name="payroll",
        key="person",
        parts=parts,
        max_rows=256,
        columns=(
            column("person", ColumnType.TEXT),
            column("region", ColumnType.TEXT, domain=("east", "hills", "shore")),
            column("age", ColumnType.INTEGER, (0, 120)),
            column("pay", ColumnType.DECIMAL, (-5_000, 95_000), scale=2, nulls=True),
        ),
        title_en="Payroll",
        title_zh="Payroll",
    )


def rows_of(place: int) -> tuple[Row, ...]:
    """Rows of the part at ``place``; the shore has too few of them to be released."""
    rows: list[Row] = []
    for number in range(60 + 7 * place):
        region = "shore" if number % 30 == 0 else ("east", "hills")[number % 2]
        # Twelve or more without pay in each big region, or COUNT(*) less COUNT(pay) shows few.
        pay = None if number % 6 in (1, 2) else 1_500 * (number % 41) - 4_000
        rows.append({"region": region, "age": 31 + number % 50, "pay": pay})
    return tuple(rows)


def measure(plan: Plan, rows: Sequence[Row]) -> Extract:
    """An owner's numbers, cell by cell, by plain loops."""
    kept = [row for row in rows if plan.where is None or _holds(plan.where, row) is True]
    names = [group.column for group in plan.groups]
    cells = [
        [row for row in kept if tuple(row[name] for name in names) == key]
        for key in product(*(group.values for group in plan.groups))
    ]
    return Extract(
        counts=tuple(tuple(_count(term, plan, cell) for term in plan.counts) for cell in cells),
        moments=tuple(tuple(_sum(each, cell) for each in plan.measures) for cell in cells),
    )


def _sum(wanted: Measure, rows: Sequence[Row]) -> int:
    if not wanted.column:
        return len(rows)
    values = [row[wanted.column] for row in rows]
    return sum((v - wanted.offset) ** wanted.power for v in values if isinstance(v, int))


def _count(term: CountTerm, plan: Plan, rows: Sequence[Row]) -> int:
    if term.kind is CountKind.ROWS:
        return len(rows)
    present = [row[term.column] for row in rows if row[term.column] is not None]
    if term.kind is CountKind.PRESENT:
        return len(present)
    sums = [each for each in plan.measures if (each.column, each.power) == (term.column, 1)]
    if term.kind is CountKind.HEADROOM:
        return sum(value not in {each.offset + each.bound for each in sums} for value in present)
    return sum(value not in {0, *(each.offset for each in sums)} for value in present)


def _holds(node: Condition | Compound, row: Row) -> bool | None:
    if isinstance(node, Condition):
        return _compare(node, row.get(node.column))
    parts = [_holds(operand, row) for operand in node.operands]
    if node.junction is Junction.NOT:
        return None if parts[0] is None else not parts[0]
    decisive = node.junction is Junction.OR
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _compare(condition: Condition, value: int | str | None) -> bool | None:
    if condition.operator is Comparison.IS_NULL:
        return value is None
    if value is None:
        return None
    if condition.operator is Comparison.IN:
        return value in condition.literals
    return bool(_COMPARE[condition.operator](value, condition.literals[0]))
