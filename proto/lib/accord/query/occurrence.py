"""Whether any row can fall under a condition, by the table's public bounds and values.

A CASE without rows left for its ELSE needs no cell for it, and a cell that can only be
empty would withhold its whole group.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from operator import ge, gt, le, lt
from typing import Final, TypeAlias

from accord.domain.catalogue import Column, ColumnType, Table
from accord.query.derived import reaches_of
from accord.query.plan_rows import (
    Comparison,
    Compound,
    Condition,
    Junction,
    Predicate,
    Relation,
    Term,
)
from accord.query.predicates import nodes_in

# More combinations than this, or more work, is not tried: the condition may then be true.
MAX_COMBINATIONS: Final = 20_000
MAX_WORK: Final = 2**20  # values, or combinations, times parts of conditions
_Value: TypeAlias = int | str | None
_Simple: TypeAlias = Condition | Relation
_Subject: TypeAlias = str | Term  # what is compared: a column, or arithmetic
Example: TypeAlias = Mapping[_Subject, _Value]
_ORDERS: Final[Mapping[Comparison, Callable[[int, int], bool]]] = {
    Comparison.LESS: lt,
    Comparison.LESS_EQUAL: le,
    Comparison.GREATER: gt,
    Comparison.GREATER_EQUAL: ge,
}


def can_occur(table: Table, condition: Predicate) -> bool:
    """Whether the condition can be true; errs towards yes."""
    return 0 in first_true(table, [], [condition])


def first_true(
    table: Table, given: Sequence[Predicate], conditions: Sequence[Predicate]
) -> frozenset[int]:
    """Which conditions can be the first true one where all given ones are; errs towards all.

    The number of conditions stands for rows for which none is true.
    """
    everything = frozenset(range(len(conditions) + 1))
    rows = examples(table, [*given, *conditions])
    if rows is None:
        return everything
    found: set[int] = set()
    for row in rows:
        if all(truth(condition, row) for condition in given):
            true = (index for index, one in enumerate(conditions) if truth(one, row))
            found.add(next(true, len(conditions)))
    return frozenset(found)


def examples(table: Table, conditions: Sequence[Predicate]) -> Iterator[Example] | None:
    """Rows such that every row is like one of them to all conditions; None if too many.

    Between two neighbouring literals all values of a column are equal to a condition, so
    that trying the literals and their neighbours tries everything.  Arithmetic of columns
    is tried like a column of its own, so that there are more examples than rows can be.
    """
    simple = [one for condition in conditions for one in _simple(condition)]
    by_subject: dict[_Subject, list[_Simple]] = {}
    for one in dict.fromkeys(simple):
        by_subject.setdefault(_subject(one), []).append(one)
    if sum(_width(table, subject, found) for subject, found in by_subject.items()) > MAX_WORK:
        return None
    tried = {subject: _values(table, subject, found) for subject, found in by_subject.items()}
    number = prod(map(len, tried.values()))
    if number > MAX_COMBINATIONS or number * len(simple) > MAX_WORK:
        return None
    return (dict(zip(tried, values, strict=True)) for values in product(*tried.values()))


def _width(table: Table, subject: _Subject, found: Sequence[_Simple]) -> int:
    column = table.column(subject) if isinstance(subject, str) else None
    literals = sum(len(_literals(one)) for one in found)
    listed = len(column.domain) if column is not None and column.type is ColumnType.TEXT else 0
    return (3 * literals + listed) * len(found)


def _simple(condition: Predicate) -> Iterator[_Simple]:
    for node in nodes_in(condition):
        if not isinstance(node, Compound):
            yield node


def _subject(one: _Simple) -> _Subject:
    return one.term if isinstance(one, Relation) else one.column


def _literals(one: _Simple) -> tuple[int | str, ...]:
    return (one.literal,) if isinstance(one, Relation) else one.literals


def _values(table: Table, subject: _Subject, found: Sequence[_Simple]) -> list[_Value]:
    """One value for each way in which the conditions come out."""
    literals = {literal for one in found for literal in _literals(one)}
    nullable = {column.name for column in table.columns if column.nulls}
    names = (subject,) if isinstance(subject, str) else subject.columns
    values: list[_Value] = [None] if nullable & set(names) else []
    if isinstance(subject, Term):
        values += [x for one in literals for x in _neighbours(one)]
    else:
        column = table.column(subject)
        values += [None] if column is None else _filled(table, column, literals)
    different = {tuple(_compared(one, value) for one in found): value for value in values}
    return list(different.values())


def _filled(table: Table, column: Column, literals: set[int | str]) -> list[_Value]:
    if column.type is ColumnType.TEXT:
        return [*column.domain] or [""]
    reach = reaches_of(table).get(column.name)
    if reach is None:
        return [0, *(near for one in literals for near in _neighbours(one))]
    if reach.values:
        places = {bisect_left(reach.values, one) for one in literals if isinstance(one, int)}
        near = {place + step for place in places for step in (-1, 0, 1)} | {0}
        return [reach.values[place] for place in near if 0 <= place < len(reach.values)]
    near = {other for one in literals for other in _neighbours(one)}
    return [reach.low, reach.high, *(one for one in near if reach.low <= one <= reach.high)]


def _neighbours(literal: int | str) -> list[int]:
    return [literal - 1, literal, literal + 1] if isinstance(literal, int) else []


def truth(condition: Predicate, row: Example) -> bool | None:
    """Whether the condition is true of an example; None for unknown."""
    if not isinstance(condition, Compound):
        return _compared(condition, row[_subject(condition)])
    found = [truth(operand, row) for operand in condition.operands]
    match condition.junction:
        case Junction.NOT:
            return None if found[0] is None else not found[0]
        case Junction.IS_TRUE:
            return found[0] is True
        case Junction.AND:
            return False if False in found else None if None in found else True
        case _:
            return True if True in found else None if None in found else False


def _compared(condition: _Simple, value: _Value) -> bool | None:
    if condition.operator is Comparison.IS_NULL:
        return value is None
    if value is None:
        return None
    literals = _literals(condition)
    if condition.operator in (Comparison.IN, Comparison.EQUAL):
        return value in literals
    if condition.operator is Comparison.NOT_EQUAL:
        return value not in literals
    literal = literals[0]
    if isinstance(value, str) or isinstance(literal, str):
        return True
    return _ORDERS[condition.operator](value, literal)
