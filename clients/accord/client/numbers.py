"""The cells of an answer as numbers: exact, typed by column, empty where nothing is shown."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from accord.domain.answer import WITHHELD, Answer
from accord.domain.catalogue import ColumnType, Table
from accord.query.plan import Function, Output, Plan

Number = int | Decimal
Cell = Number | str | None

_NUMBERS: Final = (ColumnType.INTEGER, ColumnType.DECIMAL)


def withheld_rows(answer: Answer, plan: Plan) -> tuple[bool, ...]:
    """Whether each row is withheld; a group whose own label reads so is not meant."""
    places = [at for at, out in enumerate(plan.outputs) if out.function is not Function.GROUP]
    return tuple(any(row[at] == WITHHELD for at in places) for row in answer.rows)


def typed_rows(answer: Answer, plan: Plan, table: Table) -> tuple[tuple[Cell, ...], ...]:
    """The rows with numbers in place of their text, and None for what is withheld or NULL.

    A column is `int` if no cell that is shown has a point, else `decimal.Decimal`: exact,
    with the digits of the answer.  Groups of a text column, and whatever is no number, stay
    text.
    """
    columns = [
        _typed([row[at] for row in answer.rows], output, table)
        for at, output in enumerate(plan.outputs)
    ]
    return tuple(zip(*columns, strict=True))


def _typed(cells: Sequence[str | None], output: Output, table: Table) -> list[Cell]:
    if output.function is Function.GROUP:
        return list(cells) if _is_text(output, table) else _numbers(cells)
    return _numbers([None if cell == WITHHELD else cell for cell in cells])


def _is_text(group: Output, table: Table) -> bool:
    kinds = {column.name: column.type for column in table.columns}
    return kinds.get(group.column) not in _NUMBERS


def _numbers(cells: Sequence[str | None]) -> list[Cell]:
    for make in (int, Decimal):
        try:
            return [None if cell is None else make(cell) for cell in cells]
        except (ValueError, ArithmeticError):
            continue
    return list(cells)
