"""Whether two conditions can never hold of one row, as far as their form tells.

Counts of disjoint sets of rows may lie close together by chance; counts of nested ones
must not, for their difference is a count of its own.
"""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Final, TypeAlias

from accord.query.plan_rows import Comparison, Compound, Condition, Junction, Predicate

_Range: TypeAlias = tuple[float, float]

_OPPOSITE: Final[Mapping[Comparison, Comparison]] = {
    Comparison.EQUAL: Comparison.NOT_EQUAL,
    Comparison.LESS: Comparison.GREATER_EQUAL,
    Comparison.GREATER: Comparison.LESS_EQUAL,
}


def are_disjoint(one: Predicate, other: Predicate) -> bool:
    """True only if no row fulfils both; False says nothing."""
    ours, theirs = tuple(_conjuncts(one)), tuple(_conjuncts(other))
    return any(_exclude(a, b) or _exclude(b, a) for a in ours for b in theirs)


def _conjuncts(predicate: Predicate) -> Iterator[Predicate]:
    """Conditions that must all be true, the whole among them."""
    yield predicate
    if isinstance(predicate, Compound) and predicate.junction in (Junction.AND, Junction.IS_TRUE):
        for operand in predicate.operands:
            yield from _conjuncts(operand)


def _exclude(one: Predicate, other: Predicate) -> bool:
    if isinstance(other, Compound) and other.junction is Junction.NOT:
        return one in _implied_by_falsehood(other.operands[0])
    if not isinstance(one, Condition) or not isinstance(other, Condition):
        return False
    if one.column != other.column:
        return False
    if Comparison.IS_NULL in (one.operator, other.operator):
        return one.operator is not other.operator
    if _OPPOSITE.get(one.operator) is other.operator and one.literals == other.literals:
        return True
    return _listed_apart(one, other) or _ranges_apart(one, other)


def _implied_by_falsehood(predicate: Predicate) -> Iterator[Predicate]:
    """What cannot be true where the predicate is not: itself, and every operand of an OR."""
    yield predicate
    if isinstance(predicate, Compound) and predicate.junction in (Junction.OR, Junction.IS_TRUE):
        for operand in predicate.operands:
            yield from _implied_by_falsehood(operand)


def _listed_apart(one: Condition, other: Condition) -> bool:
    listed = (Comparison.EQUAL, Comparison.IN)
    both = one.operator in listed and other.operator in listed
    return both and not set(one.literals) & set(other.literals)


def _ranges_apart(one: Condition, other: Condition) -> bool:
    ours, theirs = _range(one), _range(other)
    return ours[1] < theirs[0] or theirs[1] < ours[0]


def _range(condition: Condition) -> _Range:
    """From the smallest to the largest number that fulfils it, or wider."""
    numbers = [literal for literal in condition.literals if isinstance(literal, int)]
    if not numbers or len(numbers) != len(condition.literals):
        return -inf, inf
    low, high = min(numbers), max(numbers)
    match condition.operator:
        case Comparison.EQUAL | Comparison.IN:
            return low, high
        case Comparison.LESS | Comparison.LESS_EQUAL:
            return -inf, high - (condition.operator is Comparison.LESS)
        case Comparison.GREATER | Comparison.GREATER_EQUAL:
            return low + (condition.operator is Comparison.GREATER), inf
    return -inf, inf
