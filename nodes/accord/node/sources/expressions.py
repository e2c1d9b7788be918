"""Typed plans to SQL over one file, and values of a file to integers, exactly.

A number becomes an integer scaled by 10**scale, or NULL if it is not written as one: it
is never rounded.  Text is itself; empty text is NULL, in CSV and in Parquet alike.
"""

from dataclasses import dataclass
from typing import Final

from accord.domain.catalogue import Column, ColumnType, Table
from accord.domain.errors import RequestError
from accord.node.sources.datafile import DataFile, Parameters, quoted, text_of
from accord.node.sources.description import Source
from accord.query.nearest import nearest
from accord.query.plan import (
    Comparison,
    Compound,
    Condition,
    CountKind,
    CountTerm,
    Junction,
    Measure,
)

_INTEGERS: Final = frozenset(
    f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "BIG", "HUGE")
) | {"INTEGER", "UINTEGER"}
# Beyond every value (10**18) and inside 64 bits: a literal further out compares alike.
_BEYOND: Final = 4 * 10**18
# Differences below it have squares that fit 64 bits, which DuckDB sums much faster.
_SMALL: Final = 2**31


@dataclass(frozen=True, slots=True)
class FileColumns:
    """Finds the file's columns for the shared names of a table."""

    file: DataFile
    source: Source
    table: Table

    def raw(self, column: Column) -> str:
        """The column as the file holds it, empty text as NULL.

        Raises:
            RequestError: E-SRC-032; the file has no such column.
        """
        name = self.source.name_in_file(column.name)
        if name not in self.file.types:
            hint = nearest(name, self.file.types)
            raise RequestError("E-SRC-032", file=self.file.path.name, column=name, nearest=hint)
        if self._is_native_integer(column):
            return quoted(name)
        return text_of(name)

    def value(self, column: Column) -> str:
        """The column as text or scaled BIGINT; NULL also where it cannot be read."""
        raw = self.raw(column)
        if column.type is ColumnType.TEXT:
            return raw
        if self._is_native_integer(column):
            return f"TRY_CAST({raw} AS BIGINT)"
        decimal = f"TRY_CAST({raw} AS DECIMAL(38, {column.scale}))"
        digits = f"replace(CAST({decimal} AS VARCHAR), '.', '')" if column.scale else decimal
        # Digits beyond the scale may only be zeros: the cast alone would round them away.
        pattern = rf"[+-]?[0-9]{{1,38}}(\.[0-9]{{0,{column.scale}}}0*)?"
        return (
            f"CASE WHEN regexp_full_match({raw}, '{pattern}') THEN TRY_CAST({digits} AS BIGINT) END"
        )

    def _is_native_integer(self, column: Column) -> bool:
        name = self.source.name_in_file(column.name)
        return column.type is ColumnType.INTEGER and self.file.types.get(name) in _INTEGERS


def condition_sql(condition: Condition | Compound, parameters: Parameters) -> str:
    """A condition over columns called by their shared names."""
    if isinstance(condition, Compound):
        parts = [f"({condition_sql(operand, parameters)})" for operand in condition.operands]
        if condition.junction is Junction.NOT:
            return f"NOT {parts[0]}"
        return f" {condition.junction.value.upper()} ".join(parts)
    name = quoted(condition.column)
    if condition.operator is Comparison.IS_NULL:
        return f"{name} IS NULL"
    literals = [_literal(value, parameters) for value in condition.literals]
    if condition.operator is Comparison.IN:
        return f"{name} IN ({', '.join(literals)})"
    return f"{name} {condition.operator.value} {literals[0]}"


def measure_sql(measure: Measure, parameters: Parameters) -> str:
    """The sum of one measure over a cell; an exact integer, 0 for no rows."""
    if measure.column == "":
        return "count(*)"
    name = quoted(measure.column)
    if measure.power == 0:
        return f"count({name})"
    # Offset and term stay below 2 * 10**18, hence inside 64 bits.
    term = f"({name} - CAST({parameters.bind(measure.offset)} AS BIGINT))"
    power = term
    if measure.power == 2:  # noqa: PLR2004
        wide = "" if measure.bound < _SMALL**2 else "::HUGEINT"
        power = f"{term}{wide} * {term}"
    return f"coalesce(sum({power}), 0)"


def count_sql(term: CountTerm, table: Table, parameters: Parameters) -> str:
    """One count of the guard's over a cell."""
    if term.kind is CountKind.ROWS:
        return "count(*)"
    name = quoted(term.column)
    if term.kind is CountKind.PRESENT:
        return f"count({name})"
    column = table.column(term.column)
    if column is None or column.minimum is None or column.maximum is None:
        return "0"  # sums need both bounds: without them no cell has support
    if term.kind is CountKind.HEADROOM:
        return f"count(*) FILTER (WHERE {name} <> {_literal(column.maximum, parameters)})"
    lowest = _literal(column.minimum, parameters)
    return f"count(*) FILTER (WHERE {name} <> 0 AND {name} <> {lowest})"


def _literal(value: int | str, parameters: Parameters) -> str:
    if isinstance(value, str):
        return parameters.bind(value)
    return f"CAST({parameters.bind(max(-_BEYOND, min(_BEYOND, value)))} AS BIGINT)"
