"""The log of one member: appending records, and proving what is in it.

`Log` decides what a leaf is; a `LogStore` keeps it.  A store is bound to one transaction
of the caller, so that a business change and the record of it are committed together or
not at all.  Appending takes the log's lock until that transaction ends: indexes have no
gaps, however many threads and processes append.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from accord.domain import codec
from accord.domain.ids import PROTOCOL_VERSION
from accord.domain.ports import Clock, Signer
from accord.domain.record import Record, RecordKind, commit_all
from accord.ledger import merkle
from accord.ledger.merkle import Frontier, Node
from accord.ledger.records import sign_record

RECORD_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Leaf:
    """One stored entry.

    Attributes:
        leaf_hash: RFC 6962 hash of ``body``, 32 bytes.
        body: The entry's bytes, see `accord.ledger.records`.
        run_id: 16 bytes, or empty.
        sequenced_at: When the index was given; UTC, private to this member.
    """

    leaf_index: int
    leaf_hash: bytes
    body: bytes
    kind: RecordKind
    run_id: bytes
    sequenced_at: datetime


@dataclass(frozen=True, slots=True)
class RecordOpening:
    """What opens a record's commitments; erasing it erases the record's content.

    Attributes:
        record_key: 32 secret bytes, drawn for this record.
        fields: The committed values in clear.
    """

    record_key: bytes
    fields: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class AppendedRecord:
    """A record that is in the log as soon as the caller's transaction commits."""

    leaf_index: int
    entry: bytes
    record: Record
    opening: RecordOpening


@dataclass(frozen=True, slots=True)
class NewRecord:
    """What the caller wants on record.

    Attributes:
        fields: Guessable or personal values; only commitments to them enter the log.
        run_id: 16 bytes, or empty where no run is concerned.
        requester: Member that asked, or empty.
    """

    kind: RecordKind
    fields: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    run_id: bytes = b""
    requester: str = ""


@dataclass(frozen=True, slots=True)
class Growth:
    """What appending adds to a store, in one piece.

    Attributes:
        nodes: Inner nodes of the tree completed by these leaves.
        frontier: The tree after them.
    """

    leaves: Sequence[Leaf]
    openings: Sequence[tuple[int, RecordOpening]]
    nodes: Sequence[tuple[Node, bytes]]
    frontier: Frontier


class LogStore(Protocol):
    """Keeps one log; bound to one transaction."""

    def lock(self) -> Frontier:
        """Take the log's lock until the transaction ends; return the tree to extend."""
        ...

    def add(self, growth: Growth) -> None:
        """Insert; only between `lock` and the end of the transaction."""
        ...

    def size(self) -> int:
        """Number of leaves, without the lock."""
        ...

    def leaves(self, first: int, count: int) -> Sequence[Leaf]:
        """Leaves ``first`` to ``first + count - 1``, as far as they exist, in order."""
        ...

    def leaves_of_run(self, run_id: bytes) -> Sequence[Leaf]:
        """All leaves of one run, in order."""
        ...

    def opening(self, leaf_index: int) -> RecordOpening | None:
        """What opens the record, or None if it was erased or never existed."""
        ...

    def erase_opening(self, leaf_index: int) -> None:
        """Destroy what opens the record; the leaf and every proof stay."""
        ...

    def hashes(self, nodes: Sequence[Node]) -> Mapping[Node, bytes]:
        """Hashes of perfect subtrees, leaves included."""
        ...


class Log:
    """One member's log."""

    def __init__(
        self,
        consortium: str,
        member: str,
        *,
        signer: Signer,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        """Bind the log to its member.

        ``signer`` holds the record key; ``random_bytes(n)`` returns n secret random bytes.
        """
        self._consortium = consortium
        self._member = member
        self._signer = signer
        self._clock = clock
        self._random_bytes = random_bytes

    @property
    def member(self) -> str:
        """Whose log."""
        return self._member

    def append(
        self,
        store: LogStore,
        kind: RecordKind,
        fields: Mapping[str, bytes],
        *,
        run_id: bytes = b"",
        requester: str = "",
    ) -> AppendedRecord:
        """Append one record in the caller's transaction."""
        return self.append_all(store, [NewRecord(kind, fields, run_id, requester)])[0]

    def append_all(self, store: LogStore, records: Sequence[NewRecord]) -> list[AppendedRecord]:
        """Append several records in the caller's transaction, in this order."""
        frontier = store.lock()
        now = self._clock.now()
        appended: list[AppendedRecord] = []
        leaves: list[Leaf] = []
        nodes: list[tuple[Node, bytes]] = []
        for new in records:
            made = self._make(new, frontier.size, now)
            value = merkle.leaf_hash(made.entry)
            leaves.append(Leaf(frontier.size, value, made.entry, new.kind, new.run_id, now))
            appended.append(made)
            frontier, created = frontier.append(value)
            nodes += created
        openings = [(made.leaf_index, made.opening) for made in appended]
        store.add(Growth(leaves, openings, nodes, frontier))
        return appended

    def _make(self, new: NewRecord, index: int, now: datetime) -> AppendedRecord:
        key = self._random_bytes(RECORD_KEY_BYTES)
        record = Record(
            version=PROTOCOL_VERSION,
            kind=new.kind,
            consortium=self._consortium,
            member=self._member,
            index=index,
            run_id=new.run_id,
            requester=new.requester,
            minute=now.replace(second=0, microsecond=0),
            commitments=commit_all(key, new.fields),
        )
        opening = RecordOpening(key, new.fields)
        return AppendedRecord(index, sign_record(record, self._signer), record, opening)


def encode_fields(fields: Mapping[str, bytes]) -> bytes:
    """Canonical CBOR of a record's fields."""
    return codec.encode(dict(fields))


def decode_fields(data: bytes) -> Mapping[str, bytes]:
    """Inverse of `encode_fields`."""
    return codec.decode(dict[str, bytes], data)
