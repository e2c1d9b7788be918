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
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from io import BytesIO
from typing import Any, Final, TypeVar

import cbor2

from accord.domain.cbor_scan import MAX_INTEGER_BITS, check_cbor
from accord.domain.errors import RequestError

DIGEST_BYTES: Final = 32  # SHA-256
MAX_ENCODED_BYTES: Final = 256 * 1024 * 1024
_TIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"

T = TypeVar("T")


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


def _lower(value: object) -> object:
    if isinstance(value, StrEnum):
        return str(value)
    if value is None or isinstance(value, (bool, int, str, bytes)):
        return value
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, (tuple, list)):
        return [_lower(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _lower(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: _lower(getattr(value, field.name)) for field in fields}
    raise TypeError(f"{type(value).__name__} has no canonical encoding")


def _lift(kind: Any, value: object) -> object:  # noqa: PLR0911 - one return per kind of type
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _lift_union(typing.get_args(kind), value)
    if origin is tuple:
        return _lift_tuple(typing.get_args(kind), value)
    if origin is not None and issubclass(origin, Mapping):
        _expect(isinstance(value, dict), kind, value)
        of = typing.get_args(kind)[1]
        return {
            _lift(str, key): _lift(of, item)
            for key, item in typing.cast("dict[object, object]", value).items()
        }
    if dataclasses.is_dataclass(kind):
        return _lift_dataclass(typing.cast("type", kind), value)
    if kind is datetime:
        return parse_time(typing.cast("str", _lift(str, value)))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(typing.cast("str", _lift(str, value)))
    _expect(type(value) is kind or (kind is type(None) and value is None), kind, value)
    _expect(not isinstance(value, int) or value.bit_length() <= MAX_INTEGER_BITS, kind, value)
    return value


def _lift_union(options: tuple[Any, ...], value: object) -> object:
    for option in options:
        try:
            return _lift(option, value)
        except (ValueError, TypeError):
            continue
    raise ValueError(f"{type(value).__name__} fits no option")


def _lift_tuple(args: tuple[Any, ...], value: object) -> tuple[object, ...]:
    _expect(isinstance(value, list), tuple, value)
    items = typing.cast("list[object]", value)
    if len(args) == 2 and args[1] is Ellipsis:  # noqa: PLR2004 - tuple[X, ...]
        return tuple(_lift(args[0], item) for item in items)
    return tuple(_lift(arg, item) for arg, item in zip(args, items, strict=True))


def _lift_dataclass(kind: type, value: object) -> object:
    _expect(isinstance(value, dict), kind, value)
    hints, items = _hints(kind), typing.cast("dict[str, object]", value)
    if hints.keys() != items.keys():
        raise ValueError(f"{kind.__name__}: fields differ")
    return kind(**{name: _lift(hint, items[name]) for name, hint in hints.items()})


@cache
def _hints(kind: type) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _expect(holds: bool, kind: Any, value: object) -> None:  # noqa: FBT001
    if not holds:
        raise ValueError(f"expected {kind}, got {type(value).__name__}")
