"""WHERE, and the conditions of CASE and FILTER, with SQL's three-valued logic kept exactly."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlglot import exp

from accord.query.comparisons import compare, not_a_condition, one_of
from accord.query.literals import is_constant
from accord.query.patterns import pattern_condition
from accord.query.plan_rows import Comparison, Compound, Junction, Predicate
from accord.query.scope import Scope
from accord.query.step_functions import compile_steps
from accord.query.steps import compared
from accord.query.terms import polynomial
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
_PATTERNS: Final = (
    exp.Like,
    exp.ILike,
    exp.Escape,
    exp.StartsWith,
    exp.EndsWith,
    exp.Contains,
)
_TRUTHS: Final = (exp.Connector, exp.Not, exp.Predicate, exp.Boolean, *_PATTERNS)


def compile_condition(scope: Scope, node: exp.Expr, depth: int = 0) -> Predicate:
    """The plan's condition for one boolean expression.

    Raises:
        AccordError: Something else than comparisons of columns, functions and literals.
    """
    if depth > MAX_DEPTH:
        raise scope.statement.error("E-SQL-024", node, limit=MAX_DEPTH)
    node = node.unnest()
    if type(node) in (exp.And, exp.Or):
        junction = Junction.AND if type(node) is exp.And else Junction.OR
        operands = tuple(compile_condition(scope, part, depth + 1) for part in node.flatten())
        return Compound(junction, operands)
    if type(node) is exp.Not:
        return _not(compile_condition(scope, node.this, depth + 1))
    if isinstance(node, exp.Is):
        return _is(scope, node, depth)
    if node.find(exp.AggFunc, exp.Window, exp.Subquery, exp.Select, exp.Exists):
        raise _too_much(scope, node)
    if type(node) in _COMPARISONS:
        return compare(scope, _COMPARISONS[type(node)], node.this, node.expression)
    handler = _HANDLERS.get(type(node))
    if handler is None:
        raise not_a_condition(scope, node)
    return handler(scope, node)


def _too_much(scope: Scope, node: exp.Expr) -> Exception:
    """What a condition on rows cannot hold."""
    inner = node.find(exp.Window, exp.Subquery, exp.Select, exp.Exists)
    if inner is not None:
        return unsupported(scope.statement, inner)
    aggregate = node.find(exp.AggFunc)
    construct = (aggregate or node).sql("duckdb")
    return scope.statement.error("E-SQL-064", aggregate, construct=construct)


def _in(scope: Scope, node: exp.Expr) -> Predicate:
    if not node.expressions:  # IN UNNEST(...), IN column
        raise not_a_condition(scope, node)
    return one_of(scope, node.this, node.expressions)


def _between(scope: Scope, node: exp.Expr) -> Predicate:
    if node.args.get("symmetric"):
        raise not_a_condition(scope, node)
    low = compare(scope, Comparison.GREATER_EQUAL, node.this, node.args["low"])
    high = compare(scope, Comparison.LESS_EQUAL, node.this, node.args["high"])
    return Compound(Junction.AND, (low, high))


def _boolean(_scope: Scope, node: exp.Expr) -> Predicate:
    return Compound(Junction.AND if node.this else Junction.OR, ())


def _is(scope: Scope, node: exp.Expr, depth: int) -> Predicate:
    left, right = node.this.unnest(), node.expression.unnest()
    negated = isinstance(right, exp.Not)
    right = right.this.unnest() if negated else right
    if isinstance(right, exp.Null) and not isinstance(left, _TRUTHS):
        found = _is_null(scope, left)
    elif isinstance(right, (exp.Null, exp.Boolean)) and isinstance(left, _TRUTHS):
        found = _is_truth(compile_condition(scope, left, depth + 1), right)
    else:
        raise not_a_condition(scope, node)
    return _not(found) if negated else found


def _is_truth(condition: Predicate, right: exp.Expr) -> Predicate:
    true, false = _is_true(condition), _is_true(_not(condition))
    if isinstance(right, exp.Null):
        return Compound(Junction.AND, (_not(true), _not(false)))
    return true if right.this else false


def _is_null(scope: Scope, node: exp.Expr) -> Predicate:
    """Functions and arithmetic are NULL where one of their columns is."""
    if not isinstance(node, exp.Column) and compile_steps(scope, node) is None:
        polynomial(scope, node)
    columns = [scope.column(column) for column in node.find_all(exp.Column)]
    if not columns:
        raise not_a_condition(scope, node.parent or node)
    nulls = [compared(column, Comparison.IS_NULL) for column in dict.fromkeys(columns)]
    return nulls[0] if len(nulls) == 1 else Compound(Junction.OR, tuple(nulls))


def _not_distinct(scope: Scope, node: exp.Expr) -> Predicate:
    """Equality for which two NULLs are equal."""
    left, right = node.this.unnest(), node.expression.unnest()
    if isinstance(right, exp.Null):
        return _is_null(scope, left)
    equal = _is_true(compare(scope, Comparison.EQUAL, left, right))
    if is_constant(left) or is_constant(right):
        return equal
    nulls = Compound(Junction.AND, (_is_null(scope, left), _is_null(scope, right)))
    return Compound(Junction.OR, (equal, nulls))


def _distinct(scope: Scope, node: exp.Expr) -> Predicate:
    return _not(_not_distinct(scope, node))


def _not(operand: Predicate) -> Compound:
    return Compound(Junction.NOT, (operand,))


def _is_true(operand: Predicate) -> Compound:
    return Compound(Junction.IS_TRUE, (operand,))


_HANDLERS: Final[Mapping[type[exp.Expr], Callable[[Scope, exp.Expr], Predicate]]] = {
    exp.In: _in,
    exp.Between: _between,
    exp.Boolean: _boolean,
    exp.NullSafeEQ: _not_distinct,
    exp.NullSafeNEQ: _distinct,
    **dict.fromkeys(_PATTERNS, pattern_condition),
}
