"""From moments to statistics, in exact arithmetic.  NULL (None) is DuckDB's NULL or NaN.

Definitions are SQL's (ISO/IEC 9075-2, 10.9): N rows, S the sum of squares or products of
deviations from the mean.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from accord.query.functions import OLS, ROOTS
from accord.query.plan_answer import Function
from accord.query.pooled import Pooled
from accord.query.regression import regression_value
from accord.query.roots import square_root

_Y, _X = 0, 1  # SQL names the dependent variable first


def statistic(function: Function, pooled: Pooled, index: int = 0) -> Fraction | None:
    """The value of an aggregate function; None for NULL.

    Args:
        function: None of those over a cross table.
        pooled: Its moments.
        index: Which coefficient, for OLS.
    """
    if function in OLS:
        return regression_value(function, pooled, index)
    if function in (Function.COUNT, Function.REGR_COUNT):
        return Fraction(pooled.n)
    if pooled.n == 0:
        return None
    if function in ROOTS:
        variance = _FUNCTIONS[ROOTS[function]](pooled)
        return None if variance is None else square_root(variance)
    return _FUNCTIONS[function](pooled)


def _sum(pooled: Pooled) -> Fraction:
    return Fraction(pooled.sums[0], 10 ** pooled.scales[0])


def _mean(pooled: Pooled, place: int = 0) -> Fraction:
    return Fraction(pooled.sums[place], pooled.n * 10 ** pooled.scales[place])


def _deviations(pooled: Pooled, first: int, second: int, divisor: int = 1) -> Fraction:
    """S over the divisor."""
    scale = pooled.scales[first] + pooled.scales[second]
    return Fraction(pooled.spread(first, second), pooled.n * divisor * 10**scale)


def _population(first: int, second: int) -> Callable[[Pooled], Fraction]:
    return lambda pooled: _deviations(pooled, first, second, pooled.n)


def _sample(first: int, second: int) -> Callable[[Pooled], Fraction | None]:
    return lambda pooled: _deviations(pooled, first, second, pooled.n - 1) if pooled.n > 1 else None


def _correlation(pooled: Pooled) -> Fraction | None:
    squares = pooled.spread(_Y, _Y) * pooled.spread(_X, _X)
    if squares == 0:
        return None
    both = pooled.spread(_Y, _X)
    root = square_root(Fraction(both * both, squares))
    return -root if both < 0 else root


def _slope(pooled: Pooled) -> Fraction | None:
    if pooled.spread(_X, _X) == 0:
        return None
    return _deviations(pooled, _Y, _X) / _deviations(pooled, _X, _X)


def _intercept(pooled: Pooled) -> Fraction | None:
    slope = _slope(pooled)
    return None if slope is None else _mean(pooled, _Y) - slope * _mean(pooled, _X)


def _determination(pooled: Pooled) -> Fraction | None:
    """NULL without spread of x; 1 without spread of y."""
    if pooled.spread(_X, _X) == 0:
        return None
    if pooled.spread(_Y, _Y) == 0:
        return Fraction(1)
    both = pooled.spread(_Y, _X)
    return Fraction(both * both, pooled.spread(_Y, _Y) * pooled.spread(_X, _X))


_FUNCTIONS: Final[Mapping[Function, Callable[[Pooled], Fraction | None]]] = {
    Function.SUM: _sum,
    Function.AVG: _mean,
    Function.VAR_POP: _population(0, 0),
    Function.VAR_SAMP: _sample(0, 0),
    Function.COVAR_POP: _population(_Y, _X),
    Function.COVAR_SAMP: _sample(_Y, _X),
    Function.CORR: _correlation,
    Function.REGR_SLOPE: _slope,
    Function.REGR_INTERCEPT: _intercept,
    Function.REGR_R2: _determination,
    Function.REGR_AVGX: lambda pooled: _mean(pooled, _X),
    Function.REGR_AVGY: lambda pooled: _mean(pooled, _Y),
    Function.REGR_SXX: lambda pooled: _deviations(pooled, _X, _X),
    Function.REGR_SYY: lambda pooled: _deviations(pooled, _Y, _Y),
    Function.REGR_SXY: lambda pooled: _deviations(pooled, _Y, _X),
}
