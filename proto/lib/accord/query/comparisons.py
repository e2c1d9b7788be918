"""Comparisons to conditions of a plan: columns, functions of one, and arithmetic of several.

What compares one column with literals becomes a `Condition`, so that the guard knows which
values are left; only what compares columns with each other becomes a `Relation`.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

from sqlglot import exp

from accord.domain.catalogue import Column, ColumnType
from accord.query.literals import (
    date_literal,
    is_constant,
    number,
    numeric_literal,
    plain_text,
    text_literal,
)
from accord.query.nearest import nearest
from accord.query.plan_rows import Comparison, Compound, Junction, Predicate, Relation
from accord.query.polynomials import Polynomial, TooLargeError
from accord.query.scope import Scope
from accord.query.step_functions import compile_steps
from accord.query.steps import Kind, Steps, Value, compared
from accord.query.terms import polynomial, row_term

_MIRRORED: Final[Mapping[Comparison, Comparison]] = {
    Comparison.EQUAL: Comparison.EQUAL,
    Comparison.NOT_EQUAL: Comparison.NOT_EQUAL,
    Comparison.LESS: Comparison.GREATER,
    Comparison.LESS_EQUAL: Comparison.GREATER_EQUAL,
    Comparison.GREATER: Comparison.LESS,
    Comparison.GREATER_EQUAL: Comparison.LESS_EQUAL,
}
_ORDERS: Final[Mapping[Comparison, Callable[[Any, Any], bool]]] = {
    Comparison.EQUAL: eq,
    Comparison.NOT_EQUAL: ne,
    Comparison.LESS: lt,
    Comparison.LESS_EQUAL: le,
    Comparison.GREATER: gt,
    Comparison.GREATER_EQUAL: ge,
}
_EQUALITIES: Final = (Comparison.EQUAL, Comparison.NOT_EQUAL)


def compare(scope: Scope, operator: Comparison, left: exp.Expr, right: exp.Expr) -> Predicate:
    """``left OPERATOR right``.

    Raises:
        AccordError: Neither a comparison with a literal nor one of numbers or dates.
    """
    left, right = left.unnest(), right.unnest()
    if is_constant(left):
        operator, left, right = _MIRRORED[operator], right, left
    if is_constant(left):
        raise not_a_condition(scope, left.parent or left)
    if not is_constant(right):
        return _related(scope, operator, left, right)
    if isinstance(left, exp.Column):
        return _column_compared(scope, scope.column(left), operator, right)
    steps = compile_steps(scope, left)
    if steps is None:
        return _related(scope, operator, left, right)
    if steps.kind is Kind.TEXT and operator not in _EQUALITIES:
        raise scope.statement.error("E-SQL-025", right, column=steps.column.name)
    wanted = _value(scope, steps, right)
    return steps.where(lambda value: _ORDERS[operator](value, wanted))


def one_of(scope: Scope, left: exp.Expr, literals: Iterable[exp.Expr]) -> Predicate:
    """``left IN (literals)``; errors as `compare`."""
    left, found = left.unnest(), tuple(literals)
    if is_constant(left) or not all(map(is_constant, found)):
        raise not_a_condition(scope, left.parent or left)
    if isinstance(left, exp.Column):
        return _column_among(scope, scope.column(left), found)
    steps = compile_steps(scope, left)
    if steps is None:
        equal = (_related(scope, Comparison.EQUAL, left, one.unnest()) for one in found)
        return Compound(Junction.OR, tuple(equal))
    wanted = {_value(scope, steps, literal) for literal in found}
    return steps.where(lambda value: value in wanted)


def not_a_condition(scope: Scope, node: exp.Expr) -> Exception:
    """The error about something else than a condition: E-SQL-018."""
    return scope.statement.error("E-SQL-018", node, construct=node.sql("duckdb"))


def impossible(column: Column, value: int | str) -> Predicate:
    """False, but unknown where the column is NULL."""
    pair = (compared(column, operator, value) for operator in _EQUALITIES)
    return Compound(Junction.AND, tuple(pair))


def _column_compared(
    scope: Scope, column: Column, operator: Comparison, literal: exp.Expr
) -> Predicate:
    if column.type is ColumnType.DATE:
        return compared(column, operator, date_literal(scope, column.name, literal))
    if column.type is not ColumnType.TEXT:
        return folded(column, operator, numeric_literal(scope, column, literal))
    if operator not in _EQUALITIES:
        raise scope.statement.error("E-SQL-025", literal, column=column.name)
    return compared(column, operator, text_literal(scope, column, literal))


def folded(column: Column, operator: Comparison, value: Fraction) -> Predicate:
    """Bring a literal onto the column's grid without changing any row's truth value."""
    below = math.floor(value)
    if value == below:
        return compared(column, operator, below)
    at_most = compared(column, Comparison.LESS_EQUAL, below)
    at_least = compared(column, Comparison.GREATER_EQUAL, below + 1)
    match operator:
        case Comparison.LESS | Comparison.LESS_EQUAL:
            return at_most
        case Comparison.GREATER | Comparison.GREATER_EQUAL:
            return at_least
        case Comparison.EQUAL:  # false, but NULL where the column is NULL
            return Compound(Junction.AND, (at_most, at_least))
        case _:
            return Compound(Junction.OR, (at_most, at_least))


def _column_among(scope: Scope, column: Column, literals: Iterable[exp.Expr]) -> Predicate:
    if column.type is ColumnType.TEXT:
        chosen = {text_literal(scope, column, literal) for literal in literals}
        ordered = (value for value in column.domain if value in chosen)
        return compared(column, Comparison.IN, *ordered)
    if column.type is ColumnType.DATE:
        days = {date_literal(scope, column.name, literal) for literal in literals}
        return compared(column, Comparison.IN, *sorted(days))
    values = {numeric_literal(scope, column, literal) for literal in literals}
    exact = sorted(int(value) for value in values if value.denominator == 1)
    if not exact:
        return folded(column, Comparison.EQUAL, min(values))
    return compared(column, Comparison.IN, *exact)


def _value(scope: Scope, steps: Steps, literal: exp.Expr) -> Value:
    """A literal to compare the values of a function with."""
    name = steps.column.name
    if steps.kind is Kind.DATE:
        return date_literal(scope, name, literal)
    if steps.kind is not Kind.TEXT:
        return number(scope, name, literal)
    text, known = plain_text(scope, name, literal), [str(value) for value in steps.values]
    if text not in known:
        hint = nearest(text, known)
        raise scope.statement.error("E-SQL-023", literal, column=name, literal=text, nearest=hint)
    return text


def _related(scope: Scope, operator: Comparison, left: exp.Expr, right: exp.Expr) -> Predicate:
    texts = _text_columns(scope, left, right)
    if texts:
        return _same_text(scope, operator, texts, right)
    node = left.parent or left
    try:
        found = polynomial(scope, left).plus(polynomial(scope, right).negated())
    except TooLargeError:
        raise not_a_condition(scope, node) from None
    constant = found.coefficients.get((), 0)
    rest = {powers: one for powers, one in found.coefficients.items() if powers}
    if found.dates or not rest:
        raise not_a_condition(scope, node)
    powers, coefficient = next(iter(rest.items()))
    if len(rest) == 1 and len(found.columns) == 1 and powers[0].exponent == 1:
        operator = operator if coefficient > 0 else _MIRRORED[operator]
        column = scope.table.column(powers[0].column)
        if column is not None:
            return folded(column, operator, Fraction(-constant, coefficient))
    return _relation(scope, node, operator, replace(found, coefficients=rest), -constant)


def _relation(
    scope: Scope, node: exp.Expr, operator: Comparison, found: Polynomial, literal: int
) -> Relation:
    return Relation(row_term(scope, node, found, "WHERE"), operator, literal)


def _text_columns(scope: Scope, left: exp.Expr, right: exp.Expr) -> tuple[Column, ...]:
    if not isinstance(left, exp.Column) or not isinstance(right, exp.Column):
        return ()
    pair = (scope.column(left), scope.column(right))
    return pair if all(column.type is ColumnType.TEXT for column in pair) else ()


def _same_text(
    scope: Scope, operator: Comparison, columns: tuple[Column, ...], node: exp.Expr
) -> Predicate:
    """Two coded columns: the same value, whichever; unknown if one is NULL."""
    left, right = columns
    for column in columns:
        if not column.domain:
            raise scope.statement.error("E-SQL-022", node, column=column.name)
    if operator not in _EQUALITIES:
        raise scope.statement.error("E-SQL-025", node, column=right.name)
    common = [value for value in left.domain if value in set(right.domain)]
    both = (
        Compound(Junction.AND, (compared(left, Comparison.EQUAL, value), _is(right, value)))
        for value in common
    )
    unknown = (impossible(column, column.domain[0]) for column in columns)
    same = Compound(Junction.OR, (*both, *unknown))
    return same if operator is Comparison.EQUAL else Compound(Junction.NOT, (same,))


def _is(column: Column, value: str) -> Predicate:
    return compared(column, Comparison.EQUAL, value)
