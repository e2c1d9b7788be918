"""A data file as a `Backend`: SQLAlchemy statements compiled to DuckDB's SQL.

DuckDB's grammar is PostgreSQL's as far as our statements go.
"""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, TextClause, func
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.types import UserDefinedType

from accord.domain.catalogue import Column
from accord.node.sources.backend import Arithmetic, integer
from accord.node.sources.datafile import DataFile
from accord.node.sources.description import Source
from accord.node.sources.file_columns import FileColumns


class _HugeInt(UserDefinedType[int]):
    """DuckDB's signed integer of 128 bits."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "HUGEINT"


# Nothing is spilled to disk: so many keys of 40 characters take some 500 MB.
_KEYS_AT_ONCE: Final = 4_000_000
_DIALECT: Final = PGDialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped


class FileBackend:
    """The `Backend` of one opened file."""

    arithmetic: Final = Arithmetic(wide=_HugeInt(), widest=2**127 - 1, divide="//")

    def __init__(self, file: DataFile, source: Source) -> None:
        self._file, self._columns = file, FileColumns(file, source)

    @property
    def relation(self) -> TextClause:
        """See `Backend.relation`."""
        return self._file.relation()

    def raw(self, column: Column) -> ColumnElement[Any]:
        """See `Backend.raw`."""
        return self._columns.raw(column)

    def value(self, column: Column) -> ColumnElement[Any]:
        """See `Backend.value`."""
        return self._columns.value(column)

    def fenced(self, statement: Select[Any]) -> Select[Any]:
        """See `Backend.fenced`: DuckDB does so by itself."""
        return statement

    def shares(self, key: ColumnElement[Any], rows: int) -> list[ColumnElement[Any]]:
        """See `Backend.shares`."""
        count = 1 + rows // _KEYS_AT_ONCE
        share = func.hash(key).op("%")(integer(count))
        return [share == integer(index) for index in range(count)]

    def rows(self, statement: Select[Any]) -> Iterator[tuple[Any, ...]]:
        """See `Backend.rows`."""
        compiled = statement.compile(dialect=_DIALECT)
        values = compiled.params
        bound = [values[name] for name in compiled.positiontup or ()]
        return self._file.rows(str(compiled), bound)
