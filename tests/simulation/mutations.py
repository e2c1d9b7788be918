"""Every single change of one value inside a tree of dataclasses, tuples and maps."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any

HUGE = 1 << 1000


def mutations(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Path and changed copy; each differs from ``value`` in one place."""
    if is_dataclass(value) and not isinstance(value, type):
        yield from _of_fields(value, path)
    elif isinstance(value, tuple):
        yield from _of_tuple(value, path)
    elif isinstance(value, dict):
        yield from _of_map(value, path)
    else:
        for word, changed in _of_leaf(value):
            yield f"{path} {word}", changed


def _of_fields(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    for field in fields(value):
        inner = getattr(value, field.name)
        for place, changed in mutations(inner, f"{path}.{field.name}"):
            yield place, replace(value, **{field.name: changed})


def _of_map(value: dict[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for key, inner in value.items():
        yield f"{path}[{key}] gone", {k: v for k, v in value.items() if k != key}
        for place, changed in mutations(inner, f"{path}[{key}]"):
            yield place, {**value, key: changed}


def _of_tuple(value: tuple[Any, ...], path: str) -> Iterator[tuple[str, Any]]:
    if value:
        yield f"{path} shorter", value[:-1]
        yield f"{path} longer", (*value, value[-1])
        yield f"{path} empty", ()
    for index, inner in enumerate(value):
        for place, changed in mutations(inner, f"{path}[{index}]"):
            yield place, (*value[:index], changed, *value[index + 1 :])


def _of_leaf(value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case bool():
            yield "negated", not value
        case int():
            yield from (("more", value + 1), ("negative", -1 - value), ("huge", HUGE))
        case bytes():
            yield from (("longer", value + b"\0"), ("other", bytes(len(value) or 1)))
        case str():
            yield "longer", f"{value}x"
        case datetime():
            yield "later", value + timedelta(minutes=1)
        case _:
            return
