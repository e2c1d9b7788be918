"""What the columns of an opened source look like, to propose a description from."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    distinct,
    func,
    literal_column,
    not_,
    select,
)

from accord.domain.catalogue import Column, ColumnType
from accord.domain.catalogue_check import FIRST_DAY, LAST_DAY, MAX_SCALED
from accord.domain.errors import RequestError
from accord.node.sources.backend import Backend, integer

MAX_SHOWN_VALUES: Final = 60
_MIN_ROWS_PER_VALUE: Final = 10  # a value that fewer rows hold may point at a person
# In this order: the first that reads every value is proposed.
_SCALES: Final = (1, 2, 3, 4, 6, 9, 12)


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of one column.

    Attributes:
        type: None if no type reads it.
        low: Smallest value as plans hold it; None for text and where there is no value.
        values: As text, sorted, if they are few and each is shared by enough rows.
    """

    name: str
    in_source: str
    type: ColumnType | None
    scale: int
    rows: int
    nulls: int
    distinct: int
    low: int | None
    high: int | None
    values: tuple[str, ...]

    @property
    def may_be_key(self) -> bool:
        """One row per value, of a type that keys have."""
        unique = self.nulls == 0 and self.distinct == self.rows > 0
        return unique and self.type in (ColumnType.INTEGER, ColumnType.TEXT)


def profiled(backend: Backend, names: Mapping[str, str]) -> tuple[Profile, ...]:
    """A profile of each column.

    Args:
        backend: Opened with ``names`` turned round as its columns.
        names: Name in the source to shared name.

    Raises:
        RequestError: E-SRC-031 or E-SRC-045; the source cannot be read.
    """
    return tuple(_profile(backend, name, in_source) for in_source, name in names.items())


def _profile(backend: Backend, name: str, in_source: str) -> Profile:
    raw, readings = backend.raw(_column(name)), list(_readings(backend, name))
    code = and_(raw.like(literal_column("'0_%'")), not_(raw.like(literal_column("'0.%'"))))
    first = (func.count(), func.count(raw), func.count(distinct(raw)), _rows(code))
    sums = [one for reading in readings for one in reading.aggregates]
    ((rows, present, different, codes, *found),) = backend.rows(_from(backend, *first, *sums))
    column, low, high = _chosen(readings, found, present, codes)
    return Profile(
        name=name,
        in_source=in_source,
        type=column.type if column else None,
        scale=column.scale if column else 0,
        rows=rows,
        nulls=rows - present,
        distinct=different,
        low=low,
        high=high,
        values=_frequent_values(backend, raw, different),
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """One type that a column might have, and its values if it has it."""

    column: Column
    value: ColumnElement[Any]

    @property
    def aggregates(self) -> tuple[ColumnElement[Any], ...]:
        """Rows that it reads, smallest and largest value."""
        if self.column.type is ColumnType.TEXT:
            return func.count(self.value), literal_column("NULL"), literal_column("NULL")
        dates = self.column.type is ColumnType.DATE
        low, high = (FIRST_DAY, LAST_DAY) if dates else (-MAX_SCALED, MAX_SCALED)
        fits = and_(self.value >= integer(low), self.value <= integer(high))
        return _rows(fits), func.min(self.value), func.max(self.value)


def _readings(backend: Backend, name: str) -> Iterator[_Reading]:
    """In the order of preference."""
    kinds = [(ColumnType.INTEGER, 0), *((ColumnType.DECIMAL, scale) for scale in _SCALES)]
    for kind, scale in (*kinds, (ColumnType.DATE, 0), (ColumnType.TEXT, 0)):
        column = replace(_column(name), type=kind, scale=scale)
        try:
            yield _Reading(column, backend.value(column))
        except RequestError as error:
            if error.code != "E-SRC-037":
                raise


def _chosen(
    readings: Sequence[_Reading], found: Sequence[Any], present: int, codes: int
) -> tuple[Column | None, int | None, int | None]:
    """The first type that reads every value, with the smallest and the largest."""
    for number, reading in enumerate(readings):
        read, low, high = found[3 * number : 3 * number + 3]
        column = reading.column
        if column.type is not ColumnType.TEXT:
            coded = codes and column.type is not ColumnType.DATE  # leading zeros: no number
            if not present or coded:
                continue
        if read == present:
            return column, low, high
    return None, None, None


def _frequent_values(backend: Backend, raw: ColumnElement[Any], different: int) -> tuple[str, ...]:
    """The values, if they are few and each is shared by enough rows; else none."""
    if not 0 < different <= MAX_SHOWN_VALUES:
        return ()
    value = raw.label("value")
    counts = _from(backend, value, func.count()).where(raw.is_not(None)).group_by(value)
    found = {str(one): rows for one, rows in backend.rows(counts)}
    rare = any(rows < _MIN_ROWS_PER_VALUE for rows in found.values())
    return () if rare else tuple(sorted(found, key=_in_order))


def _in_order(value: str) -> tuple[Decimal, str]:
    number = re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?", value)
    return (Decimal(value) if number else Decimal("Infinity"), value)


def _from(backend: Backend, *shown: ColumnElement[Any]) -> Select[Any]:
    return select(*shown).select_from(backend.relation)


def _rows(condition: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.count(case((condition, integer(1))))


def _column(name: str) -> Column:
    return Column(
        name,
        ColumnType.TEXT,
        0,
        None,
        None,
        nulls=True,
        domain=(),
        unit="",
        title_en="",
        title_zh="",
    )
