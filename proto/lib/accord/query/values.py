"""Values of an answer's row: arithmetic of aggregates, labels of groups, conditions.

All of it is computed from the opened sums, so nothing here is asked of an owner but the
aggregates inside.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sqlglot import exp

from accord.domain.catalogue import ColumnType
from accord.query.aggregates import compile_aggregate, is_aggregate
from accord.query.context import Context
from accord.query.dates import date_text
from accord.query.instead import averaging, counting, grouping
from accord.query.kinds import Kind, kind_of
from accord.query.limits import MAX_SCALE
from accord.query.literals import date_literal
from accord.query.plan_answer import Expression, Grouping, Label, Number, Operation, Operator, Text
from accord.query.terms import exact_number, is_day
from accord.query.unsupported import shown, unsupported

MAX_DEPTH: Final = 40
_OPERATORS: Final[Mapping[type[exp.Expr], Operator]] = {
    exp.Add: Operator.ADD,
    exp.Sub: Operator.SUBTRACT,
    exp.Mul: Operator.MULTIPLY,
    exp.Div: Operator.DIVIDE,
    exp.Abs: Operator.ABS,
    exp.Sqrt: Operator.SQRT,
    exp.Nullif: Operator.NULLIF,
    exp.Coalesce: Operator.COALESCE,
    exp.Not: Operator.NOT,
    exp.EQ: Operator.EQUAL,
    exp.NEQ: Operator.NOT_EQUAL,
    exp.LT: Operator.LESS,
    exp.LTE: Operator.LESS_EQUAL,
    exp.GT: Operator.GREATER,
    exp.GTE: Operator.GREATER_EQUAL,
}


def compile_value(context: Context, node: exp.Expr, depth: int = 0) -> Expression:
    """A label, a number, text, a truth value, or NULL.

    Raises:
        AccordError: Something else, or parts that do not fit each other.
    """
    context, node = context.meant(node)
    if depth > MAX_DEPTH:
        raise context.statement.error("E-SQL-024", node, limit=MAX_DEPTH)
    if is_aggregate(node):
        return compile_aggregate(context.sums, node)
    group = context.group(node)
    if group is not None:
        return Label(group)
    if isinstance(node, exp.Column):
        raise _alone(context, node)
    if is_day(node):  # labels of dates are their text, whose order is theirs
        return Text(date_text(date_literal(context.sums.scope, shown(node), node)))
    return _HANDLERS.get(type(node), _operation)(context, node, depth)


def compile_having(context: Context, node: exp.Expr) -> Expression:
    """What a row of the answer must fulfil; errors as `compile_value`."""
    found = compile_value(context, node)
    if kind_of(found, context.groups) is not Kind.TRUTH:
        raise context.statement.error("E-SQL-048", node, construct=shown(node))
    return found


def _operation(context: Context, node: exp.Expr, depth: int) -> Expression:
    operator = _OPERATORS.get(type(node))
    if operator is None:
        raise unsupported(context.statement, node)
    parts = [node.this, node.args.get("expression"), *node.expressions]
    found = [compile_value(context, one, depth + 1) for one in parts if one is not None]
    return _fitting(context, node, operator, found)


def _fitting(
    context: Context, node: exp.Expr, operator: Operator, operands: Sequence[Expression]
) -> Expression:
    """The operation, if numbers, text and truth values do not mix in it."""
    found = Operation(operator, tuple(operands))
    try:
        kind_of(found, context.groups)
    except ValueError:
        raise context.statement.error("E-SQL-048", node, construct=shown(node)) from None
    return found


def _literal(context: Context, node: exp.Expr, _depth: int) -> Expression:
    if node.is_string:
        return Text(node.name)
    try:
        value, scale = exact_number(node)
    except ValueError:
        raise unsupported(context.statement, node) from None
    if scale > MAX_SCALE:
        raise unsupported(context.statement, node)
    return Number(value, scale)


def _negation(context: Context, node: exp.Expr, depth: int) -> Expression:
    """A negative literal is a literal."""
    found = compile_value(context, node.this, depth + 1)
    if isinstance(found, Number):
        return Number(-found.value, found.scale)
    return _fitting(context, node, Operator.NEGATE, [found])


def _round(context: Context, node: exp.Expr, depth: int) -> Expression:
    places = (node.args.get("decimals") or exp.Literal.number(0)).unnest()
    digits = places.name if isinstance(places, exp.Literal) else ""
    if not digits.isdecimal() or len(digits) > len(str(MAX_SCALE)) or int(digits) > MAX_SCALE:
        raise context.statement.error("E-SQL-049", node, limit=MAX_SCALE)
    operand = compile_value(context, node.this, depth + 1)
    return _fitting(context, node, Operator.ROUND, [operand, Number(int(digits))])


def _grouping(context: Context, node: exp.Expr, _depth: int) -> Expression:
    items = [one for one in (node.this, *node.expressions) if isinstance(one, exp.Expr)]
    group = context.group(items[0].unnest()) if len(items) == 1 else None
    if group is None:
        raise context.statement.error("E-SQL-050", node, construct=shown(node))
    return Grouping(group)


def _junction(context: Context, node: exp.Expr, depth: int) -> Expression:
    operator = Operator.AND if type(node) is exp.And else Operator.OR
    parts = [compile_value(context, one, depth + 1) for one in node.flatten()]
    return _fitting(context, node, operator, parts)


def _between(context: Context, node: exp.Expr, depth: int) -> Expression:
    if node.args.get("symmetric"):
        raise context.statement.error("E-SQL-048", node, construct=shown(node))
    value, low, high = (
        compile_value(context, one, depth + 1)
        for one in (node.this, node.args["low"], node.args["high"])
    )
    above = _fitting(context, node, Operator.GREATER_EQUAL, [value, low])
    below = _fitting(context, node, Operator.LESS_EQUAL, [value, high])
    return Operation(Operator.AND, (above, below))


def _in(context: Context, node: exp.Expr, depth: int) -> Expression:
    if not node.expressions:  # IN (SELECT ...)
        raise unsupported(context.statement, node.args.get("query") or node)
    value = compile_value(context, node.this, depth + 1)
    equal = [
        _fitting(context, node, Operator.EQUAL, [value, compile_value(context, one, depth + 1)])
        for one in node.expressions
    ]
    return equal[0] if len(equal) == 1 else Operation(Operator.OR, tuple(equal))


def _is(context: Context, node: exp.Expr, depth: int) -> Expression:
    right = node.expression.unnest()
    negated = isinstance(right, exp.Not)
    if not isinstance(right.this if negated else right, exp.Null):
        raise context.statement.error("E-SQL-048", node, construct=shown(node))
    found = Operation(Operator.IS_NULL, (compile_value(context, node.this, depth + 1),))
    return Operation(Operator.NOT, (found,)) if negated else found


def _alone(context: Context, node: exp.Column) -> Exception:
    if isinstance(node.this, exp.Star):
        return unsupported(context.statement, node.this)
    column = context.sums.scope.column(node)
    if column.domain:
        instead = grouping(context.statement, node)
    elif column.type in (ColumnType.INTEGER, ColumnType.DECIMAL):
        instead = averaging(context.statement, node)
    else:
        instead = counting(context.statement)
    return context.statement.error("E-SQL-036", node, column=column.name, instead=instead)


_HANDLERS: Final[Mapping[type[exp.Expr], Callable[[Context, exp.Expr, int], Expression]]] = {
    exp.Literal: _literal,
    exp.Neg: _negation,
    exp.Round: _round,
    exp.Grouping: _grouping,
    exp.And: _junction,
    exp.Or: _junction,
    exp.Between: _between,
    exp.In: _in,
    exp.Is: _is,
}
