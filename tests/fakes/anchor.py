"""A chain for tests that implements `accord.ledger.anchor.Anchor`.

Its state is one SQLite file, so that it outlives processes that are killed; without a
path it lives in memory.  It can be away, hold transactions back, undo blocks, and let
another transaction of the same account overtake.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from accord.domain import codec
from accord.domain.errors import RequestError, UnavailableError, VerificationError
from accord.ledger.anchor import ChainHead, PreparedAnchor, ProvenHead

Hook: TypeAlias = Callable[[bytes], None]

_TABLES = """
create table if not exists tx (
  hash blob primary key, nonce integer unique, log_id blob, size integer, root blob,
  ok integer, block integer);
create table if not exists chain (height integer);
"""


@dataclass(frozen=True, slots=True)
class FakeTransaction:
    nonce: int
    log_id: bytes
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class FakeProof:
    """What the proofs of `FakeChain` hold."""

    log_id: bytes
    size: int
    root: bytes
    block: int


class FakeChain:
    """One account; every transaction makes a block, which is final at once.

    Attributes:
        away: Nothing answers.
        holding: Blocks are made, but none becomes final.
        swallowing: Transactions are lost on the way.
        sent: Number of calls of `send` that got through.
        before_send: Called with the raw transaction before it is taken.
        after_send: Called after it was taken, before the caller hears of it.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        self._db.executescript(_TABLES)
        self.away = self.holding = self.swallowing = False
        self.sent = 0
        self.before_send: Hook = lambda _raw: None
        self.after_send: Hook = lambda _raw: None

    def head(self, log_id: bytes) -> ChainHead | None:
        row = self._one(
            "select size, root from tx where ok and log_id = ? order by size desc", log_id
        )
        return None if row is None else ChainHead(*row)

    def prepare(self, log_id: bytes, size: int, root: bytes) -> PreparedAnchor:
        (nonce,) = self._one("select count(*) from tx") or (0,)
        raw = codec.encode(FakeTransaction(nonce, log_id, size, root))
        return PreparedAnchor(raw, hashlib.sha256(raw).digest())

    def send(self, raw_tx: bytes) -> None:
        self._check_awake()
        with self._lock:
            self.before_send(raw_tx)
            self.sent += 1
            if not self.swallowing:
                self._take(raw_tx)
            self.after_send(raw_tx)

    def proof(self, tx_hash: bytes) -> ProvenHead | None:
        row = self._one("select ok, log_id, size, root, block from tx where hash = ?", tx_hash)
        if row is None:
            return None
        if not row[0]:
            raise VerificationError("E-LOG-015")
        if self.holding:
            return None
        proof = FakeProof(*row[1:])
        return ProvenHead(proof.log_id, proof.size, proof.root, codec.encode(proof))

    def find(self, log_id: bytes, size: int) -> bytes | None:
        row = self._one("select hash from tx where ok and log_id = ? and size = ?", log_id, size)
        return None if row is None else bytes(row[0])

    def anchored_sizes(self, log_id: bytes) -> list[int]:
        rows = self._db.execute(
            "select size from tx where ok and log_id = ? order by block", (log_id,)
        )
        return [size for (size,) in rows]

    def undo_last_block(self) -> None:
        """Reorganise: the last transaction never happened."""
        self._db.execute("delete from tx where block = (select max(block) from tx)")

    def overtake(self) -> None:
        """Let a transaction of the same account use the next nonce for something else."""
        (nonce,) = self._one("select count(*) from tx") or (0,)
        self._take(codec.encode(FakeTransaction(nonce, b"vote", 1, b"")))

    def _take(self, raw_tx: bytes) -> None:
        tx, tx_hash = codec.decode(FakeTransaction, raw_tx), hashlib.sha256(raw_tx).digest()
        known = self._one("select hash from tx where nonce = ?", tx.nonce)
        if known is not None:
            if known[0] != tx_hash:
                raise RequestError("E-LOG-014")
            return
        head = self.head(tx.log_id)
        ok = head is None or head.size < tx.size
        (block,) = self._one("select coalesce(max(block), 0) + 1 from tx") or (1,)
        values = (tx_hash, tx.nonce, tx.log_id, tx.size, tx.root, ok, block)
        self._db.execute("insert into tx values (?, ?, ?, ?, ?, ?, ?)", values)

    def _one(self, query: str, *values: object) -> tuple[Any, ...] | None:
        self._check_awake()
        with self._lock:
            row: tuple[Any, ...] | None = self._db.execute(query, values).fetchone()
        return row

    def _check_awake(self) -> None:
        if self.away:
            raise UnavailableError("E-LOG-013", origin="fake")


def check_fake_anchor(proof: bytes) -> FakeProof:
    """The `verify_anchor` that goes with `FakeChain`."""
    return codec.decode(FakeProof, proof)
