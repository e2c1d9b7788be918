"""Heads of a member's log, on their way to the chain.

A head is one size of the log, its root, and the two signatures over them.  Its states
are what a restarted process must know; whether a transaction has merely been seen in a
block is not among them, since a block may still be undone.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from accord.ledger.log import LogStore


class HeadState(StrEnum):
    """How far a head is."""

    INTEGRATED = "integrated"  # root computed, note and head signed
    SIGNED = "signed"  # the transaction that anchors it is stored, and may have been sent
    FINAL = "final"  # on the chain for good, with proof
    SUPERSEDED = "superseded"  # the chain went past it: a larger head is anchored instead


@dataclass(frozen=True, slots=True)
class Head:
    """One head.

    Attributes:
        root: 32 bytes.
        note: C2SP checkpoint signed with the log key, UTF-8.
        evm_signature: EIP-712 signature of the anchor key, 65 bytes.
        raw_tx: The signed transaction, byte for byte as sent; empty before SIGNED.
        tx_hash: 32 bytes; empty before SIGNED.
        proof: Canonical CBOR of the anchor proof; empty before FINAL.
    """

    size: int
    root: bytes
    note: bytes
    evm_signature: bytes
    state: HeadState = HeadState.INTEGRATED
    raw_tx: bytes = b""
    tx_hash: bytes = b""
    proof: bytes = b""


class HeadStore(Protocol):
    """Keeps the heads; bound to one transaction."""

    def latest(self) -> Head | None:
        """The largest head that is not superseded."""
        ...

    def latest_final(self) -> Head | None:
        """The largest final head."""
        ...

    def covering(self, leaf_index: int) -> Head | None:
        """The smallest final head that covers the leaf."""
        ...

    def put(self, head: Head) -> None:
        """Insert, or replace the head of this size."""
        ...


class LedgerUnit(Protocol):
    """Log and heads in one transaction."""

    @property
    def log(self) -> LogStore:
        """The log."""
        ...

    @property
    def heads(self) -> HeadStore:
        """The heads."""
        ...


class LedgerUnits(Protocol):
    """Opens transactions."""

    def read(self) -> AbstractContextManager[LedgerUnit]:
        """One consistent view of what is committed; never waits for a writer."""
        ...

    def write(self) -> AbstractContextManager[LedgerUnit]:
        """Commits when left in order, rolls back when left by an exception."""
        ...
