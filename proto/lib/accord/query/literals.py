"""Literals of a condition, exactly: numbers as fractions, text from a public domain."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

from sqlglot import exp

from accord.domain.catalogue import Column
from accord.query.nearest import nearest
from accord.query.scope import Scope
from accord.query.unsupported import unsupported

MAX_LITERAL_CHARACTERS: Final = 60
# Two digits of exponent: 1e999999999 would be a number of a gigabyte.
_NUMBER: Final = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?")


def scaled(text: str, scale: int) -> Fraction:
    """The number ``text`` times 10**scale, exactly.

    Raises:
        ValueError: ``text`` is no decimal literal of acceptable length.
    """
    if len(text) > MAX_LITERAL_CHARACTERS or not _NUMBER.fullmatch(text.removeprefix("-")):
        raise ValueError(text)
    return Fraction(Decimal(text)) * Fraction(10**scale)


def numeric_literal(scope: Scope, column: Column, node: exp.Expr) -> Fraction:
    """The literal in units of the column's last digit; not an integer if it is finer."""
    text = _text(scope, node)
    literal = node.unnest()
    if isinstance(literal, exp.Literal) and literal.is_string:
        raise scope.statement.error("E-SQL-020", node, column=column.name, literal=text)
    try:
        return scaled(text, column.scale)
    except ValueError:
        raise scope.statement.error("E-SQL-020", node, column=column.name, literal=text) from None


def text_literal(scope: Scope, column: Column, node: exp.Expr) -> str:
    """The literal, which is one of the column's public values.

    A value outside the domain can only be a slip or a probe; both get the nearest one.
    """
    text = _text(scope, node)
    literal = node.unnest()
    if not isinstance(literal, exp.Literal) or not literal.is_string:
        raise scope.statement.error("E-SQL-021", node, column=column.name, literal=text)
    if not column.domain:
        raise scope.statement.error("E-SQL-022", node, column=column.name)
    if text not in column.domain:
        hint = nearest(text, column.domain)
        raise scope.statement.error(
            "E-SQL-023", node, column=column.name, literal=text, nearest=hint
        )
    return text


def _text(scope: Scope, node: exp.Expr) -> str:
    literal = node.unnest()
    if isinstance(literal, exp.Null):
        raise scope.statement.error("E-SQL-019", node)
    if isinstance(literal, exp.Neg) and isinstance(literal.this.unnest(), exp.Literal):
        inner = literal.this.unnest()
        if not inner.is_string:
            return f"-{inner.name}"
    if isinstance(literal, exp.Literal):
        return str(literal.name)
    if isinstance(literal, exp.Column):
        raise scope.statement.error(
            "E-SQL-018", node, construct=(node.parent or node).sql("duckdb")
        )
    raise unsupported(scope.statement, literal)
