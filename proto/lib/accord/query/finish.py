"""From opened sums to the printed answer, in exact arithmetic.

Every number is the exact value, rounded half to even once to the digits that
`accord.query.derived_outputs` gives, so everybody who redoes it gets the same text.
HAVING, ORDER BY and LIMIT see released rows only: a withheld row must not be moved or
dropped by what it hides.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from operator import itemgetter
from typing import TypeAlias, cast

from accord.domain.answer import WITHHELD, Answer, CellMoments
from accord.query.cells import cell_places
from accord.query.evaluate import Evaluator, Row, Value
from accord.query.expressions import aggregates_of
from accord.query.numbers import decimal_text
from accord.query.plan import Plan
from accord.query.plan_answer import Label, Order, Output
from accord.query.shape import check_plan
from accord.query.sums import check_moments

_Line: TypeAlias = tuple[tuple[str | None, ...], int | None]


def finish(plan: Plan, moments: Sequence[CellMoments]) -> Answer:
    """The answer's table.

    Without ORDER BY the rows are the plan's cells in their order.  With it, withheld rows
    come last; with HAVING or LIMIT they are left out, and counted all the same.

    Raises:
        VerificationError: E-SQL-037 or E-SQL-038; plan and sums do not fit.
    """
    check_plan(plan)
    check_moments(plan, moments)
    evaluator = Evaluator(plan)
    lines = [_line(plan, evaluator, row) for row in _shown_rows(plan, evaluator, moments)]
    return Answer(
        columns=tuple(output.name for output in plan.outputs),
        units=tuple(output.unit for output in plan.outputs),
        rows=tuple(cells for cells, _ in lines),
        n=tuple(n for _, n in lines),
        withheld=plan.cells - len(moments),
    )


def exact(plan: Plan, moments: Sequence[CellMoments]) -> dict[int, tuple[Fraction | None, ...]]:
    """Per released cell the exact value of every output; None for NULL and what is no number.

    Roots are within 10**-60.  A cross table has the one cell 0, if it is released.

    Raises:
        VerificationError: E-SQL-037 or E-SQL-038; plan and sums do not fit.
    """
    check_plan(plan)
    check_moments(plan, moments)
    evaluator = Evaluator(plan)
    return {
        at: tuple(_fraction(evaluator.value(output.expression, row)) for output in plan.outputs)
        for at, row in enumerate(_rows(plan, moments))
        if not _is_withheld(row)
    }


def _fraction(value: Value) -> Fraction | None:
    return value if isinstance(value, Fraction) else None


def _rows(plan: Plan, moments: Sequence[CellMoments]) -> Iterator[Row]:
    """All rows in the order of the cells; withheld ones have no sums."""
    if plan.cross:
        whole = len(moments) == plan.cells
        cells = sorted(moments, key=lambda cell: cell.cell) if whole else []
        yield Row((None,) * len(plan.groups), cells=tuple(cell.moments for cell in cells))
        return
    sums = {cell.cell: cell.moments for cell in moments}
    for cell, places in enumerate(cell_places(plan)):
        yield Row(places, sums.get(cell, ()))


def _is_withheld(row: Row) -> bool:
    return not row.sums and not row.cells


def _shown_rows(plan: Plan, evaluator: Evaluator, moments: Sequence[CellMoments]) -> Sequence[Row]:
    rows = list(_rows(plan, moments))
    having = plan.having
    if having is None and not plan.order and plan.limit is None and not plan.offset:
        return rows
    released = [row for row in rows if not _is_withheld(row)]
    if having is not None:
        released = [row for row in released if evaluator.value(having, row) is True]
    for item in reversed(plan.order):  # a stable sort for each, the first item last
        released = _sorted(plan, evaluator, item, released)
    if having is not None or plan.limit is not None or plan.offset:
        end = None if plan.limit is None else plan.offset + plan.limit
        return released[plan.offset : end]
    return [*released, *(row for row in rows if _is_withheld(row))]


def _sorted(plan: Plan, evaluator: Evaluator, item: Order, rows: Sequence[Row]) -> list[Row]:
    keys = [(_sort_key(plan, evaluator, item, row), row) for row in rows]
    known = [(cast("Fraction", key), row) for key, row in keys if key is not None]
    known.sort(key=itemgetter(0), reverse=item.descending)
    nulls = [row for key, row in keys if key is None]
    values = [row for _, row in known]
    return [*nulls, *values] if item.nulls_first else [*values, *nulls]


def _sort_key(plan: Plan, evaluator: Evaluator, item: Order, row: Row) -> Value | int:
    """Bins sort by their place: as text, [9, 10) would come after [10, 20)."""
    label = item.expression
    if isinstance(label, Label) and plan.groups[label.group].cuts:
        place = row.places[label.group]
        null = place is None or plan.groups[label.group].labels[place] is None
        return None if null else place
    return evaluator.value(label, row)


def _line(plan: Plan, evaluator: Evaluator, row: Row) -> _Line:
    cells = tuple(_show(plan, evaluator, output, row) for output in plan.outputs)
    if _is_withheld(row):
        return cells, None
    counts = [evaluator.rows_behind(output.expression, row) for output in plan.outputs]
    return cells, min((count for count in counts if count is not None), default=None)


def _show(plan: Plan, evaluator: Evaluator, output: Output, row: Row) -> str | None:
    expression = output.expression
    if isinstance(expression, Label):
        place = row.places[expression.group]
        return None if place is None else plan.groups[expression.group].labels[place]
    if _is_withheld(row) and any(aggregates_of(expression)):
        return WITHHELD
    return _printed(evaluator.value(expression, row), output.digits)


def _printed(value: Value, digits: int) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return decimal_text(round(value * 10**digits), digits)
    return value
