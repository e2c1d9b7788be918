"""`LogStore`, `HeadStore` and `LedgerUnits` on SQL.

Statements are built once: appending is the hottest path of a node.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from accord.domain.errors import FaultError
from accord.domain.record import RecordKind
from accord.ledger.heads import Head, HeadState
from accord.ledger.log import Growth, Leaf, RecordOpening, decode_fields, encode_fields
from accord.ledger.merkle import HASH_BYTES, Frontier, Node
from accord.ledger.store.database import Database, mark_appended
from accord.ledger.store.models import Base

_ENTRY: Final = Base.metadata.tables["log_entry"]
_OPENING: Final = Base.metadata.tables["record_opening"]
_NODE: Final = Base.metadata.tables["log_node"]
_TREE: Final = Base.metadata.tables["log_tree"]
_HEAD: Final = Base.metadata.tables["log_head"]
_LOCK: Final = update(_TREE).values(size=_TREE.c.size).returning(_TREE.c.size, _TREE.c.frontier)
_GROW: Final = (
    update(_TREE)
    .where(_TREE.c.size == bindparam("before"))
    .values(size=bindparam("after"), frontier=bindparam("hashes"))
    .returning(_TREE.c.size)
)


class SqlLogStore:
    """A member's log, within the transaction of ``session``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lock(self) -> Frontier:
        """See `LogStore.lock`; an update of the tree's row holds it on every database."""
        row = self._session.execute(_LOCK).one_or_none()
        if row is None:  # the very first append; of two at once the key lets one through
            self._session.execute(insert(_TREE), {"id": 1, "size": 0, "frontier": b""})
            return Frontier()
        return Frontier(row.size, _split_hashes(row.frontier))

    def add(self, growth: Growth) -> None:
        """See `LogStore.add`."""
        run = self._session.execute
        run(insert(_ENTRY), [_entry_values(leaf) for leaf in growth.leaves])
        run(insert(_OPENING), [_opening_values(*opening) for opening in growth.openings])
        if growth.nodes:
            run(
                insert(_NODE), [{"node_id": node.id, "hash": hash_} for node, hash_ in growth.nodes]
            )
        frontier = growth.frontier
        grown = run(
            _GROW,
            {
                "before": frontier.size - len(growth.leaves),
                "after": frontier.size,
                "hashes": b"".join(frontier.hashes),
            },
        )
        if grown.one_or_none() is None:
            raise FaultError("E-LOG-011", index=frontier.size)
        mark_appended(self._session)

    def size(self) -> int:
        """See `LogStore.size`."""
        return self._session.execute(select(_TREE.c.size)).scalar_one_or_none() or 0

    def leaves(self, first: int, count: int) -> Sequence[Leaf]:
        """See `LogStore.leaves`."""
        index = _ENTRY.c.leaf_index
        wanted = select(_ENTRY).where(index >= first, index < first + count).order_by(index)
        return [_leaf(row) for row in self._session.execute(wanted)]

    def leaves_of_run(self, run_id: bytes) -> Sequence[Leaf]:
        """See `LogStore.leaves_of_run`."""
        wanted = select(_ENTRY).where(_ENTRY.c.run_id == run_id).order_by(_ENTRY.c.leaf_index)
        return [_leaf(row) for row in self._session.execute(wanted)]

    def opening(self, leaf_index: int) -> RecordOpening | None:
        """See `LogStore.opening`."""
        wanted = select(_OPENING).where(_OPENING.c.leaf_index == leaf_index)
        row = self._session.execute(wanted).one_or_none()
        return None if row is None else RecordOpening(row.record_key, decode_fields(row.fields))

    def erase_opening(self, leaf_index: int) -> None:
        """See `LogStore.erase_opening`."""
        self._session.execute(delete(_OPENING).where(_OPENING.c.leaf_index == leaf_index))

    def hashes(self, nodes: Sequence[Node]) -> Mapping[Node, bytes]:
        """See `LogStore.hashes`; two statements, however many nodes."""
        by_id = {node.id: node for node in nodes}
        leaves = [node.index for node in nodes if node.level == 0]
        inner = [node.id for node in nodes if node.level > 0]
        at, node_id = _ENTRY.c.leaf_index, _NODE.c.node_id
        run = self._session.execute
        found = [*run(select(node_id, _NODE.c.hash).where(node_id.in_(inner)))]
        found += [*run(select(at * 2, _ENTRY.c.leaf_hash).where(at.in_(leaves)))]
        return {by_id[id_]: hash_ for id_, hash_ in found}


