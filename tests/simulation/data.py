"""The table, its rows, and how an owner without a database measures a plan."""

from collections.abc import Mapping, Sequence

from accord.domain.catalogue import Column, ColumnType, Table
from accord.query.plan import Extract, Plan
from tests.suites.memory_source import cells_of, count, place, total, truth

Row = Mapping[str, int | str | None]

SQL = (
    "SELECT region, COUNT(*), COUNT(pay), AVG(pay), VAR_SAMP(pay) FROM payroll"
    " WHERE age >= 30 GROUP BY region"
)


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
    kept = [row for row in rows if plan.where is None or truth(plan.where, row) is True]
    cells = [
        [row for row in kept if all(place(plan.groups[g], row) == at for g, at in cell)]
        for groups in plan.sets
        for cell in cells_of(plan, groups)
    ]
    return Extract(
        counts=tuple(tuple(count(one, plan, cell) for one in plan.counts) for cell in cells),
        moments=tuple(tuple(total(one, plan, cell) for one in plan.measures) for cell in cells),
    )
