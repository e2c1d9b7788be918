"""Frozen dataclasses to deterministic CBOR and back, strictly.

Encoding: RFC 8949, section 4.2 (core deterministic encoding).  A dataclass is a map
of its field names; all keys are text, so the length-first order of `cbor2` and the
bytewise order of the RFC agree.  There are no floats, no tags but bignums, and no
indefinite lengths.  Times are UTC, whole seconds, as text ``2026-01-31T08:00:00Z``.

Decoding accepts exactly one byte string per value: unknown, missing or mistyped
fields and every non-canonical form are refused, so a digest of the bytes is a digest
of the value.  `accord.domain.cbor_scan` looks over the bytes first, since a CBOR decoder
acts on tags while it reads.
"""

import dataclasses
import hashlib
import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, partial
from io import BytesIO
from typing import Any, Final, TypeVar

import cbor2

from accord.domain.cbor_scan import MAX_INTEGER_BITS, check_cbor
from accord.domain.errors import RequestError

DIGEST_BYTES: Final = 32  # SHA-256
MAX_ENCODED_BYTES: Final = 256 * 1024 * 1024
_TIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"

_PLAIN: Final = frozenset({int, str, bytes, bool, type(None)})

T = TypeVar("T")
Lifter = Callable[[object], object]


def encode(value: object) -> bytes:
    """Return the one canonical encoding of ``value``."""
    return cbor2.dumps(_lower(value), canonical=True)


def decode(kind: type[T], data: bytes) -> T:
    """Return the ``kind`` that ``data`` encodes.

    Raises:
        RequestError: E-MSG-001; ``data`` is not the canonical encoding of a ``kind``.
    """
    name = getattr(kind, "__name__", str(kind))
    try:
        value = typing.cast("T", _lift(kind, _load(data)))
        if encode(value) != data:
            raise ValueError("not the canonical encoding")
    except RequestError:
        raise
    except Exception as error:  # noqa: BLE001 - any decoder failure is the same fact
        raise RequestError("E-MSG-001", thing=name, detail=repr(error)) from None
    return value


def digest(domain: str, value: object) -> bytes:
    """SHA-256 over ``accord/DOMAIN/v1``, a zero byte and the encoding of ``value``."""
    return digest_bytes(domain, encode(value))


def digest_bytes(domain: str, data: bytes) -> bytes:
    """SHA-256 over ``accord/DOMAIN/v1``, a zero byte and ``data``: 32 bytes."""
    return hashlib.sha256(f"accord/{domain}/v1\0".encode() + data).digest()


def format_time(moment: datetime) -> str:
    """RFC 3339 in UTC with whole seconds."""
    return moment.astimezone(UTC).strftime(_TIME_FORMAT)


def parse_time(text: str) -> datetime:
    """Inverse of `format_time`."""
    return datetime.strptime(text, _TIME_FORMAT).replace(tzinfo=UTC)


def _load(data: bytes) -> object:
    if len(data) > MAX_ENCODED_BYTES:
        raise ValueError("too long")
    check_cbor(data)
    return cbor2.CBORDecoder(BytesIO(data)).decode()


def _lower(value: object) -> object:  # noqa: PLR0911 - one return per kind of type
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is tuple or kind is list:
        items = typing.cast("typing.Sequence[object]", value)
        return [item if type(item) in _PLAIN else _lower(item) for item in items]
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Mapping):
        return {str(key): _lower(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        return {name: _lower(getattr(value, name)) for name in _names(typing.cast("Any", kind))}
    if isinstance(value, (bool, int, str, bytes)):
        return value
    raise TypeError(f"{kind.__name__} has no canonical encoding")


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def _lift(kind: Any, value: object) -> object:
    return _lifter(kind)(value)


@cache
def _lifter(kind: Any) -> Lifter:  # noqa: PLR0911 - one return per kind of type
    """What checks and rebuilds a value of ``kind``; kept, since annotations are slow to read."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return partial(_lift_union, args)
    if origin is tuple:
        return partial(_lift_all, args[0]) if args[1:] == (...,) else partial(_lift_each, args)
    if origin is not None and issubclass(origin, Mapping):
        return partial(_lift_mapping, kind, args[1])
    if dataclasses.is_dataclass(kind):
        return partial(_lift_dataclass, typing.cast("type", kind))
    if kind is datetime:
        return lambda value: parse_time(typing.cast("str", _lift_plain(str, value)))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return lambda value: kind(typing.cast("str", _lift_plain(str, value)))
    return partial(_lift_plain, kind)


def _lift_plain(kind: Any, value: object) -> object:
    _expect(type(value) is kind, kind, value)
    _expect(kind is not int or value.bit_length() <= MAX_INTEGER_BITS, kind, value)  # type: ignore[attr-defined]
    return value


def _lift_union(options: tuple[Any, ...], value: object) -> object:
    for option in options:
        try:
            return _lift(option, value)
        except (ValueError, TypeError):
            continue
    raise ValueError(f"{type(value).__name__} fits no option")


def _lift_all(kind: Any, value: object) -> tuple[object, ...]:
    items = _list(value)
    if kind is bytes and all(type(item) is bytes for item in items):
        return tuple(items)
    return tuple(map(_lifter(kind), items))


def _lift_each(kinds: tuple[Any, ...], value: object) -> tuple[object, ...]:
    return tuple(_lift(kind, item) for kind, item in zip(kinds, _list(value), strict=True))


def _lift_mapping(kind: Any, of: Any, value: object) -> dict[object, object]:
    _expect(isinstance(value, dict), kind, value)
    items = typing.cast("dict[object, object]", value).items()
    return {_lift_plain(str, key): _lift(of, item) for key, item in items}


def _lift_dataclass(kind: type, value: object) -> object:
    _expect(isinstance(value, dict), kind, value)
    lifters, items = _lifters(kind), typing.cast("dict[str, object]", value)
    if lifters.keys() != items.keys():
        raise ValueError(f"{kind.__name__}: fields differ")
    return kind(**{name: lift(items[name]) for name, lift in lifters.items()})


@cache
def _lifters(kind: type) -> dict[str, Lifter]:
    hints = typing.get_type_hints(kind)
    return {name: _lifter(hints[name]) for name in _names(kind)}


def _list(value: object) -> list[object]:
    _expect(isinstance(value, list), tuple, value)
    return typing.cast("list[object]", value)


def _expect(holds: bool, kind: Any, value: object) -> None:  # noqa: FBT001
    if not holds:
        raise ValueError(f"expected {kind}, got {type(value).__name__}")
