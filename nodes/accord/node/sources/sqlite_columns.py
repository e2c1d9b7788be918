"""Columns of SQLite, where every cell has a type of its own.

What is no integer is read by functions of ours that run inside the statement.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, cast, func, literal_column, types

from accord.domain.catalogue import Column, ColumnType
from accord.node.sources.backend import MAX_LITERAL, NATIVE_LIMIT, Arithmetic, integer

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,38}(\.[0-9]*)?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EPOCH: Final = date(1970, 1, 1).toordinal()


class SQLiteColumns:
    """How SQLite reads its columns."""

    arithmetic: Final = Arithmetic(None, NATIVE_LIMIT, "/")

    def raw(self, stored: ColumnElement[Any], _: Column) -> ColumnElement[Any]:
        """See `Backend.raw`."""
        return func.nullif(stored, literal_column("''"))

    def seen(self, stored: ColumnElement[Any]) -> ColumnElement[Any]:
        """All there is to a value, in one order."""
        return stored.collate("BINARY")

    def value(self, stored: ColumnElement[Any], column: Column) -> ColumnElement[Any]:
        """See `Backend.value`."""
        kind = func.typeof(stored)
        is_integer = kind == literal_column("'integer'")
        match column.type:
            case ColumnType.TEXT:
                is_text = kind.in_([literal_column("'text'"), literal_column("'integer'")])
                # An expression is compared byte by byte, whatever the column's collation.
                text = cast(stored, types.Text).concat(literal_column("''"))
                return case((is_text, func.nullif(text, literal_column("''"))))
            case ColumnType.DATE:
                return func.accord_days(stored)
            case _:
                limit = MAX_LITERAL // 10**column.scale
                fits = and_(stored >= integer(-limit), stored <= integer(limit))
                return case(
                    (and_(is_integer, fits), stored * integer(10**column.scale)),
                    else_=func.accord_scaled(stored, integer(column.scale)),
                )


def install_functions(connection: Any) -> None:
    """Give a connection of the driver what `SQLiteColumns.value` calls."""
    connection.create_function("accord_scaled", 2, _scaled, deterministic=True)
    connection.create_function("accord_days", 1, _days, deterministic=True)


def _scaled(value: Any, scale: int) -> int | None:
    """The number times 10**scale; NULL if that is no integer, or none that can be encoded."""
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    if not isinstance(value, (str, int, float)):
        return None
    try:
        numerator, denominator = Decimal(str(value)).as_integer_ratio()
    except (InvalidOperation, OverflowError, ValueError):  # an infinite float, or none
        return None
    scaled, rest = divmod(numerator * 10**scale, denominator)
    return scaled if rest == 0 and abs(scaled) <= MAX_LITERAL else None


def _days(value: Any) -> int | None:
    """Days since 1970-01-01; NULL if it is not written ``YYYY-MM-DD``."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value).toordinal() - _EPOCH
    except ValueError:
        return None
