"""Many bounded numbers in one plaintext, so that adding plaintexts adds each of them.

A slot is as wide as the largest sum of all parties plus one guard bit, which the sum can
never reach: the bound is proved here, when the layout is made.  On top of the slots of
every plaintext stands a canary, to which each party adds one; all bits above it are zero.
A multiplied, missing or doubled contribution, a mask that does not cancel, or a number
out of its bounds shows in the canary, in a guard bit, in a bound or above the canary.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from accord.domain.errors import FaultError, RequestError, VerificationError


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each number stands.

    Attributes:
        parties: How many add up.
        plaintexts: Per plaintext the limits of its slots, lowest bits first; a limit is
            the largest number of one party.
    """

    parties: int
    plaintexts: tuple[tuple[int, ...], ...]


def make_layout(limits: Sequence[int], parties: int, n: int) -> Layout:
    """Fill plaintexts modulo ``n`` with slots in the given order.

    Raises:
        RequestError: E-CRY-006; a sum cannot fit into one plaintext.
    """
    usable = n.bit_length() - 1 - _width(1, parties)  # below 2**(|N|-1) <= N nothing wraps
    plaintexts: list[tuple[int, ...]] = []
    slots: list[int] = []
    used = 0
    for limit in limits:
        width = _width(limit, parties)
        if width > usable:
            raise RequestError("E-CRY-006", bits=width, usable=usable)
        if used + width > usable:
            plaintexts.append(tuple(slots))
            slots, used = [], 0
        slots.append(limit)
        used += width
    return Layout(parties, (*plaintexts, tuple(slots)) if slots else tuple(plaintexts))


def pack(layout: Layout, values: Sequence[int]) -> tuple[int, ...]:
    """One party's plaintexts, each with its canary.

    Raises:
        FaultError: E-CRY-016; a value is out of its limit, or there are too many or few.
    """
    if len(values) != sum(len(limits) for limits in layout.plaintexts):
        raise FaultError("E-CRY-016", detail="number of values")
    plaintexts, start = [], 0
    for limits in layout.plaintexts:
        plaintexts.append(_pack_one(layout.parties, limits, values[start : start + len(limits)]))
        start += len(limits)
    return tuple(plaintexts)


def unpack(layout: Layout, plaintexts: Sequence[int]) -> tuple[int, ...]:
    """The sums of all parties, in the order of the limits.

    Raises:
        VerificationError: E-CRY-007; the plaintexts are no sum of one contribution each.
    """
    if len(plaintexts) != len(layout.plaintexts):
        raise VerificationError("E-CRY-007", detail="number of plaintexts")
    sums: list[int] = []
    for index, (limits, plaintext) in enumerate(zip(layout.plaintexts, plaintexts, strict=True)):
        rest = plaintext
        for limit in limits:
            width = _width(limit, layout.parties)
            value, rest = rest & ((1 << width) - 1), rest >> width
            if value > limit * layout.parties:  # a set guard bit is above every bound
                raise VerificationError("E-CRY-007", detail=f"plaintext {index}: a slot")
            sums.append(value)
        if rest != layout.parties:  # the canary, and zero above it
            raise VerificationError("E-CRY-007", detail=f"plaintext {index}: canary")
    return tuple(sums)


def _pack_one(parties: int, limits: Sequence[int], values: Sequence[int]) -> int:
    packed, shift = 0, 0
    for limit, value in zip(limits, values, strict=True):
        if not 0 <= value <= limit:
            raise FaultError("E-CRY-016", detail="value out of its limit")
        packed |= value << shift
        shift += _width(limit, parties)
    return packed | 1 << shift


def _width(limit: int, parties: int) -> int:
    """Bits of the largest sum and one guard bit."""
    return (limit * parties).bit_length() + 1
