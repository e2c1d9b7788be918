"""Ordinary least squares from moments, in exact arithmetic.

With X the rows (1, x1 ... xk), the moments are X'X, X'y and y'y.  Coefficients solve
X'X b = X'y; errors are the roots of the diagonal of s^2 (X'X)^-1 with s^2 the residual sum
of squares over n - k - 1 (W. H. Greene, Econometric Analysis, chapter 4).
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from accord.query.condition_number import condition_number
from accord.query.plan_answer import Function
from accord.query.pooled import Pooled
from accord.query.roots import square_root

Matrix: TypeAlias = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class _Fit:
    """On the moments' integer scale.

    Attributes:
        coefficients: The intercept first.
        diagonal: Of (X'X)^-1.
        residual: Sum of squared residuals.
    """

    coefficients: tuple[Fraction, ...]
    diagonal: tuple[Fraction, ...]
    residual: Fraction


def regression_value(  # noqa: PLR0911 - one return per function
    function: Function, pooled: Pooled, index: int
) -> Fraction | None:
    """One output of a regression; None for NULL.

    NULL is everything but the count where X'X is singular (fewer rows than coefficients, a
    constant regressor, one that follows from others), errors also without degrees of
    freedom, R2 also where y does not vary.

    Args:
        function: One of the OLS functions.
        pooled: y first, then the regressors.
        index: 0 for the intercept, else the regressor.
    """
    if function is Function.OLS_COUNT:
        return Fraction(pooled.n)
    matrix, right = _normal_equations(pooled)
    fit = _fit(matrix, right, pooled.products[0, 0])
    if fit is None:
        return None
    if function is Function.OLS_CONDITION:
        return condition_number(matrix)
    if function is Function.OLS_R2:
        total = Fraction(pooled.spread(0, 0), pooled.n)
        return None if total == 0 else 1 - fit.residual / total
    per_unit = Fraction(10) ** ((pooled.scales[index] if index else 0) - pooled.scales[0])
    if function is Function.OLS_COEFFICIENT:
        return fit.coefficients[index] * per_unit
    freedom = pooled.n - len(pooled.sums)
    if freedom < 1:
        return None
    return square_root(fit.residual / freedom * fit.diagonal[index] * per_unit**2)


def _normal_equations(pooled: Pooled) -> tuple[Matrix, tuple[int, ...]]:
    """X'X and X'y."""
    places = range(1, len(pooled.sums))
    first = (pooled.n, *(pooled.sums[place] for place in places))
    rest = tuple(
        (
            pooled.sums[row],
            *(pooled.products[min(row, place), max(row, place)] for place in places),
        )
        for row in places
    )
    right = (pooled.sums[0], *(pooled.products[0, place] for place in places))
    return (first, *rest), right


@lru_cache(maxsize=32)  # one regression has many outputs
def _fit(matrix: Matrix, right: tuple[int, ...], squares: int) -> _Fit | None:
    """Gauss-Jordan over fractions, with the identity beside; None if singular."""
    size = len(matrix)
    rows = [
        [Fraction(value) for value in (*matrix[at], *(int(at == one) for one in range(size)))]
        + [Fraction(right[at])]
        for at in range(size)
    ]
    for at in range(size):
        pivot = next((row for row in range(at, size) if rows[row][at]), None)
        if pivot is None:
            return None
        rows[at], rows[pivot] = rows[pivot], rows[at]
        _eliminate(rows, at)
    coefficients = tuple(row[-1] for row in rows)
    explained = sum(
        (beta * value for beta, value in zip(coefficients, right, strict=True)), Fraction(0)
    )
    diagonal = tuple(rows[at][size + at] for at in range(size))
    return _Fit(coefficients, diagonal, squares - explained)


def _eliminate(rows: list[list[Fraction]], at: int) -> None:
    """Make column ``at`` a column of the identity."""
    factor = rows[at][at]
    rows[at] = [value / factor for value in rows[at]]
    for row, values in enumerate(rows):
        if row != at and values[at]:
            times = values[at]
            rows[row] = [
                value - times * pivot for value, pivot in zip(values, rows[at], strict=True)
            ]
