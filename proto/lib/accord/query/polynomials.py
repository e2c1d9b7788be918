"""Polynomials of columns with exact decimal coefficients: what arithmetic of a row becomes.

Scales are those of SQL's DECIMAL: a product adds them, a sum takes the larger, so that a
sum over the rows prints the digits DuckDB prints.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias

from accord.domain.catalogue import Column, Table
from accord.query.derived import make_term
from accord.query.limits import MAX_SUM
from accord.query.plan_rows import Monomial, Power, Term
from accord.query.reach import Reaches

# Less than what a plan may have (`accord.query.limits`), since terms are squared and scaled.
MAX_SCALE: Final = 18
MAX_DEGREE: Final = 8
MAX_MONOMIALS: Final = 64

_Powers: TypeAlias = tuple[Power, ...]


class TooLargeError(ValueError):
    """More digits, powers or summands than a term may have."""


@dataclass(frozen=True, slots=True)
class Polynomial:
    """``sum of coefficient * powers``, divided by 10**scale, over scaled columns.

    Attributes:
        coefficients: By powers sorted by column; none is zero.
        columns: All columns it was written with, also those that fell out.
        dates: How many dates were added, less those subtracted: 1 is a date, 0 a number.
    """

    coefficients: Mapping[_Powers, int]
    columns: frozenset[str] = frozenset()
    scale: int = 0
    dates: int = 0

    def plus(self, other: "Polynomial") -> "Polynomial":
        """The sum; errors as `checked`."""
        scale = max(self.scale, other.scale)
        total = dict(self.rescaled(scale).coefficients)
        for powers, coefficient in other.rescaled(scale).coefficients.items():
            total[powers] = total.get(powers, 0) + coefficient
        return _checked(total, self.columns | other.columns, scale, self.dates + other.dates)

    def negated(self) -> "Polynomial":
        """The same with the other sign."""
        turned = {powers: -coefficient for powers, coefficient in self.coefficients.items()}
        return Polynomial(turned, self.columns, self.scale, -self.dates)

    def times(self, other: "Polynomial") -> "Polynomial":
        """The product of two numbers; errors as `checked`."""
        total: dict[_Powers, int] = {}
        for left, a in self.coefficients.items():
            for right, b in other.coefficients.items():
                powers = _multiplied(left, right)
                total[powers] = total.get(powers, 0) + a * b
        return _checked(total, self.columns | other.columns, self.scale + other.scale, 0)

    def divided_by(self, divisor: Fraction) -> "Polynomial":
        """The quotient, on the smallest scale that holds it exactly.

        Raises:
            TooLargeError: No scale of at most 18 digits does.
        """
        for scale in range(self.scale, MAX_SCALE + 1):
            factor = Fraction(10 ** (scale - self.scale)) / divisor
            found = {powers: one * factor for powers, one in self.coefficients.items()}
            if all(one.denominator == 1 for one in found.values()):
                exact = {powers: int(one) for powers, one in found.items()}
                return _checked(exact, self.columns, scale, self.dates)
        raise TooLargeError

    def rescaled(self, scale: int) -> "Polynomial":
        """The same with more digits."""
        factor = 10 ** (scale - self.scale)
        found = {powers: one * factor for powers, one in self.coefficients.items()}
        return Polynomial(found, self.columns, scale, self.dates)

    @property
    def constant(self) -> Fraction | None:
        """Its value, if it has no columns."""
        if self.columns:
            return None
        return Fraction(sum(self.coefficients.values()), 10**self.scale)

    def term(self, table: Table) -> Term:
        """The term that it is of a table's rows.

        Raises:
            KeyError: A column of it has neither bounds nor public values.
        """
        monomials = [Monomial(one, powers) for powers, one in self.coefficients.items()]
        return make_term(monomials, self.columns, self.scale, table)


def column_polynomial(column: Column, *, date: bool) -> Polynomial:
    """The column itself."""
    powers = (Power(column.name, 1),)
    return Polynomial({powers: 1}, frozenset({column.name}), column.scale, int(date))


def number_polynomial(value: int, scale: int, *, date: bool = False) -> Polynomial:
    """The literal ``value / 10**scale``, or a day."""
    return _checked({(): value}, frozenset(), scale, int(date))


def magnitude(term: Term, reaches: Reaches) -> int:
    """Bound on every number met while the term of one row is computed, in any order."""
    total = 0
    for monomial in term.monomials:
        size = abs(monomial.coefficient)
        for power in monomial.powers:
            reach = reaches[power.column]
            size *= max(1, abs(reach.low), abs(reach.high)) ** power.exponent
        total += size
    return total


def _multiplied(left: _Powers, right: _Powers) -> _Powers:
    exponents: dict[str, int] = {}
    for power in (*left, *right):
        exponents[power.column] = exponents.get(power.column, 0) + power.exponent
    return tuple(Power(column, exponents[column]) for column in sorted(exponents))


def _checked(
    coefficients: Mapping[_Powers, int], columns: frozenset[str], scale: int, dates: int
) -> Polynomial:
    """Bounded at every step: a short text can multiply out to millions of summands."""
    found = {powers: one for powers, one in coefficients.items() if one}
    degree = max((sum(power.exponent for power in powers) for powers in found), default=0)
    large = any(abs(one) > MAX_SUM for one in found.values())
    if large or scale > MAX_SCALE or degree > MAX_DEGREE or len(found) > MAX_MONOMIALS:
        raise TooLargeError
    return Polynomial(found, columns, scale, dates)
