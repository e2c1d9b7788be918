"""Whether any row can fall under a condition, by the table's public bounds and values.

A CASE without rows left for its ELSE needs no cell for it, and a cell that can only be
empty would withhold its whole group.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from math import prod
from operator import ge, gt, le, lt
from typing import Final, TypeAlias

from accord.domain.catalogue import Column, ColumnType, Table
from accord.query.derived import domain_values, reaches_of
from accord.query.plan_rows import Comparison, Compound, Condition, Junction, Predicate

# More combinations than this are not tried: the condition may then be true.
MAX_COMBINATIONS: Final = 20_000
_Value: TypeAlias = int | str | None
_ORDERS: Final[Mapping[Comparison, Callable[[int, int], bool]]] = {
    Comparison.LESS: lt,
    Comparison.LESS_EQUAL: le,
    Comparison.GREATER: gt,
    Comparison.GREATER_EQUAL: ge,
}


def can_occur(table: Table, condition: Predicate) -> bool:
    """Whether the condition can be true; errs towards yes.

    Between two neighbouring literals all values of a column are equal to a condition, so
    that trying the literals and their neighbours tries everything.
    """
    literals: dict[str, set[int | str]] = {}
    for one in _conditions(condition):
        if one is None:
            return True
        literals.setdefault(one.column, set()).update(one.literals)
    tried = {name: _values(table, name, found) for name, found in literals.items()}
    if prod(map(len, tried.values())) > MAX_COMBINATIONS:
        return True
    rows = (dict(zip(tried, values, strict=True)) for values in product(*tried.values()))
    return any(_truth(condition, row) for row in rows)


def _conditions(condition: Predicate) -> Iterator[Condition | None]:
    """All comparisons with literals; None for another kind."""
    if isinstance(condition, Compound):
        for operand in condition.operands:
            yield from _conditions(operand)
    else:
        yield condition if isinstance(condition, Condition) else None


def _values(table: Table, name: str, literals: set[int | str]) -> list[_Value]:
    column = table.column(name)
    if column is None:
        return [None]
    null: list[_Value] = [None] if column.nulls else []
    return [*null, *_filled(table, column, literals)]


def _filled(table: Table, column: Column, literals: set[int | str]) -> list[_Value]:
    if column.type is ColumnType.TEXT:
        return [*column.domain] or [""]
    reach = reaches_of(table).get(column.name)
    if reach is None:
        return [0, *(near for one in literals for near in _neighbours(one))]
    if reach.values and column.domain:
        return [*domain_values(column)]
    near = {other for one in literals for other in _neighbours(one)}
    return [reach.low, reach.high, *(one for one in near if reach.low <= one <= reach.high)]


def _neighbours(literal: int | str) -> list[int]:
    return [literal - 1, literal, literal + 1] if isinstance(literal, int) else []


def _truth(condition: Predicate, row: Mapping[str, _Value]) -> bool | None:
    if isinstance(condition, Condition):
        return _compared(condition, row[condition.column])
    if not isinstance(condition, Compound):
        return None
    found = [_truth(operand, row) for operand in condition.operands]
    match condition.junction:
        case Junction.NOT:
            return None if found[0] is None else not found[0]
        case Junction.IS_TRUE:
            return found[0] is True
        case Junction.AND:
            return False if False in found else None if None in found else True
        case _:
            return True if True in found else None if None in found else False


def _compared(condition: Condition, value: _Value) -> bool | None:
    if condition.operator is Comparison.IS_NULL:
        return value is None
    if value is None:
        return None
    if condition.operator in (Comparison.IN, Comparison.EQUAL):
        return value in condition.literals
    if condition.operator is Comparison.NOT_EQUAL:
        return value not in condition.literals
    literal = condition.literals[0]
    if isinstance(value, str) or isinstance(literal, str):
        return True
    return _ORDERS[condition.operator](value, literal)
