"""A table or view of a database, opened in one read-only state."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    TableClause,
    inspect,
    literal_column,
    quoted_name,
)
from sqlalchemy import column as column_clause
from sqlalchemy import table as table_clause
from sqlalchemy.exc import NoSuchTableError

from accord.domain.catalogue import Column
from accord.domain.errors import RequestError
from accord.node.sources.backend import Arithmetic
from accord.node.sources.database_errors import errors_named
from accord.node.sources.database_place import DatabaseTable
from accord.query.nearest import nearest

_ROWS_AT_ONCE: Final = 10_000


class Columns(Protocol):
    """How one kind of database reads its columns."""

    @property
    def arithmetic(self) -> Arithmetic:
        """How it computes."""
        ...

    def raw(self, stored: ColumnElement[Any], column: Column) -> ColumnElement[Any]:
        """See `Backend.raw`."""
        ...

    def seen(self, stored: ColumnElement[Any]) -> ColumnElement[Any]:
        """All there is to a value, in one order: for the digest."""
        ...

    def value(self, stored: ColumnElement[Any], column: Column) -> ColumnElement[Any] | None:
        """See `Backend.value`; None where the column is of another kind."""
        ...


@dataclass(frozen=True, slots=True)
class DatabaseBackend:
    """The `Backend` of one table or view."""

    connection: Connection
    place: DatabaseTable
    columns: Columns
    relation: TableClause

    @property
    def arithmetic(self) -> Arithmetic:
        """See `Backend.arithmetic`."""
        return self.columns.arithmetic

    @property
    def types(self) -> Mapping[str, str]:
        """Names in the database with their types."""
        return {name: str(column.type) for name, column in self.relation.c.items()}

    def raw(self, column: Column) -> ColumnElement[Any]:
        """See `Backend.raw`."""
        return self.columns.raw(self.stored(column), column)

    def value(self, column: Column) -> ColumnElement[Any]:
        """See `Backend.value`."""
        stored = self.stored(column)
        value = self.columns.value(stored, column)
        if value is None:
            kind, name = str(stored.type), self.place.name
            raise RequestError("E-SRC-037", column=stored.name, table=name, kind=kind)
        return value

    def seen(self, column: Column) -> ColumnElement[Any]:
        """What the digest takes of a column; errors as `stored`."""
        return self.columns.seen(self.stored(column))

    def stored(self, column: Column) -> Any:
        """The column as the database holds it.

        Raises:
            RequestError: E-SRC-032; there is none.
        """
        name = self.place.name_in_source(column.name)
        if name not in self.relation.c:
            hint = nearest(name, list(self.relation.c.keys()))
            raise RequestError("E-SRC-032", file=self.place.name, column=name, nearest=hint)
        return self.relation.c[name]

    def fenced(self, statement: Select[Any]) -> Select[Any]:
        """See `Backend.fenced`: they would put the expression wherever the column stands."""
        return statement.offset(literal_column("0"))

    def shares(self, key: ColumnElement[Any], rows: int) -> tuple[None]:
        """See `Backend.shares`: a database sees to its own memory."""
        del key, rows
        return (None,)

    def rows(self, statement: Select[Any]) -> Iterator[tuple[Any, ...]]:
        """Run one statement and fetch as it is read.

        Raises:
            RequestError: E-SRC-045; the database gave it up or went away.
        """
        options = {"stream_results": True, "yield_per": _ROWS_AT_ONCE}
        with errors_named("E-SRC-045", self.place):
            for row in self.connection.execute(statement, execution_options=options):
                yield tuple(row)


def find_table(connection: Connection, place: DatabaseTable) -> TableClause:
    """The table or view with its columns and their types.

    Raises:
        RequestError: E-SRC-038; there is none.
    """
    with errors_named("E-SRC-045", place):
        try:
            found = inspect(connection).get_columns(place.table, schema=place.schema or None)
        except NoSuchTableError:
            raise RequestError("E-SRC-038", table=place.name) from None
    # SQLite's declared types bind nobody, and SQLAlchemy would convert what comes of them.
    typed = connection.dialect.name != "sqlite"
    return table_clause(
        quoted_name(place.table, quote=True),
        *(
            column_clause(quoted_name(one["name"], quote=True), one["type"] if typed else None)
            for one in found
        ),
        schema=quoted_name(place.schema, quote=True) if place.schema else None,
    )
