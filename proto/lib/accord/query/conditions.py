"""WHERE to conditions of a plan, with SQL's three-valued logic kept exactly."""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from sqlglot import exp

from accord.domain.catalogue import Column, ColumnType
from accord.query.literals import numeric_literal, text_literal
from accord.query.plan import Comparison, Compound, Condition, Junction, Predicate
from accord.query.scope import Scope
from accord.query.unsupported import unsupported

MAX_DEPTH: Final = 40

_COMPARISONS: Final[Mapping[type[exp.Expr], Comparison]] = {
    exp.EQ: Comparison.EQUAL,
    exp.NEQ: Comparison.NOT_EQUAL,
    exp.LT: Comparison.LESS,
    exp.LTE: Comparison.LESS_EQUAL,
    exp.GT: Comparison.GREATER,
    exp.GTE: Comparison.GREATER_EQUAL,
}
_MIRRORED: Final[Mapping[Comparison, Comparison]] = {
    Comparison.EQUAL: Comparison.EQUAL,
    Comparison.NOT_EQUAL: Comparison.NOT_EQUAL,
    Comparison.LESS: Comparison.GREATER,
    Comparison.LESS_EQUAL: Comparison.GREATER_EQUAL,
    Comparison.GREATER: Comparison.LESS,
    Comparison.GREATER_EQUAL: Comparison.LESS_EQUAL,
}


def compile_condition(scope: Scope, node: exp.Expr, depth: int = 0) -> Predicate:
    """The plan's condition for one boolean expression.

    Raises:
        AccordError: Something else than columns compared with literals.
    """
    if depth > MAX_DEPTH:
        raise scope.statement.error("E-SQL-024", node, limit=MAX_DEPTH)
    node = node.unnest()
    if type(node) in (exp.And, exp.Or):
        junction = Junction.AND if type(node) is exp.And else Junction.OR
        operands = tuple(compile_condition(scope, part, depth + 1) for part in node.flatten())
        return Compound(junction, operands)
    if type(node) is exp.Not:
        return _negate(compile_condition(scope, node.this, depth + 1))
    if type(node) in _COMPARISONS:
        return _comparison(scope, node)
    handler = _HANDLERS.get(type(node))
    if handler is None:
        raise _not_a_condition(scope, node)
    return handler(scope, node)


def _comparison(scope: Scope, node: exp.Expr) -> Predicate:
    operator, left, right = _COMPARISONS[type(node)], node.this, node.expression
    if not isinstance(left.unnest(), exp.Column) and isinstance(right.unnest(), exp.Column):
        operator, left, right = _MIRRORED[operator], right, left
    column = scope.column(left.unnest())
    return _compare(scope, column, operator, right)


def _compare(scope: Scope, column: Column, operator: Comparison, literal: exp.Expr) -> Predicate:
    if column.type is not ColumnType.TEXT:
        return _fold(column, operator, numeric_literal(scope, column, literal))
    if operator not in (Comparison.EQUAL, Comparison.NOT_EQUAL):
        raise scope.statement.error("E-SQL-025", literal, column=column.name)
    return Condition(column.name, operator, (text_literal(scope, column, literal),), column.scale)


def _fold(column: Column, operator: Comparison, value: Fraction) -> Predicate:
    """Bring a literal onto the column's grid without changing any row's truth value."""
    below = math.floor(value)
    if value == below:
        return Condition(column.name, operator, (below,), column.scale)
    at_most = Condition(column.name, Comparison.LESS_EQUAL, (below,), column.scale)
    at_least = Condition(column.name, Comparison.GREATER_EQUAL, (below + 1,), column.scale)
    match operator:
        case Comparison.LESS | Comparison.LESS_EQUAL:
            return at_most
        case Comparison.GREATER | Comparison.GREATER_EQUAL:
            return at_least
        case Comparison.EQUAL:  # false, but NULL where the column is NULL
            return Compound(Junction.AND, (at_most, at_least))
        case _:
            return Compound(Junction.OR, (at_most, at_least))


def _in(scope: Scope, node: exp.Expr) -> Predicate:
    if node.args.get("query") is not None:
        raise unsupported(scope.statement, node.args["query"])
    literals = node.expressions
    if not literals:  # IN UNNEST(...), IN column
        raise _not_a_condition(scope, node)
    column = scope.column(node.this.unnest())
    if column.type is ColumnType.TEXT:
        chosen = {text_literal(scope, column, literal) for literal in literals}
        ordered = tuple(value for value in column.domain if value in chosen)
        return Condition(column.name, Comparison.IN, ordered, column.scale)
    values = {numeric_literal(scope, column, literal) for literal in literals}
    exact = tuple(sorted(int(value) for value in values if value.denominator == 1))
    if not exact:
        return _fold(column, Comparison.EQUAL, min(values))
    return Condition(column.name, Comparison.IN, exact, column.scale)


def _between(scope: Scope, node: exp.Expr) -> Predicate:
    if node.args.get("symmetric"):
        raise _not_a_condition(scope, node)
    column = scope.column(node.this.unnest())
    low = _compare(scope, column, Comparison.GREATER_EQUAL, node.args["low"])
    high = _compare(scope, column, Comparison.LESS_EQUAL, node.args["high"])
    return Compound(Junction.AND, (low, high))


def _is(scope: Scope, node: exp.Expr) -> Predicate:
    right = node.expression.unnest()
    negated = isinstance(right, exp.Not)
    if not isinstance(right.this if negated else right, exp.Null):
        raise _not_a_condition(scope, node)
    column = scope.column(node.this.unnest())
    condition = Condition(column.name, Comparison.IS_NULL, (), column.scale)
    return _negate(condition) if negated else condition


def _negate(operand: Predicate) -> Compound:
    return Compound(Junction.NOT, (operand,))


def _not_a_condition(scope: Scope, node: exp.Expr) -> Exception:
    if isinstance(node, (exp.Subquery, exp.Exists, exp.Case, exp.Window)):
        return unsupported(scope.statement, node)
    return scope.statement.error("E-SQL-018", node, construct=node.sql("duckdb"))


_HANDLERS: Final[Mapping[type[exp.Expr], Callable[[Scope, exp.Expr], Predicate]]] = {
    exp.In: _in,
    exp.Between: _between,
    exp.Is: _is,
}
