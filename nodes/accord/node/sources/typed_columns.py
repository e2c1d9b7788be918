"""Columns of databases that have types: PostgreSQL and MySQL.

A number is read only from a type of numbers and a date only from one of dates; whoever
keeps them as text makes a view that casts them, and decides there what a slip means.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, cast, func, literal_column, types
from sqlalchemy.dialects import mysql, postgresql

from accord.domain.catalogue import Column, ColumnType
from accord.node.sources.backend import MAX_LITERAL, Arithmetic, integer

_TEXTS: Final = (types.String, types.Integer, types.Boolean, types.Uuid)


@dataclass(frozen=True, slots=True)
class TypedColumns:
    """How one kind of database reads its columns.

    Attributes:
        text: What everything is cast to that is read as text.
        collation: Compares byte by byte.
        exact_floats: Whether a float written as text and read as a decimal is the same.
        days: A date as days since 1970-01-01.
    """

    arithmetic: Arithmetic
    text: types.TypeEngine[Any]
    collation: str
    exact_floats: bool
    days: Callable[[ColumnElement[Any]], ColumnElement[Any]]

    def raw(self, stored: ColumnElement[Any], column: Column) -> ColumnElement[Any]:
        """See `Backend.raw`."""
        return self._as_text(stored) if column.type is ColumnType.TEXT else stored

    def seen(self, stored: ColumnElement[Any]) -> ColumnElement[Any]:
        """All there is to a value, as text in one order."""
        return cast(stored, self.text).collate(self.collation)

    def value(self, stored: ColumnElement[Any], column: Column) -> ColumnElement[Any] | None:
        """See `Backend.value`; None where the type is of another kind."""
        kind = stored.type
        match column.type:
            case ColumnType.TEXT:
                readable = isinstance(kind, _TEXTS)
                return self._as_text(stored) if readable else None
            case ColumnType.DATE:
                return self._as_days(stored)
            case _:
                return self._as_number(stored, column.scale)

    def _as_text(self, stored: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.nullif(self.seen(stored), literal_column("''"))

    def _as_number(self, stored: ColumnElement[Any], scale: int) -> ColumnElement[Any] | None:
        kind = stored.type
        if isinstance(kind, types.Integer) and not scale:
            return cast(stored, types.BigInteger)
        if isinstance(kind, types.Float):
            if not self.exact_floats:
                return None
            stored = cast(stored, self.text)
        elif not isinstance(kind, (types.Integer, types.Numeric)):
            return None
        number = (
            cast(stored, self.arithmetic.wide or types.Numeric())
            if isinstance(kind, types.Float | types.Integer)
            else stored
        )
        scaled = number * integer(10**scale)
        fits = and_(scaled >= integer(-MAX_LITERAL), scaled <= integer(MAX_LITERAL))
        return case((and_(fits, scaled == func.floor(scaled)), cast(scaled, types.BigInteger)))

    def _as_days(self, stored: ColumnElement[Any]) -> ColumnElement[Any] | None:
        kind = stored.type
        if isinstance(kind, types.Date):
            return cast(self.days(stored), types.BigInteger)
        if not isinstance(kind, types.DateTime) or kind.timezone:
            return None
        day = cast(stored, types.Date)
        return case((day == stored, cast(self.days(day), types.BigInteger)))


def _days_in_postgresql(day: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((func.isfinite(day), day - literal_column("DATE '1970-01-01'")))


def _days_in_mysql(day: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.datediff(day, literal_column("'1970-01-01'"))


POSTGRESQL: Final = TypedColumns(
    # Its limit lies at 131,072 digits.
    arithmetic=Arithmetic(types.Numeric(), 10**1000, "/"),
    text=postgresql.TEXT(),
    collation="C",
    exact_floats=True,  # text of a float is the shortest that reads back the same
    days=_days_in_postgresql,
)
MYSQL: Final = TypedColumns(
    arithmetic=Arithmetic(mysql.DECIMAL(65, 0), 10**65 - 1, "DIV"),
    text=mysql.CHAR(),
    collation="utf8mb4_0900_bin",
    exact_floats=False,
    days=_days_in_mysql,
)
