"""Pearson's chi-square test of independence over a cross table, from exact counts.

K. Pearson (1900); H. Cramer, Mathematical Methods of Statistics (1946), 21.9 for V.  The
tail probability uses the finite sums for whole and half-whole shape (NIST Digital Library
of Mathematical Functions, 8.4.10 and 8.4.14), in decimal arithmetic that is the same
everywhere.
"""

from collections.abc import Sequence
from decimal import MAX_EMAX, ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction
from math import lcm
from typing import Final

from accord.query.plan_answer import Function
from accord.query.roots import square_root

_CONTEXT: Final = Context(prec=60, rounding=ROUND_HALF_EVEN, Emin=-(10**8), Emax=MAX_EMAX)
_PI: Final = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
_FAR: Final = 100  # erfc of its root is below 10**-44: nothing, at the digits shown
_NEGLIGIBLE: Final = Decimal(10) ** -50


def cross_value(function: Function, counts: Sequence[int], columns: int) -> Fraction | None:
    """One output of a cross table; None for NULL: no two rows, no two columns.

    Args:
        function: One of those over all cells of a cross table.
        counts: Row by row.
        columns: Cells of one row.
    """
    rows = [counts[start : start + columns] for start in range(0, len(counts), columns)]
    rows = [row for row in rows if any(row)]
    kept = [column for column in zip(*rows, strict=True) if any(column)]
    n = sum(counts)
    if function is Function.CROSS_COUNT:
        return Fraction(n)
    freedom = (len(rows) - 1) * (len(kept) - 1)
    if n == 0 or freedom < 1:
        return None
    if function is Function.CHI_SQUARE_DF:
        return Fraction(freedom)
    statistic = _statistic(list(zip(*kept, strict=True)), n)
    if function is Function.CHI_SQUARE:
        return statistic
    if function is Function.CRAMERS_V:
        return square_root(statistic / (n * (min(len(rows), len(kept)) - 1)))
    return upper_tail(statistic, freedom)


def _statistic(rows: Sequence[Sequence[int]], n: int) -> Fraction:
    """The statistic is n * (sum of O**2 / (R * C) - 1): one division in all."""
    row_totals = [sum(row) for row in rows]
    column_totals = [sum(column) for column in zip(*rows, strict=True)]
    of_rows, of_columns = lcm(*row_totals), lcm(*column_totals)
    shares = [of_columns // total for total in column_totals]
    total = 0
    for row, row_total in zip(rows, row_totals, strict=True):
        weighted = sum(cell * cell * share for cell, share in zip(row, shares, strict=True))
        total += weighted * (of_rows // row_total)
    return n * (Fraction(total, of_rows * of_columns) - 1)


def upper_tail(statistic: Fraction, freedom: int) -> Fraction:
    """Probability that a chi-square variable is greater, within 10**-40."""
    with localcontext(_CONTEXT):
        half = Decimal(statistic.numerator) / Decimal(statistic.denominator) / 2
        if half == 0:
            return Fraction(1)
        odd = freedom % 2
        # The terms of the sum, by their ratio; the first is that of shape 1 or 3/2.
        term = (-half).exp() * (2 * (half / _PI).sqrt() if odd else 1)
        total = _complementary_error(half) if odd else Decimal(0)
        for step in range(freedom // 2):
            total += term
            term *= half / (step + 1 + Decimal(odd) / 2)
        return Fraction(min(total, Decimal(1)))


def _complementary_error(square: Decimal) -> Decimal:
    """1 - erf of the root of ``square``: 1 less the series of positive terms, DLMF 7.6.2."""
    if square > _FAR:
        return Decimal(0)
    term = total = 2 * (square / _PI).sqrt() * (-square).exp()
    step = 0
    while term > _NEGLIGIBLE:
        step += 1
        term *= square / (step + Decimal("0.5"))
        total += term
    return 1 - total
