"""Arithmetic of one row to the terms of a plan: ``+ - *`` and division by a literal."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from sqlglot import exp

from accord.domain.catalogue import ColumnType
from accord.query.derived import reaches_of
from accord.query.equations import degree_of
from accord.query.limits import MAX_SUM, MAX_SUMMED_DEGREE
from accord.query.literals import date_literal, scaled
from accord.query.plan_rows import Term
from accord.query.polynomials import (
    MAX_DEGREE,
    MAX_SCALE,
    Polynomial,
    TooLargeError,
    column_polynomial,
    magnitude,
    number_polynomial,
)
from accord.query.scope import Scope
from accord.query.unsupported import shown, unsupported


def compile_term(scope: Scope, node: exp.Expr, function: str) -> Term:
    """The number that each row has by an expression.

    Args:
        scope: The table.
        node: Arithmetic over its columns.
        function: What the number is for, for the error's sentence.

    Raises:
        AccordError: E-SQL-015 not arithmetic that we do; E-SQL-026 text; E-SQL-027 no
            bounds; E-SQL-028 it may overflow; E-SQL-043 too large; E-SQL-044 a date, not a
            number.
    """
    found = polynomial(scope, node)
    if found.dates:
        raise scope.statement.error(
            "E-SQL-044", node, construct=shown(node), function=function.upper()
        )
    term = row_term(scope, node, found, function)
    if degree_of(term) > MAX_SUMMED_DEGREE:
        raise scope.statement.error(
            "E-SQL-043", node, construct=shown(node), digits=MAX_SCALE, degree=MAX_SUMMED_DEGREE
        )
    return term


def row_term(scope: Scope, node: exp.Expr, found: Polynomial, function: str) -> Term:
    """A polynomial as a term, dates as days; errors E-SQL-027 and E-SQL-028."""
    facts = {"column": shown(node), "function": function.upper()}
    try:
        term = found.term(scope.table)
    except KeyError:
        raise scope.statement.error("E-SQL-027", node, **facts) from None
    if magnitude(term, reaches_of(scope.table)) > MAX_SUM:
        raise scope.statement.error("E-SQL-028", node, **facts)
    return term


def polynomial(scope: Scope, node: exp.Expr) -> Polynomial:
    """The same before it has bounds; a date counts its days, and says so.

    Raises:
        AccordError: As `compile_term`, but for bounds and dates.
    """
    node = node.unnest()
    if is_day(node):
        return number_polynomial(date_literal(scope, shown(node), node), 0, date=True)
    handler = _HANDLERS.get(type(node))
    if handler is None:
        raise unsupported(scope.statement, node)
    try:
        return handler(scope, node)
    except TooLargeError:
        raise scope.statement.error(
            "E-SQL-043", node, construct=shown(node), digits=MAX_SCALE, degree=MAX_DEGREE
        ) from None


def _column(scope: Scope, node: exp.Expr) -> Polynomial:
    column = scope.column(node)
    if column.type is ColumnType.TEXT:
        raise scope.statement.error(
            "E-SQL-026", node, column=column.name, function=_user(node, "+ - *")
        )
    return column_polynomial(column, date=column.type is ColumnType.DATE)


def exact_number(node: exp.Expr) -> tuple[int, int]:
    """A numeric literal as an integer and how many of its digits stand after the point.

    Raises:
        ValueError: It is text, or longer than a literal may be.
    """
    if not isinstance(node, exp.Literal) or node.is_string:
        raise ValueError(node.name)
    value = scaled(node.name, 0)
    exponent = Decimal(node.name).as_tuple().exponent
    scale = max(0, -exponent) if isinstance(exponent, int) else 0
    return int(value * 10**scale), scale


def _literal(scope: Scope, node: exp.Expr) -> Polynomial:
    try:
        value, scale = exact_number(node)
    except ValueError:
        raise unsupported(scope.statement, node) from None
    return number_polynomial(value, scale)


def is_day(node: exp.Expr) -> bool:
    """Whether it is written as a date literal, moved by days or intervals or not."""
    first = node.unnest()
    while isinstance(first, (exp.Add, exp.Sub)):
        if first.expression.find(exp.Column, exp.Cast):
            return False
        first = first.this.unnest()
    return isinstance(first, exp.Cast) and first.to.this == exp.DataType.Type.DATE


def _add(scope: Scope, node: exp.Expr) -> Polynomial:
    found = polynomial(scope, node.this).plus(polynomial(scope, node.expression))
    return _numbers_and_one_date(scope, node, found)


def _subtract(scope: Scope, node: exp.Expr) -> Polynomial:
    found = polynomial(scope, node.this).plus(polynomial(scope, node.expression).negated())
    return _numbers_and_one_date(scope, node, found)


def _multiply(scope: Scope, node: exp.Expr) -> Polynomial:
    left, right = polynomial(scope, node.this), polynomial(scope, node.expression)
    if left.dates or right.dates:
        raise unsupported(scope.statement, node)
    return left.times(right)


def _divide(scope: Scope, node: exp.Expr) -> Polynomial:
    """By a literal whose prime factors are of 2 and 5, or that divides every coefficient."""
    left, divisor = polynomial(scope, node.this), polynomial(scope, node.expression).constant
    if not divisor or left.dates:
        raise scope.statement.error("E-SQL-045", node, construct=shown(node))
    try:
        return left.divided_by(divisor)
    except TooLargeError:
        raise scope.statement.error("E-SQL-045", node, construct=shown(node)) from None


def _negate(scope: Scope, node: exp.Expr) -> Polynomial:
    found = polynomial(scope, node.this).negated()
    return _numbers_and_one_date(scope, node, found)


def _days_between(scope: Scope, node: exp.Expr) -> Polynomial:
    """DATE_DIFF('day', a, b), which sqlglot turns round: ``this`` is b."""
    found = polynomial(scope, node.this).plus(polynomial(scope, node.expression).negated())
    if found.dates or node.text("unit").upper() != "DAY":
        raise unsupported(scope.statement, node)
    return found


def _numbers_and_one_date(scope: Scope, node: exp.Expr, found: Polynomial) -> Polynomial:
    """Dates differ by days and move by whole days; anything else is no date."""
    if found.dates not in (0, 1) or (found.dates and found.scale):
        raise unsupported(scope.statement, node)
    return found


def _user(node: exp.Expr, default: str) -> str:
    """The function or operator that a column stands in."""
    parent = node.parent
    while isinstance(parent, exp.Paren):
        parent = parent.parent
    return parent.sql_name() if isinstance(parent, exp.Func) else default


_HANDLERS: Final[Mapping[type[exp.Expr], Callable[[Scope, exp.Expr], Polynomial]]] = {
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Add: _add,
    exp.Sub: _subtract,
    exp.Mul: _multiply,
    exp.Div: _divide,
    exp.Neg: _negate,
    exp.DateDiff: _days_between,
}
