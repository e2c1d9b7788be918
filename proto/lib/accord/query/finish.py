"""From opened sums to the printed answer, in exact arithmetic.

SUM and COUNT are exactly DuckDB's.  AVG and STDDEV have ``scale + 6`` digits after the
point, variances ``2 * scale + 6``; each is the exact value rounded half to even once,
so everybody who redoes it gets the same text.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import isqrt
from typing import Final

from accord.domain.answer import WITHHELD, Answer, CellMoments
from accord.query.numbers import decimal_text
from accord.query.plan import Function, Output, Plan
from accord.query.shape import check_moments, check_plan

EXTRA_DIGITS: Final = 6
ROOT_DIGITS: Final = 40  # of a standard deviation given as a fraction

_ROOTS: Final = {
    Function.STDDEV_POP: Function.VAR_POP,
    Function.STDDEV_SAMP: Function.VAR_SAMP,
}


def finish(plan: Plan, moments: Sequence[CellMoments]) -> Answer:
    """The answer's table: every cell of the plan, in its order.

    Raises:
        VerificationError: E-SQL-037 or E-SQL-038; plan and sums do not fit.
    """
    check_plan(plan)
    check_moments(plan, moments)
    released = {cell.cell: cell.moments for cell in moments}
    rows = []
    for index, labels in enumerate(product(*(group.labels for group in plan.groups))):
        label_of = {group.column: label for group, label in zip(plan.groups, labels, strict=True)}
        sums = released.get(index)
        rows.append(tuple(_show(plan, output, sums, label_of) for output in plan.outputs))
    return Answer(
        columns=tuple(output.name for output in plan.outputs),
        units=tuple(output.unit for output in plan.outputs),
        rows=tuple(rows),
        withheld=plan.cells - len(released),
    )


def exact(plan: Plan, moments: Sequence[CellMoments]) -> dict[int, tuple[Fraction | None, ...]]:
    """Per released cell the exact value of every output; None for groups and SQL NULL.

    A standard deviation is the nearest multiple of 10**-40.

    Raises:
        VerificationError: E-SQL-037 or E-SQL-038; plan and sums do not fit.
    """
    check_plan(plan)
    check_moments(plan, moments)
    return {
        cell.cell: tuple(_exact(plan, output, cell.moments) for output in plan.outputs)
        for cell in moments
    }


def _show(
    plan: Plan, output: Output, sums: Sequence[int] | None, labels: Mapping[str, str | None]
) -> str | None:
    if output.function is Function.GROUP:
        return labels[output.column]
    if sums is None:
        return WITHHELD
    digits = _digits(output)
    if output.function in _ROOTS:
        variance = _variance(output, sums)
        return None if variance is None else decimal_text(_rounded_root(variance, digits), digits)
    value = _exact(plan, output, sums)
    return None if value is None else decimal_text(round(value * 10**digits), digits)


def _digits(output: Output) -> int:
    match output.function:
        case Function.COUNT:
            return 0
        case Function.SUM:
            return output.scale
        case Function.VAR_POP | Function.VAR_SAMP:
            return 2 * output.scale + EXTRA_DIGITS
        case _:
            return output.scale + EXTRA_DIGITS


def _exact(plan: Plan, output: Output, sums: Sequence[int]) -> Fraction | None:
    match output.function:
        case Function.GROUP:
            return None
        case Function.COUNT:
            return Fraction(sums[output.moments[0]])
        case Function.SUM | Function.AVG:
            return _sum_or_mean(plan, output, sums)
        case Function.VAR_POP | Function.VAR_SAMP:
            return _variance(output, sums)
        case _:
            variance = _variance(output, sums)
    if variance is None:
        return None
    return Fraction(_rounded_root(variance, ROOT_DIGITS), 10**ROOT_DIGITS)


def _sum_or_mean(plan: Plan, output: Output, sums: Sequence[int]) -> Fraction | None:
    count, total = (sums[index] for index in output.moments)
    if count == 0:
        return None
    divisor = count if output.function is Function.AVG else 1
    offset = plan.measures[output.moments[1]].offset
    return Fraction(total + count * offset, divisor * 10**output.scale)


def _variance(output: Output, sums: Sequence[int]) -> Fraction | None:
    """Variances do not depend on the offset: it is left inside the sums."""
    count, total, squares = (sums[index] for index in output.moments)
    function = _ROOTS.get(output.function, output.function)
    degrees = count - 1 if function is Function.VAR_SAMP else count
    if count == 0 or degrees == 0:
        return None
    return Fraction(squares * count - total * total, count * degrees * 100**output.scale)


def _rounded_root(value: Fraction, digits: int) -> int:
    """sqrt(value) * 10**digits, rounded half to even without any intermediate rounding.

    With f = floor(sqrt(y)) for y = value * 100**digits, the root lies above f + 1/2
    exactly if 4y > (2f + 1)**2.
    """
    target = value * 100**digits
    floor = isqrt(target.numerator // target.denominator)
    difference = 4 * target - (2 * floor + 1) ** 2
    if difference > 0 or (difference == 0 and floor % 2):
        return floor + 1
    return floor
