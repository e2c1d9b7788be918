"""SQLite: one file, one writer at a time."""

import os
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event

_BUSY_TIMEOUT_MS: Final = 30_000
_OWNER_ONLY: Final = 0o600
_READ_ONLY: Final = "accord_read_only"
# One connection for all threads, which take turns: see `Database.read`.
_IN_MEMORY: Final[dict[str, Any]] = {
    "poolclass": StaticPool,
    "connect_args": {"check_same_thread": False},
}


def is_in_memory(url: URL) -> bool:
    """Whether the database lives in this process alone."""
    return url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}


def open_sqlite(url: URL) -> Engine:
    """An engine whose writing transactions exclude each other from their first statement."""
    memory = is_in_memory(url)
    if not memory:
        _create_private(url.database)
    engine = create_engine(url, hide_parameters=True, **(_IN_MEMORY if memory else {}))
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def reading(engine: Engine) -> Engine:
    """The same database, for transactions that see one moment and wait for no writer."""
    return engine.execution_options(**{_READ_ONLY: True})


def _create_private(path: str | None) -> None:
    """Create the file for its owner alone: it holds pair secrets and what was answered.

    SQLite gives its journal files (-wal, -shm) the mode of the database.
    """
    if path and not path.startswith("file:"):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, _OWNER_ONLY))


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


def _on_begin(connection: Connection) -> None:
    # A writer that began by reading could find its view outdated and be turned away.
    read_only = connection.get_execution_options().get(_READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
