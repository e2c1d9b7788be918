"""Strict decoding of Recursive Length Prefix (Ethereum yellow paper, appendix B).

Every value has one encoding, and only that one is accepted: an attacker who may pick
among several could show one hash for two contents.
"""

from typing import Final, TypeAlias

RlpItem: TypeAlias = "bytes | tuple[RlpItem, ...]"

MAX_DEPTH: Final = 8  # a receipt needs 5: receipt, logs, log, topics, topic
_LONG: Final = 55  # the longest payload whose length fits into the first byte


class MalformedError(ValueError):
    """Bytes are not what they must be; becomes a public error in `anchor_proof`."""


def decode(data: bytes) -> RlpItem:
    """Return the one item that ``data`` encodes.

    Raises:
        MalformedError: ``data`` is not exactly one canonical encoding.
    """
    item, end = _item(data, 0, MAX_DEPTH)
    if end != len(data):
        raise MalformedError("bytes follow the item")
    return item


def decode_list(data: bytes) -> tuple[RlpItem, ...]:
    """Like `decode`, for a list."""
    return as_list(decode(data))


def as_list(item: RlpItem) -> tuple[RlpItem, ...]:
    """Return ``item`` if it is a list, else raise MalformedError."""
    if isinstance(item, bytes):
        raise MalformedError("a string where a list belongs")
    return item


def as_bytes(item: RlpItem, length: int | None = None) -> bytes:
    """Return ``item`` if it is a string (of ``length`` bytes), else raise MalformedError."""
    if not isinstance(item, bytes):
        raise MalformedError("a list where a string belongs")
    if length is not None and len(item) != length:
        raise MalformedError(f"{len(item)} bytes where {length} belong")
    return item


def as_int(item: RlpItem) -> int:
    """Return the unsigned number in ``item``, at most 256 bits; else raise MalformedError."""
    data = as_bytes(item)
    if data.startswith(b"\0") or len(data) > 32:  # noqa: PLR2004 - 256 bits
        raise MalformedError("not a canonical number")
    return int.from_bytes(data, "big")


def encode_int(number: int) -> bytes:
    """The encoding of an unsigned number below 2^256: a key of the receipt tree."""
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return data if len(data) == 1 and data < b"\x80" else bytes([0x80 + len(data)]) + data


def _item(data: bytes, at: int, depth: int) -> tuple[RlpItem, int]:
    if at >= len(data) or depth == 0:
        raise MalformedError("too short, or nested too deeply")
    first = data[at]
    if first < 0x80:  # noqa: PLR2004 - the byte is its own encoding
        return data[at : at + 1], at + 1
    is_list = first >= 0xC0  # noqa: PLR2004 - first byte of a list
    start, end = _span(data, at, first - (0xC0 if is_list else 0x80))
    if is_list:
        return _items(data, start, end, depth - 1), end
    if end - start == 1 and data[start] < 0x80:  # noqa: PLR2004 - see above
        raise MalformedError("a byte with a superfluous prefix")
    return data[start:end], end


def _items(data: bytes, start: int, end: int, depth: int) -> tuple[RlpItem, ...]:
    items = []
    while start < end:
        item, start = _item(data, start, depth)
        items.append(item)
    if start != end:
        raise MalformedError("an item leaves its list")
    return tuple(items)


def _span(data: bytes, at: int, code: int) -> tuple[int, int]:
    start, length = at + 1, code
    if code > _LONG:
        start = at + 1 + code - _LONG
        digits = data[at + 1 : start]
        length = int.from_bytes(digits, "big")
        if digits.startswith(b"\0") or length <= _LONG:
            raise MalformedError("a length that is not minimal")
    if start + length > len(data):
        raise MalformedError("too short")
    return start, start + length
