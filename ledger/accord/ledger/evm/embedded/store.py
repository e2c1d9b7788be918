"""The chain's bytes in one SQLite file; a block is one transaction.

Table ``kv`` is the key-value store that py-evm keeps state, headers and receipts in.  The
other tables are indexes of what is final: written in the same transaction, so they never
disagree with it.  Write-ahead log with ``synchronous=FULL``: when `transaction` returns,
the block survives a power cut.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from eth.db.backends.base import BaseDB

from accord.domain.errors import RequestError

SCHEMA_VERSION: Final = 1
_SCHEMA: Final = """
create table kv (k blob primary key, v blob not null) without rowid;
create table block (number integer primary key, hash blob not null unique,
    header blob not null, seal blob not null);
create table tx (hash blob primary key, block integer not null, place integer not null)
    without rowid;
create table event (block integer not null, place integer not null, number integer not null,
    tx_hash blob not null, address blob not null, topic0 blob, topic1 blob, topic2 blob,
    topic3 blob, data blob not null, primary key (block, number)) without rowid;
create index event_by_topics on event (topic0, topic1, topic2);
"""


class Store(BaseDB):
    """The open file; exactly one process holds it at a time.

    Not safe for threads by itself: the chain's lock guards it.

    Raises:
        RequestError: E-CHN-004 another process holds it; E-CHN-011 another version wrote it.
    """

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _lock_file(data_dir / "ledger.lock")
        self.connection = sqlite3.connect(
            data_dir / "ledger.sqlite", isolation_level=None, check_same_thread=False
        )
        self.connection.execute("pragma journal_mode=wal")
        self.connection.execute("pragma synchronous=full")
        self._check_version(data_dir)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside become durable together, or none of them."""
        self.connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self.connection.execute("rollback")
            raise
        self.connection.execute("commit")

    def close(self) -> None:
        """Give the file back."""
        self.connection.close()
        os.close(self._lock)

    def __getitem__(self, key: bytes) -> bytes:
        row = self.connection.execute("select v from kv where k = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        value: bytes = row[0]
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        if not self.connection.in_transaction:
            raise RuntimeError("a write outside of a block would not be atomic with it")
        self.connection.execute("insert or replace into kv values (?, ?)", (key, value))

    def __delitem__(self, key: bytes) -> None:
        if self.connection.execute("delete from kv where k = ?", (key,)).rowcount == 0:
            raise KeyError(key)

    def _exists(self, key: bytes) -> bool:
        row = self.connection.execute("select 1 from kv where k = ?", (key,)).fetchone()
        return row is not None

    def _check_version(self, data_dir: Path) -> None:
        version = self.connection.execute("pragma user_version").fetchone()[0]
        if version == 0:
            script = f"begin;{_SCHEMA}pragma user_version = {SCHEMA_VERSION};commit;"
            self.connection.executescript(script)
        elif version != SCHEMA_VERSION:
            self.close()
            raise RequestError("E-CHN-011", path=str(data_dir), version=version)


def _lock_file(path: Path) -> int:
    """Lock ``path`` until the process ends, however it ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise RequestError("E-CHN-004", path=str(path.parent)) from None
    return descriptor
