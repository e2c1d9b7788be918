"""``OLS(y, x1, ..., xk)``: one item of the SELECT list, several columns of the answer.

They are called ``OLS(y).intercept``, ``OLS(y).x1`` and so on, each followed by its standard
error ``... error``, then ``.r2``, ``.n`` and ``.condition``; an alias takes the place of
``OLS(y)``.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlglot import exp

from accord.query.aggregates import call_arguments
from accord.query.arms import filter_condition, filter_of
from accord.query.functions import moment_factors
from accord.query.groups import item_name
from accord.query.limits import MAX_REGRESSORS
from accord.query.measures import Sums, function_name
from accord.query.plan_answer import Aggregate, Function, Piece
from accord.query.plan_rows import Term
from accord.query.terms import compile_term
from accord.query.unsupported import shown

NAME: Final = "OLS"


def is_regression(node: exp.Expr) -> bool:
    """Whether it is a call of OLS, with or without FILTER."""
    call, _ = filter_of(node)
    return isinstance(call, exp.Anonymous) and function_name(call) == NAME


def compile_regression(sums: Sums, node: exp.Expr, alias: str) -> Iterator[tuple[str, Aggregate]]:
    """Names and expressions of a regression's columns.

    Raises:
        AccordError: E-SQL-047 its arguments make no regression; or as `compile_term`.
    """
    call, within = filter_of(node)
    variables = call_arguments(call)
    if not 1 < len(variables) <= MAX_REGRESSORS + 1:
        raise _error(sums, call)
    terms = [compile_term(sums.scope, one, NAME) for one in variables]
    _check_different(sums, call, terms)
    arm = sums.arm(filter_condition(sums, within))
    piece = sums.piece(call, arm, terms, moment_factors(Function.OLS_R2, len(terms)))
    names = [item_name(sums.scope, one) for one in variables]
    yield from _columns(alias or f"{NAME}({names[0]})", ["intercept", *names[1:]], piece)


def _columns(prefix: str, names: Sequence[str], piece: Piece) -> Iterator[tuple[str, Aggregate]]:
    for index, name in enumerate(names):
        yield f"{prefix}.{name}", Aggregate(Function.OLS_COEFFICIENT, (piece,), index)
        yield f"{prefix}.{name} error", Aggregate(Function.OLS_ERROR, (piece,), index)
    yield f"{prefix}.r2", Aggregate(Function.OLS_R2, (piece,))
    yield f"{prefix}.n", Aggregate(Function.OLS_COUNT, (piece,))
    yield f"{prefix}.condition", Aggregate(Function.OLS_CONDITION, (piece,))


def _check_different(sums: Sums, call: exp.Expr, terms: Sequence[Term]) -> None:
    """Constants and repetitions make the moment matrix singular whatever the rows are."""
    for place, term in enumerate(terms):
        if not any(one.powers for one in term.monomials) or term in terms[:place]:
            raise _error(sums, call_arguments(call)[place])


def _error(sums: Sums, node: exp.Expr) -> Exception:
    return sums.scope.statement.error(
        "E-SQL-047", node, construct=shown(node), limit=MAX_REGRESSORS
    )
