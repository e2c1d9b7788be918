"""Aggregate functions to expressions over sums."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlglot import exp

from accord.query.arms import arms_of, filter_condition, filter_of
from accord.query.functions import WITH_ARMS, moment_factors, takes
from accord.query.measures import Sums, function_name
from accord.query.plan_answer import Aggregate, Function, Piece
from accord.query.plan_rows import Predicate
from accord.query.terms import compile_term, polynomial
from accord.query.unsupported import shown, unsupported

_FUNCTIONS: Final[Mapping[type[exp.Expr], Function]] = {
    exp.Count: Function.COUNT,
    exp.CountIf: Function.COUNT,
    exp.Sum: Function.SUM,
    exp.Avg: Function.AVG,
    exp.VariancePop: Function.VAR_POP,
    exp.Variance: Function.VAR_SAMP,  # DuckDB: VARIANCE and VAR_SAMP
    exp.StddevPop: Function.STDDEV_POP,
    exp.StddevSamp: Function.STDDEV_SAMP,
    exp.Stddev: Function.STDDEV_SAMP,
    exp.CovarPop: Function.COVAR_POP,
    exp.CovarSamp: Function.COVAR_SAMP,
    exp.Corr: Function.CORR,
    exp.RegrSlope: Function.REGR_SLOPE,
    exp.RegrIntercept: Function.REGR_INTERCEPT,
    exp.RegrR2: Function.REGR_R2,
    exp.RegrCount: Function.REGR_COUNT,
    exp.RegrAvgx: Function.REGR_AVGX,
    exp.RegrAvgy: Function.REGR_AVGY,
    exp.RegrSxx: Function.REGR_SXX,
    exp.RegrSyy: Function.REGR_SYY,
    exp.RegrSxy: Function.REGR_SXY,
}
_BY_NAME: Final[Mapping[str, Function]] = {"MEAN": Function.AVG}


def is_aggregate(node: exp.Expr) -> bool:
    """Whether `compile_aggregate` knows it by name."""
    return isinstance(node, exp.Filter) or _function(node) is not None


def compile_aggregate(sums: Sums, node: exp.Expr) -> Aggregate:
    """The expression of one aggregate, FILTER included.

    Raises:
        AccordError: Not an aggregate we answer, or not over arithmetic of columns.
    """
    call, within = filter_of(node)
    function, arguments = _function(call), call_arguments(call)
    if function is None or not _takes(function, arguments):
        raise unsupported(sums.scope.statement, call)
    for argument in arguments:
        if isinstance(argument, (exp.Distinct, exp.Order)):
            raise unsupported(sums.scope.statement, argument)
    condition = filter_condition(sums, within)
    if function is Function.COUNT:
        return Aggregate(function, _counted(sums, call, condition))
    if function not in WITH_ARMS:
        return Aggregate(function, (_paired(sums, call, function, condition),))
    return Aggregate(function, _summed(sums, call, function, condition))


def call_arguments(call: exp.Expr) -> list[exp.Expr]:
    """A function's arguments, however sqlglot keeps them."""
    given = [call.this, call.args.get("expression"), *call.expressions]
    return [one.unnest() for one in given if isinstance(one, exp.Expr)]


def _function(call: exp.Expr) -> Function | None:
    if isinstance(call, exp.Anonymous):
        return _BY_NAME.get(function_name(call))
    return _FUNCTIONS.get(type(call))


def _takes(function: Function, arguments: Sequence[exp.Expr]) -> bool:
    if function is Function.COUNT:
        return len(arguments) <= 1
    return takes(function, len(arguments))


def _counted(sums: Sums, call: exp.Expr, condition: Predicate | None) -> tuple[Piece, ...]:
    argument = next(iter(call_arguments(call)), exp.Star())
    if isinstance(call, exp.CountIf):
        argument = exp.If(this=argument.copy(), true=exp.Literal.number(1))
    pieces = []
    for arm, result in _filled_arms(sums, call, argument, condition):
        pieces.append(Piece((), (sums.count(arm, _columns(sums, result)),)))
    return tuple(pieces)


def _columns(sums: Sums, result: exp.Expr) -> list[str]:
    """The columns that have to be there for a row to count."""
    if isinstance(result, exp.Column):
        return [sums.scope.column(result).name]
    if isinstance(result, (exp.Literal, exp.Star)):  # COUNT(1) counts rows, as in DuckDB
        return []
    return list(polynomial(sums.scope, result).columns)


def _filled_arms(
    sums: Sums, call: exp.Expr, argument: exp.Expr, within: Predicate | None
) -> list[tuple[int | None, exp.Expr]]:
    """Arms whose result is not NULL, by the indexes of their conditions."""
    arms = arms_of(sums, argument, within)
    filled = [(sums.arm(arm.condition), arm.result) for arm in arms if arm.result is not None]
    if not filled:
        raise sums.scope.statement.error("E-SQL-046", call, construct=shown(call))
    return filled


def _summed(
    sums: Sums, call: exp.Expr, function: Function, condition: Predicate | None
) -> tuple[Piece, ...]:
    (argument,) = call_arguments(call)
    pieces = []
    for arm, result in _filled_arms(sums, call, argument, condition):
        term = compile_term(sums.scope, result, sums.scope.statement.word(call, function))
        pieces.append(sums.piece(call, arm, [term], moment_factors(function, 1)))
    return tuple(pieces)


def _paired(sums: Sums, call: exp.Expr, function: Function, condition: Predicate | None) -> Piece:
    terms = [compile_term(sums.scope, one, function) for one in call_arguments(call)]
    return sums.piece(call, sums.arm(condition), terms, moment_factors(function, len(terms)))
