"""Transactions on one member's database: SQLite by default, PostgreSQL in production.

SQLite has one writer at a time.  Writers of this process queue for it at a lock, because
SQLite's own waiting is polling; writers of other processes are waited for by SQLite.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.orm import Session

from accord.ledger.store.models import Base

_BUSY_TIMEOUT_MS: Final = 30_000
_OWNER_ONLY: Final = 0o600
_READ_ONLY: Final = "accord_read_only"
_APPENDED: Final = "accord_appended"
# One connection for all threads, which take turns: see `Database.read`.
_IN_MEMORY: Final[dict[str, Any]] = {
    "poolclass": StaticPool,
    "connect_args": {"check_same_thread": False},
}


class Database:
    """Opens sessions whose transactions are serialised as the log needs it."""

    def __init__(self, url: str) -> None:
        memory = url in {"sqlite://", "sqlite:///:memory:"}
        self.engine = create_engine(url, **(_IN_MEMORY if memory else {}))
        self._sqlite = self.engine.dialect.name == "sqlite"
        if self._sqlite and not memory:
            _create_private(self.engine.url.database)
        self._one_connection = memory
        self._writer = threading.RLock()
        self._listeners: list[Callable[[], None]] = []
        if self._sqlite:
            _configure_sqlite(self.engine)
        self._reading = self.engine.execution_options(**{_READ_ONLY: True})

    def create_tables(self) -> None:
        """Create what is missing; a deployed database is migrated by Alembic instead."""
        Base.metadata.create_all(self.engine)

    def on_append(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called after every commit that appended to the log."""
        self._listeners.append(listener)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One writing transaction; commits when left in order, else rolls back."""
        with self._queue(needed=self._sqlite), Session(self.engine) as session, session.begin():
            yield session
            appended = bool(session.info.get(_APPENDED))
        if appended:
            for listener in self._listeners:
                listener()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent view of what is committed."""
        with (
            self._queue(needed=self._one_connection),
            Session(self._reading) as session,
        ):
            yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _queue(self, *, needed: bool) -> Iterator[None]:
        if not needed:
            yield
            return
        with self._writer:
            yield


def mark_appended(session: Session) -> None:
    """Have the listeners called when this session's transaction has committed."""
    session.info[_APPENDED] = True


def _create_private(path: str | None) -> None:
    """Create the file for its owner alone: it holds pair secrets and what was answered.

    SQLite gives its journal files (-wal, -shm) the mode of the database.
    """
    if path and not path.startswith("file:"):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, _OWNER_ONLY))


def _configure_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's BEGIN below, not the driver's
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",  # a record survives the loss of power, too
            "foreign_keys = ON",
            "secure_delete = ON",  # an erased record key is overwritten, not only unlinked
            f"busy_timeout = {_BUSY_TIMEOUT_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        # A writer that began by reading could find its view outdated and be turned away.
        read_only = connection.get_execution_options().get(_READ_ONLY, False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
