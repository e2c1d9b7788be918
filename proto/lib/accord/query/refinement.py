"""Quantiles by refinement: counts over intervals that enclose the quantile ever closer.

Each step asks how many rows lie in equal intervals of where the quantile must be, and below
and above; then it is in the interval that holds its rank.  It ends at one unit of the
column's last digit, at the asked precision, or where intervals would hold too few rows.

The quantile is that of DuckDB's QUANTILE_CONT (R. Hyndman and Y. Fan, "Sample Quantiles in
Statistical Packages", 1996, definition 7): at rank (n - 1) * fraction, counted from 0.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final

from accord.domain.catalogue import Column, ColumnType
from accord.query.bin_labels import bin_label
from accord.query.dates import date_text
from accord.query.derived import domain_values
from accord.query.numbers import decimal_text

MAX_BINS: Final = 50
_NAMES: Final = re.compile(r"\b(median|quantile_cont|percentile_cont)\s*\(", re.IGNORECASE)
# So that an interval of ordinary size holds enough rows to be released.
_ROWS_OF_MINIMUM: Final = 3
_FEWEST_BINS: Final = 2


@dataclass(frozen=True, slots=True)
class Quantile:
    """One quantile of one column.

    Attributes:
        fraction: Between 0 and 1.
        where: The condition as SQL; empty without one.
        name: Of the answer's column.
    """

    table: str
    column: Column
    fraction: Fraction
    where: str
    name: str

    @property
    def count_sql(self) -> str:
        """The first question: how many rows have a value."""
        return f"SELECT COUNT({self.column.name}) AS n{self._from()}"

    def step_sql(self, bins: "Bins") -> str:
        """The question how many rows lie in each interval."""
        name = self.column.name
        low, high = (self.text(bins.edges[place]) for place in (0, -1))
        item = f"BIN({name}, {low}, {high}, {bins.number})"
        return f"SELECT {item} AS bin, COUNT({name}) AS n{self._from()} GROUP BY 1"

    def text(self, value: int) -> str:
        """A value of the column as a literal."""
        if self.column.type is ColumnType.DATE:
            return f"DATE '{date_text(value)}'"
        return decimal_text(value, self.column.scale)

    def whole(self) -> "Interval":
        """Where the quantile is before anything is asked."""
        if self.column.minimum is not None and self.column.maximum is not None:
            return Interval(self.column.minimum, self.column.maximum + 1)
        listed = [value for value in domain_values(self.column) if isinstance(value, int)]
        return Interval(min(listed), max(listed) + 1)

    def _from(self) -> str:
        return f" FROM {self.table}{f' WHERE {self.where}' if self.where else ''}"


@dataclass(frozen=True, slots=True)
class Interval:
    """The quantile is at least ``low`` and less than ``high``, as plans hold numbers."""

    low: int
    high: int

    @property
    def error(self) -> Fraction:
        """Largest distance of the quantile from the middle of what it can be."""
        return Fraction(self.high - 1 - self.low, 2)


@dataclass(frozen=True, slots=True)
class Bins:
    """``number`` equal intervals between the first and last of ``edges``."""

    edges: tuple[int, ...]

    @property
    def number(self) -> int:
        """Of intervals."""
        return len(self.edges) - 1


def may_ask_quantile(sql: str) -> bool:
    """Whether it is worth parsing; a name in a comment or literal is one too many."""
    return _NAMES.search(sql) is not None


def next_bins(interval: Interval, rows: int, minimum: int, precision: Fraction) -> Bins | None:
    """What to ask next; None at the end.

    Args:
        interval: Where the quantile is known to be.
        rows: How many rows lie there.
        minimum: Fewest rows of a released group.
        precision: Largest error to stop at, in units of the column's last digit.
    """
    size = interval.high - interval.low
    number = min(MAX_BINS, rows // (_ROWS_OF_MINIMUM * max(1, minimum)), size)
    if interval.error <= precision or number < _FEWEST_BINS:
        return None
    width = ceil(Fraction(size, number))
    steps = ceil(Fraction(size, width))
    return Bins(tuple(interval.low + place * width for place in range(steps + 1)))


def narrowed(
    quantile: Quantile, total: int, bins: Bins, counts: Sequence[int | None]
) -> tuple[Interval, int] | None:
    """Where the quantile is by the counts, and the rows there; None if they do not tell.

    Args:
        quantile: What is asked.
        total: Rows that have a value.
        bins: What was counted.
        counts: Rows below the first edge, in each interval, and from the last edge on;
            None where withheld.
    """
    hidden = total - sum(count for count in counts if count is not None)
    rank = (total - 1) * quantile.fraction
    places = [
        place
        for place, (least, most) in enumerate(_ranks(counts, hidden))
        if least <= ceil(rank) and floor(rank) < most
    ]
    first, last = places[0], places[-1]
    rows = [count for count in counts[first : last + 1] if count is not None]
    if first == 0 or last > bins.number or len(rows) <= last - first:
        return None
    return Interval(bins.edges[first - 1], bins.edges[last]), sum(rows)


def labels(quantile: Quantile, bins: Bins) -> tuple[str, ...]:
    """Of all places that `narrowed` wants counts of."""
    values = (bins.edges[0] - 1, *bins.edges)
    return tuple(bin_label(quantile.column, bins.edges, value) for value in values)


def _ranks(counts: Sequence[int | None], hidden: int) -> list[tuple[int, int]]:
    """Per place the smallest rank that its first row may have, and the end of the largest."""
    found, below, unknown = [], 0, False
    for count in counts:
        least = below
        unknown = unknown or count is None
        below += count or 0
        found.append((least, below + (hidden if unknown else 0)))
    return found
