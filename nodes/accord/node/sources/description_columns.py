"""One column of a description: type, bounds, public values, bins."""

import re
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from accord.domain.catalogue import Column, ColumnType
from accord.domain.catalogue_check import MAX_DOMAIN, MAX_SCALE, MAX_SCALED
from accord.domain.ids import is_name
from accord.node.sources.description_text import Section, titles
from accord.query.dates import date_text, parse_date
from accord.query.numbers import decimal_text

_KEYS: Final = (
    *("type", "scale", "min", "max", "unit", "nulls", "domain", "bins", "confirmed", "title"),
)
_ENDS: Final = ("min", "max")
_NUMBER: Final = re.compile(r"-?\d{1,40}(\.\d{1,40})?")


def parse_column(section: Section, name: str) -> tuple[Column, bool]:
    """The column, and whether the steward stands by its bounds.

    Raises:
        RequestError: E-SRC-nnn; what is wrong, on which line, what to write.
    """
    section.check_keys(_KEYS)
    if not is_name(name):
        raise section.error("E-SRC-009", "", value=name)
    kind = _type(section)
    scale = _scale(section, kind)
    minimum, maximum = _bounds(section, kind, scale)
    title_en, title_zh = titles(section)
    column = Column(
        name=name,
        type=kind,
        scale=scale,
        minimum=minimum,
        maximum=maximum,
        nulls=section.optional("nulls", bool, default=False, example="nulls = true"),
        domain=tuple(_texts(section, "domain", kind, scale)),
        bins=_bins(section, kind, scale),
        unit=section.optional("unit", str, "", 'unit = "EUR"'),
        title_en=title_en,
        title_zh=title_zh,
    )
    return column, section.optional("confirmed", bool, default=True, example="confirmed = true")


def _type(section: Section) -> ColumnType:
    example = 'type = "integer"'
    text = section.required("type", str, example)
    if text not in set(ColumnType):
        raise section.error("E-SRC-004", "type", example=example)
    return ColumnType(text)


def _scale(section: Section, kind: ColumnType) -> int:
    if kind is not ColumnType.DECIMAL:
        if "scale" in section.values:
            raise section.error("E-SRC-004", "scale", example='type = "decimal"')
        return 0
    scale = section.required("scale", int, "scale = 2")
    if not 0 < scale <= MAX_SCALE:
        raise section.error("E-SRC-004", "scale", example="scale = 2")
    return scale


def _bounds(section: Section, kind: ColumnType, scale: int) -> tuple[int | None, int | None]:
    given = [key for key in ("min", "max") if key in section.values]
    if kind is ColumnType.TEXT:
        if given:
            raise section.error("E-SRC-004", given[0], example='type = "integer"')
        return None, None
    if not given:
        return None, None
    for key in ("min", "max"):
        if key not in section.values:
            raise section.error("E-SRC-003", key, example=f"{key} = {_example(kind, scale)}")
    minimum, maximum = (_integer(section, key, section.values[key], kind, scale) for key in _ENDS)
    if minimum > maximum:
        raise section.error("E-SRC-005", "min")
    return minimum, maximum


def _texts(section: Section, key: str, kind: ColumnType, scale: int) -> list[str]:
    """A list of literals in their one spelling; empty if there is none."""
    if key not in section.values:
        return []
    example = f"{key} = [{_example(kind, scale)}]"
    values = section.typed(key, list, example)
    if not 0 < len(values) <= MAX_DOMAIN:
        raise section.error("E-SRC-004", key, example=example)
    found = [_text(section, key, kind, scale, value) for value in values]
    _check_distinct(section, key, found)
    return found


def _text(section: Section, key: str, kind: ColumnType, scale: int, value: Any) -> str:
    if kind is ColumnType.DATE:
        return date_text(_integer(section, key, value, kind, scale))
    if kind is not ColumnType.TEXT:
        return decimal_text(_integer(section, key, value, kind, scale), scale)
    if not isinstance(value, str) or not value:  # an empty text reads as NULL
        raise section.error("E-SRC-004", key, example=f'{key} = ["north", "south"]')
    return value


def _bins(section: Section, kind: ColumnType, scale: int) -> tuple[str, ...]:
    """Lower edges of intervals, rising."""
    edges = _texts(section, "bins", kind, scale)
    if edges and kind is ColumnType.TEXT:
        raise section.error("E-SRC-004", "bins", example='type = "integer"')
    numbers = [_integer(section, "bins", edge, kind, scale) for edge in edges]
    if any(low >= high for low, high in pairwise(numbers)):
        raise section.error("E-SRC-013", "bins")
    return tuple(edges)


def _integer(section: Section, key: str, value: Any, kind: ColumnType, scale: int) -> int:
    """A number times 10**scale, or a date's days."""
    if kind is ColumnType.DATE:
        return _days(section, key, value)
    return _number(section, key, value, scale)


def _days(section: Section, key: str, value: Any) -> int:
    """TOML has dates of its own, with and without quotes the same."""
    text = value.isoformat() if type(value) is date else value
    try:
        return parse_date(text)
    except (TypeError, ValueError):
        raise section.error("E-SRC-004", key, example=f"{key} = 2024-01-31") from None


def _example(kind: ColumnType, scale: int) -> str:
    if kind is ColumnType.TEXT:
        return '"north", "south"'
    return "2024-01-31" if kind is ColumnType.DATE else '"-100.50"' if scale else "-100"


def _check_distinct(section: Section, key: str, values: Sequence[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise section.error("E-SRC-007", key, value=value)
        seen.add(value)


def _number(section: Section, key: str, value: Any, scale: int) -> int:
    """Text or integer, since a TOML float is not exact."""
    example = f"{key} = {_example(ColumnType.DECIMAL, scale)}"
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise section.error("E-SRC-004", key, example=example)
    scaled = Fraction(text) * 10**scale
    if scaled.denominator != 1 or abs(scaled) > MAX_SCALED:
        raise section.error("E-SRC-011", key, value=text, scale=scale)
    return int(scaled)
