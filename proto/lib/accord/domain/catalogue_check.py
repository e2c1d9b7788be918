"""Whether a table that another member describes is one that a node or reader can bear.

A description comes signed, but by somebody else: a scale of a million makes a number of a
million digits, a domain of a billion values a list of that length, and a title with control
characters writes over the reader's screen.  Whoever takes a `Table` from outside calls
`check_table` before anything else looks into it.
"""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Final

from accord.domain.catalogue import Column, ColumnType, Table
from accord.domain.errors import RequestError
from accord.domain.ids import is_name
from accord.domain.text import is_plain, printable

TABLE_VERSION: Final = 1
MAX_SCALE: Final = 18
MAX_SCALED: Final = 10**18  # scaled values and their distance from the minimum fit 64 bits
MAX_PART_ROWS: Final = 2**40
MAX_DOMAIN: Final = 65_536  # one column alone may fill the cells of a question
MAX_VALUE_CHARACTERS: Final = 1_000
MAX_TITLE_CHARACTERS: Final = 300
MAX_UNIT_CHARACTERS: Final = 60
_SHOWN_CHARACTERS: Final = 40
# Of the days since 1970-01-01; the calendar of Python and SQL begins and ends there.
_EPOCH: Final = date(1970, 1, 1).toordinal()
FIRST_DAY: Final = date.min.toordinal() - _EPOCH
LAST_DAY: Final = date.max.toordinal() - _EPOCH
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER: Final = re.compile(r"(-?)([0-9]{1,19})(?:\.([0-9]{1,18}))?")


def check_table(table: Table) -> None:
    """Check that names, types, bounds and public values of ``table`` are such as we publish.

    Raises:
        RequestError: E-CAT-001; the first thing that is not.
    """
    check = _Check(table.name)
    check(is_name(table.name), "name")
    check(table.version == TABLE_VERSION, "version")
    check(bool(table.parts) and all(map(is_name, table.parts)), "parts")
    check(_are_distinct(table.parts), "parts")
    rows = table.max_rows
    check(0 < rows <= MAX_PART_ROWS and not rows & (rows - 1), "max_rows")
    check(_is_title(table.title_en) and _is_title(table.title_zh), "title")
    names = [column.name for column in table.columns]
    check(_are_distinct(names), "columns")
    for column in table.columns:
        check(is_name(column.name), "columns")
        _check_column(check, column)
    key = table.column(table.key)
    check(key is not None and _identifies(key), "key")


class _Check:
    """Raises the error about one table."""

    def __init__(self, table: str) -> None:
        self._table = printable(table[:_SHOWN_CHARACTERS])

    def __call__(self, holds: bool, thing: str) -> None:  # noqa: FBT001 - reads as a sentence
        if not holds:
            raise RequestError("E-CAT-001", table=self._table, thing=thing)


def _check_column(check: _Check, column: Column) -> None:
    largest = MAX_SCALE if column.type is ColumnType.DECIMAL else 0
    check(0 <= column.scale <= largest, f"{column.name}.scale")
    check(_bounds_fit(column), f"{column.name}.min")
    check(len(column.unit) <= MAX_UNIT_CHARACTERS and is_plain(column.unit), f"{column.name}.unit")
    titles = _is_title(column.title_en) and _is_title(column.title_zh)
    check(titles, f"{column.name}.title")
    check(len(column.domain) <= MAX_DOMAIN, f"{column.name}.domain")
    check(_is_domain(column), f"{column.name}.domain")
    check(len(column.bins) <= MAX_DOMAIN, f"{column.name}.bins")
    check(_are_bins(column), f"{column.name}.bins")


def _bounds_fit(column: Column) -> bool:
    low, high = column.minimum, column.maximum
    if low is None or high is None:
        return low is None and high is None
    smallest, largest = _range(column.type)
    return column.type is not ColumnType.TEXT and smallest <= low <= high <= largest


def _range(kind: ColumnType) -> tuple[int, int]:
    return (FIRST_DAY, LAST_DAY) if kind is ColumnType.DATE else (-MAX_SCALED, MAX_SCALED)


def _is_domain(column: Column) -> bool:
    """Distinct as values: 1 and 1.0 are one group."""
    if column.type is ColumnType.TEXT:
        return all(map(_is_value, column.domain)) and _are_distinct(column.domain)
    numbers = _integers(column, column.domain)
    return numbers is not None and len(numbers) == len(set(numbers))


def _are_bins(column: Column) -> bool:
    """Rising; only numbers and dates have an order that bins could follow."""
    if column.type is ColumnType.TEXT:
        return not column.bins
    edges = _integers(column, column.bins)
    return edges is not None and all(low < high for low, high in pairwise(edges))


def _integers(column: Column, literals: Sequence[str]) -> list[int] | None:
    """Scaled integers or days; None if a literal is none, or out of range."""
    read = [
        _days(literal) if column.type is ColumnType.DATE else _scaled(literal, column.scale)
        for literal in literals
    ]
    smallest, largest = _range(column.type)
    found = [value for value in read if value is not None and smallest <= value <= largest]
    return found if len(found) == len(read) else None


def _days(text: str) -> int | None:
    """The date as days; None if it is none."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text).toordinal() - _EPOCH
    except ValueError:
        return None


def _scaled(text: str, scale: int) -> int | None:
    """The decimal literal times 10**scale; None if it is none, or finer than that."""
    found = _NUMBER.fullmatch(text)
    if found is None or len(found[3] or "") > scale:
        return None
    return int(f"{found[1]}{found[2]}{(found[3] or '').ljust(scale, '0')}")


def _is_value(text: str) -> bool:
    """An empty text reads as NULL; quoted values of a CSV file may have several lines."""
    return 0 < len(text) <= MAX_VALUE_CHARACTERS and is_plain(text, besides="\n\t")


def _is_title(text: str) -> bool:
    return len(text) <= MAX_TITLE_CHARACTERS and is_plain(text)


def _identifies(column: Column) -> bool:
    """Whether it can tell persons apart: exact, always there, its values nobody's to list."""
    exact = column.type in (ColumnType.TEXT, ColumnType.INTEGER)
    return exact and not column.nulls and not column.domain


def _are_distinct(texts: Sequence[str]) -> bool:
    return len(set(texts)) == len(texts)
