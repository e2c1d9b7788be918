"""How many rows must stand behind sums of which each is an equation about the rows.

Sums of the first n powers say the values of n rows (Newton's identities), and with values
from a short list those of several times as many.  A regression through k + 1 rows goes
through each of them.
"""

from accord.query.expressions import aggregates_of, expressions_of
from accord.query.functions import OLS
from accord.query.plan import Plan
from accord.query.plan_rows import Term


def degree_of(term: Term) -> int:
    """The most columns that are multiplied with each other."""
    return max((sum(power.exponent for power in one.powers) for one in term.monomials), default=0)


def needed_rows(plan: Plan, minimum: int) -> int:
    """The minimum of this plan's counts, for the minimum of one that sums single columns.

    Third powers need twice as many, fourth three times; each regressor of a multiple
    regression needs one more, so that as many degrees of freedom are left.
    """
    degrees = [
        sum(degree_of(plan.terms[index]) for index in measure.terms) for measure in plan.measures
    ]
    regressors = [
        len(aggregate.pieces[0].terms) - 1
        for expression in expressions_of(plan)
        for aggregate in aggregates_of(expression)
        if aggregate.function in OLS
    ]
    return minimum * max(1, max(degrees) - 1) + max(regressors, default=0)
