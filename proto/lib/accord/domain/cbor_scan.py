"""A look over CBOR bytes before a decoder acts on them: RFC 8949, iterative.

A general decoder carries out what bytes ask for while it reads them.  A rational (tag
30) computes a greatest common divisor of two numbers of any length, value sharing (tags
28 and 29) repeats one item a million times, and integer keys can be chosen to collide in
a hash table.  All of that happens before a comparison with the canonical encoding could
refuse it.  Our messages need none of it, so whatever they do not need is refused here, in
one pass whose time and memory follow from the length of the data alone.

Section 3 defines heads and major types, section 3.4.3 bignums, section 4.2.1 the shortest
heads and definite lengths that deterministic encoding demands.
"""

from typing import Final

MAX_INTEGER_BITS: Final = 1024  # larger numbers travel as bytes; Python refuses to print them
MAX_DEPTH: Final = 128  # a plan's condition, 40 connectives deep, takes some 90
MAX_ITEMS: Final = 2**23  # an answer of 65 536 groups and 40 columns has half as many

_BYTES, _TEXT = 2, 3  # major types, section 3.1
_ALONE, _STRING, _ARRAY, _MAP, _LONG, _REFUSED = range(6)
_OF_MAJOR: Final = (_ALONE, _ALONE, _STRING, _STRING, _ARRAY, _MAP, _REFUSED, _REFUSED)
_SIMPLE: Final = (0xF4, 0xF5, 0xF6)  # section 3.3: false, true, null
_BIGNUMS: Final = (0xC2, 0xC3)  # section 3.4.3: tags 2 and 3


def _read_head(first: int) -> tuple[int, int]:
    """What the first byte of an item says alone: kind, and argument where it holds one."""
    major, low = first >> 5, first & 31
    if first in _SIMPLE:
        return _ALONE, 0
    if first in _BIGNUMS:
        return _LONG, 0
    if low >= 28 or _OF_MAJOR[major] == _REFUSED:  # noqa: PLR2004 - reserved or indefinite
        return _REFUSED, 0
    return (_OF_MAJOR[major], low) if low < 24 else (_LONG, 0)  # noqa: PLR2004 - section 3


_HEADS: Final = tuple(_read_head(first) for first in range(256))


def check_cbor(data: bytes) -> None:
    """Check that ``data`` is one item of the kinds that `accord.domain.codec` writes.

    Allowed are integers, bignums of at most `MAX_INTEGER_BITS`, byte and text strings,
    arrays, maps with text keys, false, true and null, with definite lengths and shortest
    heads.  Not checked: UTF-8, the order and uniqueness of keys.

    Raises:
        ValueError: It is not, or it has more than `MAX_ITEMS` items, is deeper than
            `MAX_DEPTH`, ends too early or goes on after its end.
    """
    try:
        end = _scan(data)
    except IndexError:
        raise ValueError("cut short") from None
    if end != len(data):
        raise ValueError("a length beyond the data, or trailing bytes")


def _scan(data: bytes) -> int:
    """Where the first item ends; strings are stepped over, never looked at."""
    at, left, keyed = 0, 1, False  # left: items to come in the innermost container
    outer: list[tuple[int, bool]] = []
    for _ in range(MAX_ITEMS):
        first = data[at]
        at += 1
        if keyed and not left & 1 and first >> 5 != _TEXT:
            raise ValueError("a key that is no text")
        left -= 1
        kind, argument = _HEADS[first]
        if kind == _LONG:
            kind, argument, at = _long_head(data, at, first)
        if kind == _STRING:
            at += argument
        elif kind != _ALONE:
            outer.append((left, keyed))
            left, keyed = _open(kind, argument, len(outer))
        while not left:
            if not outer:
                return at
            left, keyed = outer.pop()
    raise ValueError("too many items")


def _open(kind: int, count: int, depth: int) -> tuple[int, bool]:
    """Items to come in a container that begins, and whether every other one is a key."""
    if kind == _REFUSED:
        raise ValueError("a tag, float, simple value or indefinite length")
    if depth > MAX_DEPTH:
        raise ValueError("too deep")
    return (2 * count, True) if kind == _MAP else (count, False)


def _long_head(data: bytes, at: int, first: int) -> tuple[int, int, int]:
    """Kind, argument and end of a head whose argument follows it, or of a bignum."""
    if first in _BIGNUMS:
        return _bignum(data, at)
    size = 1 << (first & 7)
    argument = int.from_bytes(data[at : at + size], "big")
    shortest = 24 if size == 1 else 1 << 4 * size  # section 4.2.1
    if argument < shortest:
        raise ValueError("not the shortest head, or cut short")
    return _OF_MAJOR[first >> 5], argument, at + size


def _bignum(data: bytes, at: int) -> tuple[int, int, int]:
    """A tag 2 or 3 with its byte string, as one string to step over."""
    kind, argument = _HEADS[data[at]]
    if data[at] >> 5 != _BYTES or kind == _REFUSED:
        raise ValueError("a bignum that is no byte string")
    at += 1
    if kind == _LONG:
        _, argument, at = _long_head(data, at, data[at - 1])
    if argument > MAX_INTEGER_BITS // 8:
        raise ValueError("an integer too long")
    return _STRING, argument, at
