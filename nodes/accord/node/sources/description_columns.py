"""One column of a description: type, bounds, public values."""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

from accord.domain.catalogue import Column, ColumnType
from accord.domain.catalogue_check import MAX_DOMAIN, MAX_SCALE, MAX_SCALED
from accord.domain.ids import is_name
from accord.node.sources.description_text import Section, titles
from accord.query.numbers import decimal_text

_KEYS: Final = ("type", "scale", "min", "max", "unit", "nulls", "domain", "confirmed", "title")
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
        domain=_domain(section, kind, scale),
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
            raise section.error("E-SRC-003", key, example=f"{key} = 0")
    minimum = _number(section, "min", section.values["min"], scale)
    maximum = _number(section, "max", section.values["max"], scale)
    if minimum > maximum:
        raise section.error("E-SRC-005", "min")
    return minimum, maximum


def _domain(section: Section, kind: ColumnType, scale: int) -> tuple[str, ...]:
    if "domain" not in section.values:
        return ()
    example = 'domain = ["north", "south"]' if kind is ColumnType.TEXT else "domain = [1, 2, 3]"
    values = section.typed("domain", list, example)
    if not 0 < len(values) <= MAX_DOMAIN:
        raise section.error("E-SRC-004", "domain", example=example)
    domain = tuple(_domain_value(section, kind, scale, value, example) for value in values)
    _check_distinct(section, domain)
    return domain


def _domain_value(section: Section, kind: ColumnType, scale: int, value: Any, example: str) -> str:
    if kind is not ColumnType.TEXT:
        return decimal_text(_number(section, "domain", value, scale), scale)
    if not isinstance(value, str) or not value:  # an empty text reads as NULL
        raise section.error("E-SRC-004", "domain", example=example)
    return value


def _check_distinct(section: Section, domain: Sequence[str]) -> None:
    seen: set[str] = set()
    for value in domain:
        if value in seen:
            raise section.error("E-SRC-007", "domain", value=value)
        seen.add(value)


def _number(section: Section, key: str, value: Any, scale: int) -> int:
    """A number times 10**scale; text or integer, since a TOML float is not exact."""
    example = f'{key} = "-100.50"' if scale else f"{key} = -100"
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise section.error("E-SRC-004", key, example=example)
    scaled = Fraction(text) * 10**scale
    if scaled.denominator != 1 or abs(scaled) > MAX_SCALED:
        raise section.error("E-SRC-011", key, value=text, scale=scale)
    return int(scaled)
