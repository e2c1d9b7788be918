"""The columns of a file as text and integers, exactly.

A number becomes an integer scaled by 10**scale, a date its days since 1970-01-01; each
becomes NULL if it is not written as one: it is never rounded.  Text is itself; empty text
is NULL, in CSV and in Parquet alike.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, literal_column

from accord.domain.catalogue import Column, ColumnType
from accord.domain.errors import RequestError
from accord.node.sources.datafile import DataFile, quoted, text_of
from accord.node.sources.description import Source
from accord.query.nearest import nearest

_INTEGERS: Final = frozenset(
    f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "BIG", "HUGE")
) | {"INTEGER", "UINTEGER"}
_INSTANTS: Final = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")
_EPOCH: Final = "DATE '1970-01-01'"


@dataclass(frozen=True, slots=True)
class FileColumns:
    """Finds the file's columns for the shared names of a table."""

    file: DataFile
    source: Source

    def raw(self, column: Column) -> ColumnElement[Any]:
        """See `Backend.raw`."""
        return literal_column(self._raw(column))

    def value(self, column: Column) -> ColumnElement[Any]:
        """See `Backend.value`."""
        match column.type:
            case ColumnType.TEXT:
                return self.raw(column)
            case ColumnType.DATE:
                return literal_column(self._days(column))
            case _:
                return literal_column(self._scaled(column))

    def _raw(self, column: Column) -> str:
        name = self._name(column)
        native = self._is_integer(column) or self._is_date(column) or self._is_instant(column)
        return quoted(name) if native else text_of(name)

    def _scaled(self, column: Column) -> str:
        raw = self._raw(column)
        if self._is_integer(column):
            return f"TRY_CAST({raw} AS BIGINT)"
        decimal = f"TRY_CAST({raw} AS DECIMAL(38, {column.scale}))"
        digits = f"replace(CAST({decimal} AS VARCHAR), '.', '')" if column.scale else decimal
        # Digits beyond the scale may only be zeros: the cast alone would round them away.
        pattern = rf"[+-]?[0-9]{{1,38}}(\.[0-9]{{0,{column.scale}}}0*)?"
        return (
            f"CASE WHEN regexp_full_match({raw}, '{pattern}') THEN TRY_CAST({digits} AS BIGINT) END"
        )

    def _days(self, column: Column) -> str:
        raw = self._raw(column)
        if self._is_date(column):
            return f"CASE WHEN isfinite({raw}) THEN {raw} - {_EPOCH} END"
        if self._is_instant(column):
            day = f"CAST({raw} AS DATE)"
            midnight = f"isfinite({raw}) AND {raw} = CAST({day} AS TIMESTAMP)"
            return f"CASE WHEN {midnight} THEN {day} - {_EPOCH} END"
        written = f"regexp_full_match({raw}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')"
        return f"CASE WHEN {written} THEN TRY_CAST({raw} AS DATE) - {_EPOCH} END"

    def _name(self, column: Column) -> str:
        name = self.source.name_in_source(column.name)
        if name not in self.file.types:
            hint = nearest(name, self.file.types)
            raise RequestError("E-SRC-032", file=self.file.path.name, column=name, nearest=hint)
        return name

    def _type(self, column: Column) -> str:
        return self.file.types[self._name(column)]

    def _is_integer(self, column: Column) -> bool:
        return column.type is ColumnType.INTEGER and self._type(column) in _INTEGERS

    def _is_date(self, column: Column) -> bool:
        return column.type is ColumnType.DATE and self._type(column) == "DATE"

    def _is_instant(self, column: Column) -> bool:
        return column.type is ColumnType.DATE and self._type(column) in _INSTANTS
