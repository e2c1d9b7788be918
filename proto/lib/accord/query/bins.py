"""BIN: intervals of a number or date, by width, by number, or as the table declares them.

``BIN(x, w)`` cuts at all multiples of w, ``BIN(x, low, high, n)`` into n equal intervals
and what lies below and above them, ``BIN(x)`` at the edges that the catalogue declares.
An interval holds its lower edge, not its upper one.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Final

from sqlglot import exp

from accord.domain.catalogue import Column, ColumnType
from accord.query.bin_labels import bin_label
from accord.query.derived import scaled_value
from accord.query.literals import date_literal, number
from accord.query.plan import MAX_CELLS
from accord.query.scope import Scope
from accord.query.steps import Kind, Steps, stepped

_BY_WIDTH: Final = 2
_BY_NUMBER: Final = 4


def bins(scope: Scope, node: exp.Expr) -> Steps:
    """The intervals that a call of BIN makes.

    Raises:
        AccordError: E-SQL-026, E-SQL-027, E-SQL-030; E-SQL-063 arguments that make none.
    """
    arguments = node.expressions
    if len(arguments) not in (1, _BY_WIDTH, _BY_NUMBER):
        raise scope.statement.error("E-SQL-063", node, construct=node.sql("duckdb"))
    column = _column(scope, arguments[0])
    if len(arguments) == 1:
        return _steps(column, _declared(scope, node, column))
    if column.type is ColumnType.DATE and len(arguments) == _BY_WIDTH:
        raise scope.statement.error("E-SQL-063", node, construct=node.sql("duckdb"))
    numbers = [number(scope, column.name, arguments[-1])]
    if len(arguments) == _BY_NUMBER:
        numbers = [*(_edge(scope, column, one) for one in arguments[1:3]), *numbers]
    return _steps(column, _scaled(scope, node, column, numbers))


def _edge(scope: Scope, column: Column, node: exp.Expr) -> Fraction:
    if column.type is ColumnType.DATE:
        return Fraction(date_literal(scope, column.name, node))
    return number(scope, column.name, node)


def _column(scope: Scope, argument: exp.Expr) -> Column:
    column = scope.column(argument.unnest())
    if column.type is ColumnType.TEXT:
        raise scope.statement.error("E-SQL-026", argument, column=column.name, function="BIN")
    if not column.domain and column.minimum is None:
        raise scope.statement.error("E-SQL-027", argument, column=column.name, function="BIN")
    return column


def _declared(scope: Scope, node: exp.Expr, column: Column) -> list[int]:
    if not column.bins:
        raise scope.statement.error("E-SQL-063", node, construct=node.sql("duckdb"))
    return [scaled_value(column, edge) for edge in column.bins]


def _scaled(
    scope: Scope, node: exp.Expr, column: Column, numbers: Sequence[Fraction]
) -> Sequence[int]:
    """All edges, on the column's grid."""
    if len(numbers) == 1:
        width, (low, high) = numbers[0] * 10**column.scale, _ends(column)
        first = floor(low / width) if width > 0 else 0
        count = ceil(Fraction(high + 1) / width) - first if width > 0 else 0
    else:
        start, end, wanted = numbers
        count = int(wanted) if wanted.denominator == 1 else 0
        width = (end - start) * 10**column.scale / count if count > 0 else Fraction(0)
        first = start * 10**column.scale / width if width > 0 else Fraction(0)
    if count > MAX_CELLS:
        raise scope.statement.error("E-SQL-030", node, cells=count, limit=MAX_CELLS)
    edges = [(first + index) * width for index in range(count + 1)]
    if width <= 0 or any(edge.denominator != 1 for edge in edges):
        raise scope.statement.error("E-SQL-063", node, construct=node.sql("duckdb"))
    return [int(edge) for edge in edges]


def _ends(column: Column) -> tuple[int, int]:
    if column.minimum is not None and column.maximum is not None:
        return column.minimum, column.maximum
    listed = [scaled_value(column, value) for value in column.domain]
    return min(listed), max(listed)


def _steps(column: Column, edges: Sequence[int]) -> Steps:
    low = _ends(column)[0]
    starts = [low, *(edge for edge in edges if edge > low)]
    inside = starts if column.maximum is None else [x for x in starts if x <= column.maximum]
    return stepped(column, Kind.TEXT, lambda value: bin_label(column, edges, value), inside)
