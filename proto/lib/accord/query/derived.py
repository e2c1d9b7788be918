"""What of a plan follows from its table: the one list of rules, for compiler and verifier.

The verifier holds a plan against its table where no SQL library is installed, so nothing
here imports one.  Tables have passed `accord.domain.catalogue_check`.
"""

from collections.abc import Iterable
from fractions import Fraction

from accord.domain.catalogue import Column, ColumnType
from accord.query.plan import CountKind, CountTerm, Function, Group, Measure

_VARIANCES = (Function.VAR_POP, Function.VAR_SAMP)


def domain_values(column: Column) -> tuple[int | str, ...]:
    """The public values as plans hold them: scaled integers, or the text itself."""
    if column.type is ColumnType.TEXT:
        return column.domain
    return tuple(int(Fraction(value) * 10**column.scale) for value in column.domain)


def group_of(column: Column) -> Group:
    """The GROUP BY column; NULL, where it may occur, is the last group."""
    null = (None,) if column.nulls else ()
    return Group(column.name, (*domain_values(column), *null), (*column.domain, *null))


def power_measure(column: Column, power: int) -> Measure | None:
    """The sum of a power of the distance to the minimum; None for a column without bounds."""
    if column.minimum is None or column.maximum is None:
        return None
    return Measure(column.name, power, column.minimum, (column.maximum - column.minimum) ** power)


def unit_and_scale(function: Function, column: Column) -> tuple[str, int]:
    """Unit of what an output shows of ``column``, and digits after the column's point."""
    if function is Function.COUNT:
        return "", 0
    squared = function in _VARIANCES and column.unit
    return f"({column.unit})^2" if squared else column.unit, column.scale


def guard_counts(measures: Iterable[Measure]) -> tuple[CountTerm, ...]:
    """What the guard must count per cell: rows, values, and values off either bound."""
    found = tuple(measures)
    present = {measure.column for measure in found if measure.column and measure.power == 0}
    summed = {measure.column for measure in found if measure.power > 0}
    terms = [CountTerm(CountKind.ROWS, "")]
    for name in sorted(present | summed):
        terms += [CountTerm(CountKind.PRESENT, name)] * (name in present)
        terms += [CountTerm(CountKind.SUPPORT, name)] * (name in summed)
        terms += [CountTerm(CountKind.HEADROOM, name)] * (name in summed)
    return tuple(terms)