class SqlHeadStore:
    """Heads of a member's log, within the transaction of ``session``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def latest(self) -> Head | None:
        """See `HeadStore.latest`."""
        standing = _HEAD.c.state != HeadState.SUPERSEDED.value
        return self._first(select(_HEAD).where(standing).order_by(_HEAD.c.size.desc()))

    def latest_final(self) -> Head | None:
        """See `HeadStore.latest_final`."""
        final = _HEAD.c.state == HeadState.FINAL.value
        return self._first(select(_HEAD).where(final).order_by(_HEAD.c.size.desc()))

    def covering(self, leaf_index: int) -> Head | None:
        """See `HeadStore.covering`."""
        final = _HEAD.c.state == HeadState.FINAL.value
        covers = _HEAD.c.size > leaf_index
        return self._first(select(_HEAD).where(final, covers).order_by(_HEAD.c.size))

    def put(self, head: Head) -> None:
        """See `HeadStore.put`."""
        values = {**dataclasses.asdict(head), "state": head.state.value}
        this = _HEAD.c.size == head.size
        known = self._session.execute(select(_HEAD.c.size).where(this)).one_or_none()
        change = insert(_HEAD) if known is None else update(_HEAD).where(this)
        self._session.execute(change.values(values))

    def _first(self, wanted: Select[Any]) -> Head | None:
        row = self._session.execute(wanted.limit(1)).one_or_none()
        if row is None:
            return None
        return Head(**{**row._mapping, "state": HeadState(row.state)})  # noqa: SLF001 - SQLAlchemy's public name for it


@dataclass(frozen=True, slots=True)
class SqlLedgerUnit:
    """Log and heads within the transaction of one session."""

    session: Session

    @property
    def log(self) -> SqlLogStore:
        """The log."""
        return SqlLogStore(self.session)

    @property
    def heads(self) -> SqlHeadStore:
        """The heads."""
        return SqlHeadStore(self.session)


class SqlLedgerUnits:
    """Opens transactions on a member's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def read(self) -> Iterator[SqlLedgerUnit]:
        """See `LedgerUnits.read`."""
        with self._database.read() as session:
            yield SqlLedgerUnit(session)

    @contextmanager
    def write(self) -> Iterator[SqlLedgerUnit]:
        """See `LedgerUnits.write`."""
        with self._database.write() as session:
            yield SqlLedgerUnit(session)


def _split_hashes(joined: bytes) -> tuple[bytes, ...]:
    return tuple(joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES))


def _entry_values(leaf: Leaf) -> dict[str, Any]:
    return {
        "leaf_index": leaf.leaf_index,
        "leaf_hash": leaf.leaf_hash,
        "body": leaf.body,
        "kind": leaf.kind.value,
        "run_id": leaf.run_id,
        "sequenced_at": leaf.sequenced_at,
    }


def _opening_values(leaf_index: int, opening: RecordOpening) -> dict[str, Any]:
    fields = encode_fields(opening.fields)
    return {"leaf_index": leaf_index, "record_key": opening.record_key, "fields": fields}


def _leaf(row: Row[Any]) -> Leaf:
    return Leaf(
        leaf_index=row.leaf_index,
        leaf_hash=row.leaf_hash,
        body=row.body,
        kind=RecordKind(row.kind),
        run_id=row.run_id,
        sequenced_at=row.sequenced_at,
    )
