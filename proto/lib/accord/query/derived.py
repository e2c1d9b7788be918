"""What of a plan follows from its table: the one list of rules, for compiler and verifier.

The verifier holds a plan against its table where no SQL library is installed, so nothing
here imports one.  Tables have passed `accord.domain.catalogue_check`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Final

from accord.domain.catalogue import Column, ColumnType, Table
from accord.query.plan import Group, Measure
from accord.query.plan_rows import Monomial, Power, Term
from accord.query.reach import Reach, Reaches, table_reaches, term_reach

EPOCH: Final = date(1970, 1, 1).toordinal()
# Count, sum and sum of squares are three equations: they say how many rows have each of
# three values.  Of two values the guard counts both; of four there are too many unknowns.
_SOLVABLE_VALUES: Final = 3


def domain_values(column: Column) -> tuple[int | str, ...]:
    """The public values as plans hold them: scaled integers, days, or the text itself."""
    if column.type is ColumnType.TEXT:
        return column.domain
    return tuple(scaled_value(column, value) for value in column.domain)


def scaled_value(column: Column, literal: str) -> int:
    """A number's or date's literal as plans hold it."""
    if column.type is ColumnType.DATE:
        return date.fromisoformat(literal).toordinal() - EPOCH
    return int(Fraction(literal) * 10**column.scale)


@lru_cache(maxsize=16)  # asked for with every term, and domains are long
def reaches_of(table: Table) -> Reaches:
    """What each number or date of the table can be."""
    domains = {
        column.name: tuple(value for value in domain_values(column) if isinstance(value, int))
        for column in table.columns
    }
    return table_reaches(table, domains)


def group_of(column: Column) -> Group:
    """GROUP BY a column by its public values; NULL, where it may occur, is the last place."""
    null = (None,) if column.nulls else ()
    return Group(
        name=column.name,
        columns=(column.name,),
        labels=(*column.domain, *null),
        values=(*domain_values(column), *null),
        date=column.type is ColumnType.DATE,
    )


def make_term(
    monomials: Iterable[Monomial], columns: Iterable[str], scale: int, table: Table
) -> Term:
    """A term with its bounds.

    Raises:
        KeyError: a column of it has neither bounds nor public values.
    """
    sorted_ = tuple(sorted(monomials, key=lambda one: [(p.column, p.exponent) for p in one.powers]))
    reach = term_reach(sorted_, reaches_of(table))
    return Term(sorted_, tuple(sorted(set(columns))), scale, reach.low, reach.high)


def plain_term(column: Column, table: Table) -> Term:
    """The column itself; errors as `make_term`."""
    return make_term([Monomial(1, (Power(column.name, 1),))], [column.name], column.scale, table)


def make_measure(
    table: Table,
    terms: Sequence[Term],
    *,
    arm: int | None = None,
    present: Iterable[str] = (),
    factors: Sequence[int] = (),
) -> Measure:
    """The sum of a product of terms over the rows of an arm with no NULL in ``present``.

    Args:
        table: Says which columns can be NULL.
        terms: Those of the plan.
        arm: Index of a condition of the plan.
        present: Names of columns; those that can never be NULL are dropped.
        factors: Indexes into ``terms``; without any, the measure counts.
    """
    nullable = {column.name for column in table.columns if column.nulls}
    bound = prod(terms[index].maximum - terms[index].minimum for index in factors)
    return Measure(arm, tuple(sorted(nullable & set(present))), tuple(sorted(factors)), bound)


def squares_tell_values(reach: Reach) -> bool:
    """Whether a sum of squares would show how many rows have each of the values."""
    return reach.size == _SOLVABLE_VALUES


def tells_values(factors: Sequence[Term], reaches: Reaches) -> bool:
    """Whether a sum of the product of ``factors`` would show how many rows have each value.

    Sums of a column's powers 0 to d are d + 1 equations, so that they say how many rows
    have each of as many values; likewise of a term and its square.

    Args:
        factors: One or two terms.
        reaches: Of the columns in the rows that are summed.
    """
    degrees: Counter[str] = Counter()
    for term in factors:
        highest: dict[str, int] = {}
        for power in (power for one in term.monomials for power in one.powers):
            highest[power.column] = max(power.exponent, highest.get(power.column, 0))
        degrees.update(highest)
    repeated = len(set(factors)) < len(factors)
    if repeated and squares_tell_values(term_reach(factors[0].monomials, reaches)):
        return True
    return any(
        _SOLVABLE_VALUES <= reaches[column].size <= degree + 1 for column, degree in degrees.items()
    )
