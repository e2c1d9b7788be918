"""Dates as plans hold them: days since 1970-01-01, and the periods that they fall into.

The calendar is the proleptic Gregorian of Python and SQL; weeks start on Monday
(ISO 8601).
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from accord.query.derived import EPOCH

_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTHS_OF_YEAR: Final = 12


class Period(StrEnum):
    """What `date_trunc` cuts to."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DECADE = "decade"


def parse_date(text: str) -> int:
    """The day that ``YYYY-MM-DD`` names.

    Raises:
        ValueError: It names none.
    """
    if not _ISO.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text).toordinal() - EPOCH


def date_text(day: int) -> str:
    """The day as ``YYYY-MM-DD``."""
    return _date(day).isoformat()


def shifted(day: int, number: int, unit: str) -> int:
    """The day ``number`` days, weeks, months or years later; a month's last day at most.

    Raises:
        KeyError: Another unit.
        ValueError, OverflowError: The calendar has no such day.
    """
    days, months = {"DAY": (1, 0), "WEEK": (7, 0), "MONTH": (0, 1), "YEAR": (0, 12)}[unit]
    if not months:
        return _date(day + days * number).toordinal() - EPOCH
    start = _date(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months * number, _MONTHS_OF_YEAR)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last)).toordinal() - EPOCH


def truncated(day: int, period: Period) -> int:
    """The first day of the period that ``day`` falls into."""
    found = _date(day)
    match period:
        case Period.DAY:
            return day
        case Period.WEEK:
            return day - found.weekday()
        case Period.MONTH:
            first = found.replace(day=1)
        case Period.QUARTER:
            first = found.replace(month=(found.month - 1) // 3 * 3 + 1, day=1)
        case Period.YEAR:
            first = found.replace(month=1, day=1)
        case Period.DECADE:
            first = date(max(1, found.year // 10 * 10), 1, 1)
    return first.toordinal() - EPOCH


def starts(low: int, high: int, period: Period) -> Iterator[int]:
    """Where each period begins that a day from ``low`` to ``high`` falls into, but not before."""
    day = low
    while day <= high:
        yield day
        day = _next_start(day, period)


def _next_start(day: int, period: Period) -> int:
    """Found by a step that is longer than one period and shorter than two."""
    longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366, "decade": 3653}
    here = truncated(day, period)
    last = date.max.toordinal() - EPOCH
    after = truncated(min(here + longest[period], last), period)
    return after if after > here else last + 1


def _date(day: int) -> date:
    return date.fromordinal(day + EPOCH)


# Each with the longest period within which it does not change.
PARTS: Final[Mapping[str, tuple[Period, Callable[[date], int]]]] = {
    "YEAR": (Period.YEAR, lambda found: found.year),
    "QUARTER": (Period.QUARTER, lambda found: (found.month + 2) // 3),
    "MONTH": (Period.MONTH, lambda found: found.month),
    "WEEK": (Period.WEEK, lambda found: found.isocalendar().week),
    "ISODOW": (Period.DAY, lambda found: found.isoweekday()),
    "DAYOFWEEK": (Period.DAY, lambda found: found.isoweekday() % 7),
    "DAY": (Period.DAY, lambda found: found.day),
    "DAYOFYEAR": (Period.DAY, lambda found: found.timetuple().tm_yday),
}


def part_of(day: int, part: str) -> int:
    """The year, month … of a day; Sunday is day 0 of the week, 7 of the ISO week."""
    return PARTS[part][1](_date(day))
