"""Members that lie at one point and are true to the lie behind it: signed, recorded, sent.

The nodes of a test run in threads of this process, so a lie is a changed function of one
member, for as long as the context lasts.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import pytest

from accord.domain.contribution import Counts, Decision, GuardStatement, Values
from accord.node.handlers.contribute import Contribute
from accord.node.handlers.grants import Grants
from accord.node.handlers.guard import Guard
from accord.node.handlers.pair_keys import PairKeys
from accord.node.handlers.values import SendValues
from accord.privacy.modulus import size_bytes
from accord.privacy.packing import Layout, pack
from accord.privacy.tally import guard as guard_module
from accord.privacy.tally.context import TallyContext
from accord.privacy.tally.guard import GuardTally
from accord.privacy.tally.owner import OwnerTally

Message = TypeVar("Message", Counts, Values)
Lie = Callable[[Message, int, TallyContext], Message]  # with the modulus it is encrypted under
RunKeys = Callable[[TallyContext], dict[str, bytes]]


@contextmanager
def owner_lies(
    owner: str, counts: Lie[Counts] | None = None, values: Lie[Values] | None = None
) -> Iterator[None]:
    """``owner`` commits to and sends other counts or values than it should."""
    honest_counts, honest_values = OwnerTally.counts, OwnerTally.values

    def lying_counts(self: OwnerTally) -> Counts:
        said_before, told = self._counts is not None, honest_counts(self)
        if counts is not None and self._own.owner == owner and not said_before:
            told = self._counts = counts(told, self._guard_key.n, self._context)
        return told

    def lying_values(self: OwnerTally, decision: Decision) -> Values:
        honest = honest_values(self, decision)
        if values is None or self._own.owner != owner:
            return honest
        return values(honest, self._requester_key.n, self._context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OwnerTally, "counts", lying_counts)
        patch.setattr(OwnerTally, "values", lying_values)
        yield


@contextmanager
def pair_keys_of(
    member: str, lie: Callable[[RunKeys, TallyContext], dict[str, bytes]]
) -> Iterator[None]:
    """``member`` masks with other keys than those that it shares with the ring of its run."""
    honest = PairKeys.run_keys

    def lying(self: PairKeys, context: TallyContext) -> dict[str, bytes]:
        if self.member.name != member:
            return honest(self, context)
        return lie(partial(honest, self), context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PairKeys, "run_keys", lying)
        yield


@contextmanager
def guard_allows(change: Callable[[bytes], bytes]) -> Iterator[None]:
    """The guard signs, records and masks another suppression than its rule gives."""
    honest = guard_module.decide

    def lying(*arguments: Any, **named: Any) -> tuple[bytes, Any]:
        allowed, reasons = honest(*arguments, **named)
        return change(allowed), reasons

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard_module, "decide", lying)
        yield


@contextmanager
def guard_sends(lie: Lie[Values]) -> Iterator[None]:
    """The guard sends another mask than it has committed to."""
    honest = GuardTally.mask

    def lying(self: GuardTally, statement: GuardStatement) -> Values:
        return lie(honest(self, statement), self._requester_key.n, self._context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GuardTally, "mask", lying)
        yield


@contextmanager
def answers(
    handler: type[SendValues | Guard | Contribute | Grants], name: str, lie: Callable[..., Any]
) -> Iterator[None]:
    """``lie`` gets the honest answer of a handler, the member, and how often it was asked."""
    honest, asked = getattr(handler, name), Counter[str]()

    def lying(self: Any, *arguments: Any) -> Any:
        member = self.member
        asked[member.name] += 1
        return lie(honest(self, *arguments), member, asked[member.name])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handler, name, lying)
        yield


def with_first(message: Message, ciphertext: bytes) -> Message:
    """The message with another first ciphertext."""
    return replace(message, ciphertexts=(ciphertext, *message.ciphertexts[1:]))


def adding(amount: int) -> Lie[Any]:
    """A lie: ``amount`` more in the first plaintext, whatever masks it."""

    def lie(message: Any, n: int, _: TallyContext) -> Any:
        first = int.from_bytes(message.ciphertexts[0]) * (1 + amount * n) % (n * n)
        return with_first(message, first.to_bytes(len(message.ciphertexts[0])))

    return lie


def unmasked(layout: Layout, n: int) -> tuple[bytes, ...]:
    """An owner without a row that adds no mask."""
    size, blind = 2 * size_bytes(n), pow(2, n, n * n)
    plaintexts = pack(layout, [0] * sum(map(len, layout.plaintexts)))
    return tuple(((1 + m * n) * blind % (n * n)).to_bytes(size) for m in plaintexts)
