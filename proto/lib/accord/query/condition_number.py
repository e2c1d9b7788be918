"""The condition number of a regression, by decimal arithmetic that is the same everywhere.

D. A. Belsley, E. Kuh, R. E. Welsch, Regression Diagnostics (1980), chapter 3: the columns
of X, the intercept's among them, are scaled to length 1 and not centred; the number is the
ratio of the largest to the smallest singular value.  Above 30 the data do not tell the
coefficients apart well.

Eigenvalues are found by cyclic Jacobi rotations (G. H. Golub, C. F. Van Loan, Matrix
Computations, section 8.5).
"""

from collections.abc import Sequence
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction
from typing import Final, TypeAlias

HIGH_CONDITION: Final = 30
# Operations of `decimal` are correctly rounded by its specification, so that a fixed
# precision and a fixed order of operations give everybody the same digits.
_CONTEXT: Final = Context(prec=100, rounding=ROUND_HALF_EVEN, Emin=MIN_EMIN, Emax=MAX_EMAX)
_SMALLEST: Final = Decimal(10) ** -60  # below it rounding has the last word
_SWEEPS: Final = 60  # converges quadratically; ten are plenty

_Rows: TypeAlias = list[list[Decimal]]


def condition_number(matrix: Sequence[Sequence[int]]) -> Fraction | None:
    """Of the column-scaled X; None where it is beyond 10**30.

    Args:
        matrix: X'X, symmetric, with a positive diagonal.
    """
    with localcontext(_CONTEXT):
        lengths = [Decimal(row[at]).sqrt() for at, row in enumerate(matrix)]
        rows = [
            [Decimal(value) / lengths[at] / lengths[other] for other, value in enumerate(row)]
            for at, row in enumerate(matrix)
        ]
        values = _eigenvalues(rows)
        if min(values) < _SMALLEST:
            return None
        return Fraction((max(values) / min(values)).sqrt())


def _eigenvalues(rows: _Rows) -> list[Decimal]:
    size = len(rows)
    for _ in range(_SWEEPS):
        turned = [
            _rotate(rows, first, second)
            for first in range(size - 1)
            for second in range(first + 1, size)
        ]
        if not any(turned):
            break
    return [rows[at][at] for at in range(size)]


def _rotate(rows: _Rows, first: int, second: int) -> bool:
    """Make one pair of elements zero; False if they are as good as zero."""
    off = rows[first][second]
    if abs(off) < _SMALLEST * _SMALLEST.sqrt():
        return False
    theta = (rows[second][second] - rows[first][first]) / (2 * off)
    tangent = 1 / (abs(theta) + (theta * theta + 1).sqrt())
    tangent = tangent.copy_sign(theta)
    cosine = 1 / (tangent * tangent + 1).sqrt()
    sine = tangent * cosine
    for row in rows:
        low, high = row[first], row[second]
        row[first], row[second] = cosine * low - sine * high, sine * low + cosine * high
    low_row, high_row = rows[first], rows[second]
    rows[first] = [cosine * a - sine * b for a, b in zip(low_row, high_row, strict=True)]
    rows[second] = [sine * a + cosine * b for a, b in zip(low_row, high_row, strict=True)]
    return True
