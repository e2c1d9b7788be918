"""Aggregate functions to measures: the sums a cell needs, each asked for once."""

from collections.abc import Mapping
from typing import Final

from sqlglot import exp

from accord.domain.catalogue import Column, ColumnType
from accord.query.derived import power_measure, unit_and_scale
from accord.query.plan import Function, Measure, Output
from accord.query.scope import Scope
from accord.query.shape import squares_tell_values
from accord.query.unsupported import unsupported

# Owners sum in signed 128-bit integers (DuckDB HUGEINT).
MAX_SUM: Final = 2**127 - 1

_FUNCTIONS: Final[Mapping[type[exp.Expr], Function]] = {
    exp.Count: Function.COUNT,
    exp.Sum: Function.SUM,
    exp.Avg: Function.AVG,
    exp.VariancePop: Function.VAR_POP,
    exp.Variance: Function.VAR_SAMP,  # DuckDB: VARIANCE and VAR_SAMP
    exp.StddevPop: Function.STDDEV_POP,
    exp.StddevSamp: Function.STDDEV_SAMP,
    exp.Stddev: Function.STDDEV_SAMP,
}
_SPREADS: Final = frozenset(
    {Function.VAR_POP, Function.VAR_SAMP, Function.STDDEV_POP, Function.STDDEV_SAMP}
)


class Measures:
    """Collects the measures of one question, without repetition."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._found: list[Measure] = []

    @property
    def found(self) -> tuple[Measure, ...]:
        """In the order of first use."""
        return tuple(self._found)

    def output(self, node: exp.Expr, alias: str) -> Output:
        """The output column of one aggregate.

        Raises:
            AccordError: Not an aggregate we answer, or not over a plain column.
        """
        function = _FUNCTIONS.get(type(node))
        if function is None or node.expressions:
            raise unsupported(self._scope.statement, node)
        column = self._argument(node, function)
        if column is None:
            return Output(alias or "COUNT(*)", function, "", 0, "", (self._rows(None),))
        name = alias or f"{self._scope.statement.word(node, function.upper())}({column.name})"
        moments = self._moments(node, function, column)
        unit, scale = unit_and_scale(function, column)
        return Output(name, function, column.name, scale, unit, moments)

    def _argument(self, node: exp.Expr, function: Function) -> Column | None:
        argument = node.this.unnest() if node.this is not None else None
        if function is Function.COUNT and isinstance(argument, (exp.Star, exp.Literal, type(None))):
            return None  # COUNT(1) counts rows, as in DuckDB
        if argument is None:
            raise self._scope.statement.error("E-SQL-017", node, construct=node.sql("duckdb"))
        return self._scope.column(argument)

    def _moments(self, node: exp.Expr, function: Function, column: Column) -> tuple[int, ...]:
        present = self._rows(column)
        if function is Function.COUNT:
            return (present,)
        if column.type is ColumnType.TEXT:
            raise self._error("E-SQL-026", node, column, function)
        powers = (1, 2) if function in _SPREADS else (1,)
        return (present, *(self._power(node, function, column, power) for power in powers))

    def _rows(self, column: Column | None) -> int:
        """Index of the count of rows with a value: of all rows unless it may be NULL."""
        if column is None or not column.nulls:
            return self._index(Measure("", 0, 0, 1))
        return self._index(Measure(column.name, 0, 0, 1))

    def _power(self, node: exp.Expr, function: Function, column: Column, power: int) -> int:
        measure = power_measure(column, power)
        if measure is None:
            raise self._error("E-SQL-027", node, column, function)
        if power > 1 and squares_tell_values(column):
            raise self._error("E-SQL-041", node, column, function)
        if measure.bound * self._scope.table.max_rows > MAX_SUM:
            raise self._error("E-SQL-028", node, column, function)
        return self._index(measure)

    def _index(self, measure: Measure) -> int:
        if measure not in self._found:
            self._found.append(measure)
        return self._found.index(measure)

    def _error(self, code: str, node: exp.Expr, column: Column, function: Function) -> Exception:
        return self._scope.statement.error(
            code,
            node,
            column=column.name,
            function=self._scope.statement.word(node, function.upper()),
        )
