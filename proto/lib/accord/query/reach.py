"""Which values a column can have behind a condition: interval arithmetic and small sets.

Counting "rows off the edge" protects nobody where WHERE has moved the edge: of
``age IN (50, 51)`` count and sum say how many are 51.  So edges are those of the rows that
the condition leaves.  Everything here errs on the wide side.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Final

from accord.domain.catalogue import Column, ColumnType, Table
from accord.query.plan_rows import (
    Comparison,
    Condition,
    Junction,
    Monomial,
    Predicate,
    Relation,
)

_NEGATED: Final = {
    Comparison.EQUAL: Comparison.NOT_EQUAL,
    Comparison.NOT_EQUAL: Comparison.EQUAL,
    Comparison.LESS: Comparison.GREATER_EQUAL,
    Comparison.LESS_EQUAL: Comparison.GREATER,
    Comparison.GREATER: Comparison.LESS_EQUAL,
    Comparison.GREATER_EQUAL: Comparison.LESS,
}


@dataclass(frozen=True, slots=True)
class Reach:
    """The integers that a non-NULL number can be.

    Attributes:
        values: The same as a sorted list where there are few; empty: all from low to high.
    """

    low: int
    high: int
    values: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """How many numbers it can be."""
        return len(self.values) or self.high - self.low + 1

    def kept(self, values: Iterable[int]) -> "Reach | None":
        """Only these of its numbers; None if it has none of them."""
        known = set(self.values)
        found = tuple(sorted({value for value in values if self._has(value, known)}))
        return Reach(found[0], found[-1], found) if found else None

    def cut(self, low: int, high: int) -> "Reach | None":
        """Only its numbers from ``low`` to ``high``; None if there are none."""
        if self.values:
            return self.kept(value for value in self.values if low <= value <= high)
        low, high = max(low, self.low), min(high, self.high)
        return Reach(low, high) if low <= high else None

    def joined(self, other: "Reach") -> "Reach":
        """What either can be, or more."""
        values = {*self.values, *other.values} if self.values and other.values else ()
        return Reach(min(self.low, other.low), max(self.high, other.high), tuple(sorted(values)))

    def _has(self, value: int, known: set[int]) -> bool:
        return value in known if known else self.low <= value <= self.high


Reaches = Mapping[str, Reach]


def column_reach(column: Column, domain: tuple[int, ...]) -> Reach | None:
    """What the table allows; None for text, and for numbers with neither bounds nor values."""
    if column.type is ColumnType.TEXT:
        return None
    listed = tuple(sorted(domain))
    if column.minimum is None or column.maximum is None:
        return Reach(listed[0], listed[-1], listed) if listed else None
    whole = Reach(column.minimum, column.maximum)
    return (whole.kept(listed) or whole) if listed else whole


def narrowed(reaches: Reaches, condition: Predicate | None, *, negated: bool = False) -> Reaches:
    """What columns can be where the condition is true, NULLs apart.

    With ``negated``, where it is false or unknown: a row that counts has no NULL in the
    column in question, so there the comparison is not unknown but false.
    """
    # Nothing left: no row counts, so nothing needs an edge.
    return _narrowed(reaches, condition, negated=negated, unknown=negated) or reaches


def _narrowed(
    reaches: Reaches, condition: Predicate | None, *, negated: bool, unknown: bool
) -> Reaches | None:
    """None if no row can be there; with ``unknown``, also where the condition is unknown."""
    if isinstance(condition, Condition):
        return _compared(reaches, condition, negated=negated)
    if isinstance(condition, Relation):
        # It is unknown where another of its columns is NULL, whatever this one is.
        open_ = unknown and len(condition.term.columns) > 1
        return reaches if open_ else _related(reaches, condition, negated=negated)
    if condition is None:
        return reaches
    if condition.junction is Junction.NOT:
        return _narrowed(reaches, condition.operands[0], negated=not negated, unknown=unknown)
    if condition.junction is Junction.IS_TRUE:
        return _narrowed(reaches, condition.operands[0], negated=negated, unknown=negated)
    every = (condition.junction is Junction.AND) != negated
    joined = _all_narrowed if every else _any_narrowed
    return joined(reaches, condition.operands, negated=negated, unknown=unknown)


def _any_narrowed(
    reaches: Reaches, operands: tuple[Predicate, ...], *, negated: bool, unknown: bool
) -> Reaches | None:
    branches = [
        _narrowed(reaches, operand, negated=negated, unknown=unknown) for operand in operands
    ]
    return _union([branch for branch in branches if branch is not None])


def _all_narrowed(
    reaches: Reaches, operands: tuple[Predicate, ...], *, negated: bool, unknown: bool
) -> Reaches | None:
    # Relations once more: what another operand leaves of one column narrows the next.
    again = [operand for operand in operands if isinstance(operand, Relation)]
    found: Reaches | None = reaches
    for operand in (*operands, *again):
        if found is not None:
            found = _narrowed(found, operand, negated=negated, unknown=unknown)
    return found


def term_reach(monomials: Iterable[Monomial], reaches: Reaches) -> Reach:
    """What a polynomial can be, by interval arithmetic; exact for a column as it stands."""
    found = tuple(monomials)
    if len(found) == 1 and found[0].coefficient == 1 and len(found[0].powers) == 1:
        (power,) = found[0].powers
        if power.exponent == 1:
            return reaches[power.column]
    low = high = 0
    for monomial in found:
        ends = _monomial_ends(monomial, reaches)
        low, high = low + min(ends), high + max(ends)
    return Reach(low, high)


def _monomial_ends(monomial: Monomial, reaches: Reaches) -> tuple[int, int]:
    low = high = monomial.coefficient
    for power in monomial.powers:
        ends = _power_ends(reaches[power.column], power.exponent)
        corners = [
            prod(pair)
            for pair in ((low, ends[0]), (low, ends[1]), (high, ends[0]), (high, ends[1]))
        ]
        low, high = min(corners), max(corners)
    return low, high


def _power_ends(reach: Reach, exponent: int) -> tuple[int, int]:
    ends = (reach.low**exponent, reach.high**exponent)
    smallest = 0 if exponent % 2 == 0 and reach.low < 0 < reach.high else min(ends)
    return smallest, max(ends)


def _compared(reaches: Reaches, condition: Condition, *, negated: bool) -> Reaches | None:
    reach = reaches.get(condition.column)
    numbers = [literal for literal in condition.literals if isinstance(literal, int)]
    if reach is None or not numbers:
        return reaches
    if condition.operator is Comparison.IN:
        kept = _without(reach, numbers) if negated else reach.kept(numbers)
    else:
        operator = _NEGATED[condition.operator] if negated else condition.operator
        kept = _cut(reach, operator, numbers[0])
    return None if kept is None else {**reaches, condition.column: kept}


def _related(reaches: Reaches, relation: Relation, *, negated: bool) -> Reaches | None:
    """Each column without the ends at which no values of the others fulfil the relation."""
    operator = _NEGATED[relation.operator] if negated else relation.operator
    for column in relation.term.columns:
        if column in reaches:
            kept = _shaved(reaches, column, Relation(relation.term, operator, relation.literal))
            if kept is None:
                return None
            reaches = {**reaches, column: kept}
    return reaches


def _shaved(reaches: Reaches, column: str, relation: Relation) -> Reach | None:
    def can_hold(low: int, high: int) -> bool:
        box = {**reaches, column: Reach(low, high)}
        found = term_reach(relation.term.monomials, box)
        whole = Reach(found.low, found.high)
        return _cut(whole, relation.operator, relation.literal) is not None

    reach = reaches[column]
    low = _first(reach.low, reach.high, can_hold)
    if low > reach.high:
        return None
    return reach.cut(low, -_first(-reach.high, -low, lambda a, b: can_hold(-b, -a)))


def _first(low: int, high: int, can_hold: Callable[[int, int], bool]) -> int:
    """The low end without as long a stretch as can be shown to hold nothing."""
    width = 1
    while low <= high:
        if not can_hold(low, min(low + width - 1, high)):
            low, width = low + width, 2 * width
        elif width == 1:
            break
        else:
            width //= 2
    return low


def _cut(reach: Reach, operator: Comparison, literal: int) -> Reach | None:
    match operator:
        case Comparison.EQUAL:
            return reach.kept([literal])
        case Comparison.NOT_EQUAL:
            return _without(reach, [literal])
        case Comparison.LESS:
            return reach.cut(reach.low, literal - 1)
        case Comparison.LESS_EQUAL:
            return reach.cut(reach.low, literal)
        case Comparison.GREATER:
            return reach.cut(literal + 1, reach.high)
        case _:
            return reach.cut(literal, reach.high)


def _without(reach: Reach, literals: Iterable[int]) -> Reach | None:
    excluded = set(literals)
    if reach.values:
        return reach.kept(value for value in reach.values if value not in excluded)
    low, high = reach.low, reach.high
    while low in excluded and low <= high:
        low += 1
    while high in excluded and low <= high:
        high -= 1
    return reach.cut(low, high)


def _union(branches: list[Reaches]) -> Reaches | None:
    if not branches:
        return None
    whole = dict(branches[0])
    for branch in branches[1:]:
        for name, reach in branch.items():
            if reach is not whole[name]:  # most columns are not in the condition
                whole[name] = whole[name].joined(reach)
    return whole


def table_reaches(table: Table, domains: Mapping[str, tuple[int, ...]]) -> Reaches:
    """Of every number and date of a table but its key."""
    found = {
        column.name: column_reach(column, domains.get(column.name, ()))
        for column in table.columns
        if column.name != table.key
    }
    return {name: reach for name, reach in found.items() if reach is not None}
