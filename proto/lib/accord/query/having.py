"""What HAVING says of a row of the answer, with SQL's three-valued logic."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlglot import exp

from accord.query.labels import compare_label
from accord.query.plan import Expression, Operation, Operator
from accord.query.unsupported import shown
from accord.query.values import Context, check_depth, compile_number, compile_value

_COMPARISONS: Final[Mapping[type[exp.Expr], Operator]] = {
    exp.EQ: Operator.EQUAL,
    exp.NEQ: Operator.NOT_EQUAL,
    exp.LT: Operator.LESS,
    exp.LTE: Operator.LESS_EQUAL,
    exp.GT: Operator.GREATER,
    exp.GTE: Operator.GREATER_EQUAL,
}
_MIRRORED: Final[Mapping[type[exp.Expr], type[exp.Expr]]] = {
    exp.EQ: exp.EQ,
    exp.NEQ: exp.NEQ,
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
}


def compile_having(context: Context, node: exp.Expr, depth: int = 0) -> Expression:
    """A condition over aggregates and labels.

    Raises:
        AccordError: E-SQL-048 no condition; or as `compile_value`.
    """
    node = node.unnest()
    check_depth(context, node, depth)
    if type(node) in (exp.And, exp.Or):
        operator = Operator.AND if type(node) is exp.And else Operator.OR
        parts = tuple(compile_having(context, one, depth + 1) for one in node.flatten())
        return Operation(operator, parts)
    if isinstance(node, exp.Not):
        return Operation(Operator.NOT, (compile_having(context, node.this, depth + 1),))
    if type(node) in _COMPARISONS:
        return _compared(context, type(node), node.this, node.expression, depth)
    handler = _HANDLERS.get(type(node))
    if handler is None:
        raise context.statement.error("E-SQL-048", node, construct=shown(node))
    return handler(context, node, depth)


def _compared(
    context: Context, order: type[exp.Expr], left: exp.Expr, right: exp.Expr, depth: int
) -> Expression:
    for one, other, turned in ((left, right, order), (right, left, _MIRRORED[order])):
        place, named = context.meant(one)
        index = place.group(named)
        if index is not None:
            return compare_label(context.statement, context.groups[index], index, turned, other)
    operands = [compile_number(context, one, depth + 1) for one in (left, right)]
    return Operation(_COMPARISONS[order], tuple(operands))


def _between(context: Context, node: exp.Expr, depth: int) -> Expression:
    if node.args.get("symmetric"):
        raise context.statement.error("E-SQL-048", node, construct=shown(node))
    low = _compared(context, exp.GTE, node.this, node.args["low"], depth)
    high = _compared(context, exp.LTE, node.this, node.args["high"], depth)
    return Operation(Operator.AND, (low, high))


def _in(context: Context, node: exp.Expr, depth: int) -> Expression:
    if not node.expressions:  # IN (SELECT ...)
        raise context.statement.error("E-SQL-048", node, construct=shown(node))
    equal = [_compared(context, exp.EQ, node.this, one, depth) for one in node.expressions]
    return equal[0] if len(equal) == 1 else Operation(Operator.OR, tuple(equal))


def _is(context: Context, node: exp.Expr, depth: int) -> Expression:
    right = node.expression.unnest()
    negated = isinstance(right, exp.Not)
    if not isinstance(right.this if negated else right, exp.Null):
        raise context.statement.error("E-SQL-048", node, construct=shown(node))
    found = Operation(Operator.IS_NULL, (compile_value(context, node.this, depth + 1),))
    return Operation(Operator.NOT, (found,)) if negated else found


_HANDLERS: Final[Mapping[type[exp.Expr], Callable[[Context, exp.Expr, int], Expression]]] = {
    exp.Between: _between,
    exp.In: _in,
    exp.Is: _is,
}
