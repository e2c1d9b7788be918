"""``a * x + b`` of one column, and where its whole part changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from sqlglot import exp

from accord.domain.catalogue import Column, ColumnType
from accord.query.literals import is_constant, number
from accord.query.plan import MAX_CELLS
from accord.query.scope import Scope
from accord.query.steps import Kind, Steps, stepped


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line over the numbers that a column is written with.

    Attributes:
        whole: Whether all is integers in DuckDB, so that ``//`` is whole division.
        double: Whether it was divided, which DuckDB does in floating point.
    """

    column: Column
    slope: Fraction
    offset: Fraction
    whole: bool
    double: bool

    def divided(self, divisor: int) -> "Line":
        """The same divided by a number that is not zero."""
        slope, offset = self.slope / divisor, self.offset / divisor
        return Line(self.column, slope, offset, whole=self.whole, double=self.double)

    def steps(self, scope: Scope, node: exp.Expr, *, up: bool) -> Steps:
        """FLOOR, or CEIL with ``up``."""
        kind = Kind.DOUBLE if self.double or self.whole else Kind.INTEGER
        edges = self._edges(scope, node, up=up)
        return stepped(self.column, kind, lambda x: (ceil if up else floor)(self._at(x)), edges)

    def cut_steps(self, scope: Scope, node: exp.Expr) -> Steps:
        """Cut towards zero."""
        edges = sorted({*self._edges(scope, node, up=False), *self._edges(scope, node, up=True)})
        return stepped(self.column, Kind.INTEGER, lambda x: int(self._at(x)), edges)

    def _at(self, scaled: int) -> Fraction:
        return self.slope * Fraction(scaled, 10**self.column.scale) + self.offset

    def _edges(self, scope: Scope, node: exp.Expr, *, up: bool) -> list[int]:
        low, high = self.column.minimum, self.column.maximum
        if low is None or high is None:
            return []
        steps = int(self._at(high) - self._at(low)) + 1
        if steps > MAX_CELLS:
            raise scope.statement.error("E-SQL-030", node, cells=steps, limit=MAX_CELLS)
        return list(self._changes(low, high, up=up))

    def _changes(self, low: int, high: int, *, up: bool) -> Iterator[int]:
        """Smallest numbers of which the line is at, or for CEIL above, the next integer."""
        edge = low
        while edge <= high:
            yield edge
            wanted = (ceil(self._at(edge)) if up else floor(self._at(edge)) + 1) - self.offset
            reached = wanted / self.slope * 10**self.column.scale
            edge = floor(reached) + 1 if up else ceil(reached)


def line(scope: Scope, node: exp.Expr) -> Line | None:
    """The rising line that an expression is; None if it is another one.

    Raises:
        AccordError: E-SQL-026 text; E-SQL-027 neither bounds nor public values.
    """
    node = node.unnest()
    if isinstance(node, exp.Column):
        return _column_line(scope, node)
    if not isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Div)):
        return None
    inner = line(scope, node.this)
    if inner is None or not is_constant(node.expression):
        return None
    other = number(scope, inner.column.name, node.expression)
    whole = inner.whole and "." not in node.expression.name
    match node:
        case exp.Add():
            found = (inner.slope, inner.offset + other)
        case exp.Sub():
            found = (inner.slope, inner.offset - other)
        case _ if other <= 0:
            return None
        case exp.Mul():
            found = (inner.slope * other, inner.offset * other)
        case _:
            found = (inner.slope / other, inner.offset / other)
            return Line(inner.column, *found, whole=False, double=True)
    return Line(inner.column, *found, whole=whole, double=inner.double)


def _column_line(scope: Scope, node: exp.Expr) -> Line | None:
    column = scope.column(node)
    if column.type in (ColumnType.TEXT, ColumnType.DATE):
        raise scope.statement.error("E-SQL-026", node, column=column.name, function="FLOOR")
    if not column.domain and column.minimum is None:
        raise scope.statement.error("E-SQL-027", node, column=column.name, function="FLOOR")
    whole = column.type is ColumnType.INTEGER
    return Line(column, Fraction(1), Fraction(0), whole=whole, double=False)
