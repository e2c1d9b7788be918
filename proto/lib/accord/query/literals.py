"""Literals of a condition, exactly: numbers as fractions, days, text of a public domain.

Arithmetic of literals is done here, so that ``1000 / 3`` is a third of a thousand.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from sqlglot import exp

from accord.domain.catalogue import Column
from accord.query.dates import parse_date, shifted
from accord.query.nearest import nearest
from accord.query.scope import Scope
from accord.query.unsupported import unsupported

MAX_LITERAL_CHARACTERS: Final = 60
# Two digits of exponent: 1e999999999 would be a number of a gigabyte.
_NUMBER: Final = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?")
_MAX_DEPTH: Final = 20
_MAX_BITS: Final = 1_000
_ARITHMETIC: Final[Mapping[type[exp.Expr], Callable[[Fraction, Fraction], Fraction]]] = {
    exp.Add: lambda left, right: left + right,
    exp.Sub: lambda left, right: left - right,
    exp.Mul: lambda left, right: left * right,
    exp.Div: lambda left, right: left / right,
}


def scaled(text: str, scale: int) -> Fraction:
    """The number ``text`` times 10**scale, exactly.

    Raises:
        ValueError: ``text`` is no decimal literal of acceptable length.
    """
    if len(text) > MAX_LITERAL_CHARACTERS or not _NUMBER.fullmatch(text.removeprefix("-")):
        raise ValueError(text)
    return Fraction(Decimal(text)) * Fraction(10**scale)


def exact_number(text: str) -> tuple[int, int]:
    """A literal as ``value / 10**scale`` on its own scale; errors as `scaled`."""
    exact = scaled(text, 0)
    exponent = Decimal(text).as_tuple().exponent
    scale = max(0, -exponent) if isinstance(exponent, int) else 0
    return int(exact * 10**scale), scale


def numeric_literal(scope: Scope, column: Column, node: exp.Expr) -> Fraction:
    """The literal in units of the column's last digit; not an integer if it is finer."""
    return number(scope, column.name, node) * Fraction(10**column.scale)


def number(scope: Scope, subject: str, node: exp.Expr) -> Fraction:
    """A numeric literal or arithmetic of such.

    Raises:
        AccordError: E-SQL-018, E-SQL-019, E-SQL-020 or what `unsupported` says.
    """
    try:
        return _number(scope, node, 0)
    except (ValueError, ZeroDivisionError):
        text = node.unnest().name or node.sql("duckdb")
        raise scope.statement.error("E-SQL-020", node, column=subject, literal=text) from None


def date_literal(scope: Scope, subject: str, node: exp.Expr) -> int:
    """A day as ``DATE '2024-01-31'`` or as text, plus or minus days and intervals.

    Raises:
        AccordError: E-SQL-018, E-SQL-019; E-SQL-060 no day of the calendar.
    """
    literal = node.unnest()
    _check_constant(scope, literal)
    text = literal.name if isinstance(literal, exp.Literal) and literal.is_string else ""
    try:
        day = parse_date(text) if text else date_days(literal)
    except (ValueError, KeyError, OverflowError):
        day = None
    if day is None:
        construct = literal.sql("duckdb")
        raise scope.statement.error("E-SQL-060", node, column=subject, literal=construct)
    return day


def date_days(node: exp.Expr) -> int | None:
    """The day that a date literal names; None for something else.

    Raises:
        ValueError, KeyError, OverflowError: A date literal that names no day.
    """
    node = node.unnest()
    if isinstance(node, exp.Cast) and node.is_type(exp.DataType.Type.DATE):
        return parse_date(node.this.name) if isinstance(node.this, exp.Literal) else None
    if not isinstance(node, (exp.Add, exp.Sub)):
        return None
    start, step = date_days(node.this), node.expression.unnest()
    if start is None or not isinstance(step, (exp.Interval, exp.Literal)):
        return None
    sign = -1 if isinstance(node, exp.Sub) else 1
    unit = step.text("unit").upper().removesuffix("S") if isinstance(step, exp.Interval) else "DAY"
    return shifted(start, sign * int(step.name), unit)


def text_literal(scope: Scope, column: Column, node: exp.Expr) -> str:
    """The literal, which is one of the column's public values.

    A value outside the domain can only be a slip or a probe; both get the nearest one.
    """
    text = plain_text(scope, column.name, node)
    if not column.domain:
        raise scope.statement.error("E-SQL-022", node, column=column.name)
    if text not in column.domain:
        hint = nearest(text, column.domain)
        raise scope.statement.error(
            "E-SQL-023", node, column=column.name, literal=text, nearest=hint
        )
    return text


def plain_text(scope: Scope, subject: str, node: exp.Expr) -> str:
    """A text literal; errors E-SQL-018, E-SQL-019 and E-SQL-021."""
    literal = node.unnest()
    _check_constant(scope, literal)
    if isinstance(literal, exp.Literal) and literal.is_string:
        return str(literal.name)
    shown = literal.name if isinstance(literal, exp.Literal) else literal.sql("duckdb")
    raise scope.statement.error("E-SQL-021", node, column=subject, literal=shown)


def is_constant(node: exp.Expr) -> bool:
    """Whether no column stands in it."""
    return node.find(exp.Column) is None


def _number(scope: Scope, node: exp.Expr, depth: int) -> Fraction:
    node = node.unnest()
    _check_constant(scope, node)
    if isinstance(node, exp.Literal):
        if node.is_string:
            raise ValueError(node.name)
        return scaled(node.name, 0)
    if isinstance(node, exp.Neg):
        return -_number(scope, node.this, depth + 1)
    operator = _ARITHMETIC.get(type(node))
    if operator is None or depth > _MAX_DEPTH:
        raise unsupported(scope.statement, node)
    left, right = (_number(scope, side, depth + 1) for side in (node.this, node.expression))
    found = operator(left, right)
    if max(found.numerator.bit_length(), found.denominator.bit_length()) > _MAX_BITS:
        raise ValueError(found)
    return found


def _check_constant(scope: Scope, literal: exp.Expr) -> None:
    if isinstance(literal, exp.Null):
        raise scope.statement.error("E-SQL-019", literal)
    if isinstance(literal, exp.Column):
        shown = (literal.parent or literal).sql("duckdb")
        raise scope.statement.error("E-SQL-018", literal, construct=shown)
