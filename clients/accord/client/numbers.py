"""The cells of an answer as numbers: exact, typed by column, empty where nothing is shown."""

from collections.abc import Sequence
from decimal import Decimal

from accord.domain.answer import WITHHELD, Answer
from accord.query.expressions import aggregates_of
from accord.query.kinds import Kind, kind_of
from accord.query.plan import Plan
from accord.query.plan_answer import Output

Number = int | Decimal
Cell = Number | str | bool | None


def withheld_rows(answer: Answer) -> tuple[bool, ...]:
    """Whether each row is withheld; a group whose own label reads so is not meant."""
    return tuple(n is None for n in answer.n)


def typed_rows(answer: Answer, plan: Plan) -> tuple[tuple[Cell, ...], ...]:
    """The rows with values in place of their text, and None for what is withheld or NULL.

    A column of numbers is `int` if no cell that is shown has a point, else
    `decimal.Decimal`: exact, with the digits of the answer.  Truth values are `bool`; groups
    of text, dates and bins stay text.
    """
    columns = [
        _typed([row[at] for row in answer.rows], output, plan)
        for at, output in enumerate(plan.outputs)
    ]
    return tuple(zip(*columns, strict=True))


def _typed(cells: Sequence[str | None], output: Output, plan: Plan) -> list[Cell]:
    if any(aggregates_of(output.expression)):
        cells = [None if cell == WITHHELD else cell for cell in cells]
    kind = kind_of(output.expression, plan.groups)
    if kind is Kind.NUMBER:
        return _numbers(cells)
    if kind is Kind.TRUTH:
        return [None if cell is None else cell == "true" for cell in cells]
    return list(cells)


def _numbers(cells: Sequence[str | None]) -> list[Cell]:
    whole = not any(cell is not None and "." in cell for cell in cells)
    return [None if cell is None else int(cell) if whole else Decimal(cell) for cell in cells]
