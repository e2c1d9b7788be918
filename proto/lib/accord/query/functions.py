"""Which moments a function is made from: the list that `accord.query.plan.Function` words."""

from itertools import combinations_with_replacement
from typing import Final, TypeAlias

from accord.query.limits import MAX_REGRESSORS
from accord.query.plan_answer import Function

# Places of the variables whose product is summed; none for a count.
Factors: TypeAlias = tuple[int, ...]

ROOTS: Final = {
    Function.STDDEV_POP: Function.VAR_POP,
    Function.STDDEV_SAMP: Function.VAR_SAMP,
}
SPREADS: Final = frozenset({Function.VAR_POP, Function.VAR_SAMP, *ROOTS})
# What CASE may be the argument of.
WITH_ARMS: Final = frozenset({Function.COUNT, Function.SUM, Function.AVG, *SPREADS})
COVARIANCES: Final = frozenset({Function.COVAR_POP, Function.COVAR_SAMP})
PAIRS: Final = frozenset(
    {
        Function.CORR,
        Function.REGR_SLOPE,
        Function.REGR_INTERCEPT,
        Function.REGR_R2,
        Function.REGR_COUNT,
        Function.REGR_AVGX,
        Function.REGR_AVGY,
        Function.REGR_SXX,
        Function.REGR_SYY,
        Function.REGR_SXY,
    }
)
OLS: Final = frozenset(
    {
        Function.OLS_COEFFICIENT,
        Function.OLS_ERROR,
        Function.OLS_R2,
        Function.OLS_CONDITION,
        Function.OLS_COUNT,
    }
)
CROSS: Final = frozenset(
    {
        Function.CHI_SQUARE,
        Function.CHI_SQUARE_DF,
        Function.CHI_SQUARE_P,
        Function.CRAMERS_V,
        Function.CROSS_COUNT,
    }
)


def takes(function: Function, variables: int) -> bool:
    """Whether a function is made of that many variables."""
    if function is Function.COUNT or function in CROSS:
        return variables == 0
    if function in COVARIANCES or function in PAIRS:
        return variables == 2  # noqa: PLR2004 - y and x
    if function in OLS:
        return 1 < variables <= MAX_REGRESSORS + 1
    return variables == 1


def moment_factors(function: Function, variables: int) -> tuple[Factors, ...]:
    """What each moment of a piece is a sum of, in order.

    Pre-condition: ``takes(function, variables)``.
    """
    singles: tuple[Factors, ...] = ((), *((place,) for place in range(variables)))
    return (*singles, *_products(function, variables))


def _products(function: Function, variables: int) -> tuple[Factors, ...]:
    if function in COVARIANCES:
        return ((0, 1),)
    if function in SPREADS or function in PAIRS or function in OLS:
        return tuple(combinations_with_replacement(range(variables), 2))
    return ()
