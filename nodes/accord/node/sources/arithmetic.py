"""Terms to SQL: exact integers, as narrow as the bounds allow and as wide as they must.

Where a database has no integer beyond 64 bits, sums are taken of limbs and put together
afterwards: Knuth, "The Art of Computer Programming", volume 2, section 4.3.1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from math import prod
from operator import add, mul
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, cast

from accord.domain.errors import RefusalError
from accord.node.sources.backend import NATIVE_LIMIT, Arithmetic, integer
from accord.query.plan_rows import Monomial, Term
from accord.query.reach import Reaches

_SUM_LIMB_BITS: Final = 31  # its sum over 2**32 rows fits 64 bits
_NATIVE_BITS: Final = 62  # of a product of limbs


@dataclass(frozen=True, slots=True)
class Number:
    """A natural number in SQL that is never larger than ``bound``."""

    sql: ColumnElement[Any]
    bound: int


@dataclass(frozen=True, slots=True)
class Addend:
    """A sum is made of several: each is summed by the database, then weighed and added."""

    weight: int
    sql: ColumnElement[Any]


def constant_of(term: Term) -> int:
    """What the polynomial is made of besides its columns."""
    return sum(one.coefficient for one in term.monomials if not one.powers)


def polynomial(
    term: Term,
    columns: Mapping[str, ColumnElement[Any]],
    reaches: Reaches,
    arithmetic: Arithmetic,
    less: int,
) -> ColumnElement[Any]:
    """``term - less``; NULL if one of the term's columns is.

    Raises:
        RefusalError: E-SRC-043; on the way numbers would be too large for the database.
    """
    varying = [one for one in term.monomials if one.powers]
    constant = constant_of(term) - less
    largest = abs(constant) + sum(_magnitude(one, reaches) for one in varying)
    if largest > max(NATIVE_LIMIT, arithmetic.widest):
        raise RefusalError("E-SRC-043")
    wide = arithmetic.wide if largest > NATIVE_LIMIT else None

    def product_of(one: Monomial) -> ColumnElement[Any]:
        powers = [columns[power.column] for power in one.powers for _ in range(power.exponent)]
        factors = powers if wide is None else [cast(factor, wide) for factor in powers]
        return reduce(
            mul, factors if one.coefficient == 1 else [integer(one.coefficient), *factors]
        )

    parts = [product_of(one) for one in varying]
    if constant or not parts:
        parts.append(integer(constant))
    return _null_with(term, columns, reduce(add, parts))


def _null_with(
    term: Term, columns: Mapping[str, ColumnElement[Any]], total: ColumnElement[Any]
) -> ColumnElement[Any]:
    """A column whose coefficient has become zero makes the term NULL all the same."""
    used = {power.column for one in term.monomials for power in one.powers}
    others = [columns[name].is_not(None) for name in term.columns if name not in used]
    return case((and_(*others), total)) if others else total


def _magnitude(one: Monomial, reaches: Reaches) -> int:
    """No partial product of it is larger."""
    ends = [max(1, abs(reaches[p.column].low), abs(reaches[p.column].high)) for p in one.powers]
    powers = zip(ends, one.powers, strict=True)
    size: int = prod(end**power.exponent for end, power in powers)
    return abs(one.coefficient) * size


def addends(factors: Sequence[Number], arithmetic: Arithmetic, max_rows: int) -> tuple[Addend, ...]:
    """What to sum to have the sum of the product of ``factors``, of which there is one or more.

    Raises:
        RefusalError: E-SRC-043; neither does the product fit nor can it be taken in limbs.
    """
    bound = prod(factor.bound for factor in factors)
    if arithmetic.wide is not None:
        if bound > NATIVE_LIMIT:
            factors = [Number(cast(one.sql, arithmetic.wide), one.bound) for one in factors]
        return (Addend(1, reduce(mul, [factor.sql for factor in factors])),)
    if bound * max_rows <= NATIVE_LIMIT:
        return (Addend(1, reduce(mul, [factor.sql for factor in factors])),)
    if max_rows > NATIVE_LIMIT >> _SUM_LIMB_BITS:
        raise RefusalError("E-SRC-043")
    return tuple(
        Addend(weight * inner, limb.sql)
        for weight, number in _products(factors, bound)
        for inner, limb in _limbs(number, _SUM_LIMB_BITS)
    )


def _products(factors: Sequence[Number], bound: int) -> list[tuple[int, Number]]:
    """The product as a weighed sum of numbers below 2**63."""
    bits = _NATIVE_BITS if bound <= NATIVE_LIMIT else _NATIVE_BITS // len(factors)
    found = []
    for limbs in product(*(_limbs(factor, bits) for factor in factors)):
        weight = prod(one for one, _ in limbs)
        sql = reduce(mul, [number.sql for _, number in limbs])
        found.append((weight, Number(sql, prod(number.bound for _, number in limbs))))
    return found


def _limbs(number: Number, bits: int) -> list[tuple[int, Number]]:
    if number.bound >> bits == 0 or bits == _NATIVE_BITS:
        return [(1, number)]
    mask = (1 << bits) - 1
    low = Number(number.sql.op("&")(integer(mask)).self_group(), mask)
    high = Number(number.sql.op(">>")(integer(bits)).self_group(), number.bound >> bits)
    return [(1, low), *((weight << bits, limb) for weight, limb in _limbs(high, bits))]
