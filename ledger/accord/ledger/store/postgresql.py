"""PostgreSQL, with the transactions that the log needs.

A writing transaction begins by taking one advisory lock of the database and holds it to
its end, so that every read-modify-write of a node is alone from its first statement, as
on SQLite, in however many processes and threads.  It runs in READ COMMITTED: what it
reads behind the lock is what the writer before it has committed.  A snapshot, as the
stricter levels take it, would date from before the wait, and each change would have to
be ready to be turned away and repeated.
"""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event

from accord.domain.errors import AccordError, RequestError, UnavailableError

_DRIVER: Final = "postgresql+psycopg"
_CONNECTION: Final = {
    "connect_timeout": "10",  # seconds
    "application_name": "accord",
    "client_encoding": "utf8",
}
_READ_ONLY: Final = "postgresql_readonly"  # the dialect's own option
_POOLED: Final = 5  # connections kept open
_AT_MOST: Final = 20  # connections at once: reads are short, and one thread writes at a time
_WRITER: Final = int.from_bytes(b"accord-w", "big")  # names the lock, within one database
_LOCK_TIMEOUT_MS: Final = 30_000
_IDLE_TIMEOUT_MS: Final = 60_000
_BEGIN: Final = f"""
SELECT set_config('lock_timeout', '{_LOCK_TIMEOUT_MS}', true),
       set_config('idle_in_transaction_session_timeout', '{_IDLE_TIMEOUT_MS}', true),
       CASE current_setting('synchronous_commit')
         WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END,
       pg_advisory_xact_lock({_WRITER})
"""


def open_postgresql(url: URL, password: Callable[[], str] | None) -> Engine:
    """An engine whose writing transactions exclude each other from their first statement.

    ``password`` is asked for each new connection, so that a new one needs no restart.

    Raises:
        RequestError: E-STO-003; the driver is not installed.
    """
    try:
        engine = create_engine(
            url.set(drivername=_DRIVER),
            hide_parameters=True,
            pool_pre_ping=True,  # after a restart of the server no call meets a dead connection
            pool_size=_POOLED,
            max_overflow=_AT_MOST - _POOLED,
            connect_args=_CONNECTION,
        )
    except ModuleNotFoundError:
        raise RequestError("E-STO-003") from None
    event.listen(engine, "begin", _on_begin)
    if password is not None:
        _ask_for(engine, password)
    return engine


def reading(engine: Engine) -> Engine:
    """The same database, for transactions that see one moment and wait for no writer."""
    return engine.execution_options(isolation_level="REPEATABLE READ", **{_READ_ONLY: True})


def check_encoding(connection: Connection) -> None:
    """Check that the database takes any text.

    Raises:
        UnavailableError: E-STO-001.
    """
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        reason = f"it was created with the encoding {encoding}, not UTF8"
        raise UnavailableError("E-STO-001", reason=reason)


def _on_begin(connection: Connection) -> None:
    if not connection.get_execution_options().get(_READ_ONLY, False):
        connection.exec_driver_sql(_BEGIN)


def _ask_for(engine: Engine, password: Callable[[], str]) -> None:
    @event.listens_for(engine, "do_connect")
    def _on_connect(_dialect: object, _record: object, _args: object, options: Any) -> None:
        try:
            options["password"] = password()
        except AccordError as error:  # names a file of ours; callers hear of an outage
            raise UnavailableError("E-STO-002", detail=error.code) from None
