"""Transactions on one member's database: SQLite by default, PostgreSQL where it is named.

Writing transactions exclude each other from their first statement, on both databases and
across processes.  Writers of this process queue for it at a lock, because SQLite's own
waiting is polling, and so that one connection is enough for all of them.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import make_url
from sqlalchemy.orm import Session

from accord.ledger.store import postgresql, sqlite
from accord.ledger.store.models import Base
from accord.ledger.store.outage import opening, outages_named

_APPENDED: Final = "accord_appended"


class Database:
    """Opens sessions whose transactions are serialised as the log needs it."""

    def __init__(self, url: str, password: Callable[[], str] | None = None) -> None:
        """Connect to nothing yet.

        Raises:
            RequestError: E-STO-003; the driver of PostgreSQL is not installed.
        """
        parsed = make_url(url)
        self._one_connection = sqlite.is_in_memory(parsed)
        if parsed.get_backend_name() == "postgresql":
            self.engine = postgresql.open_postgresql(parsed, password)
            self._reading = postgresql.reading(self.engine)
        else:
            self.engine = sqlite.open_sqlite(parsed)
            self._reading = sqlite.reading(self.engine)
        self._writer = threading.RLock()
        self._listeners: list[Callable[[], None]] = []

    def check(self) -> None:
        """Connect once.

        Raises:
            UnavailableError: E-STO-001; it cannot be reached, or cannot hold any text.
        """
        with opening(), self._reading.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                postgresql.check_encoding(connection)

    def create_tables(self) -> None:
        """Create what is missing; a deployed database is migrated by Alembic instead."""
        Base.metadata.create_all(self.engine)

    def on_append(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called after every commit that appended to the log."""
        self._listeners.append(listener)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One writing transaction; commits when left in order, else rolls back.

        Raises:
            UnavailableError: E-STO-002; the database is away.
        """
        with outages_named(), self._writer, Session(self.engine) as session, session.begin():
            yield session
            appended = bool(session.info.get(_APPENDED))
        if appended:
            for listener in self._listeners:
                listener()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent view of what is committed.

        Raises:
            UnavailableError: E-STO-002; the database is away.
        """
        with outages_named(), self._turn(), Session(self._reading) as session:
            yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._one_connection:
            yield
            return
        with self._writer:
            yield


def mark_appended(session: Session) -> None:
    """Have the listeners called when this session's transaction has committed."""
    session.info[_APPENDED] = True
