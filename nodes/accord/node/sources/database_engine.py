"""Connections to databases: read-only, of one snapshot, with a limit on time."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, NullPool, create_engine

from accord.domain.errors import RequestError
from accord.node.sources.database_backend import Columns, DatabaseBackend, find_table
from accord.node.sources.database_errors import errors_named
from accord.node.sources.database_place import DatabaseTable
from accord.node.sources.sqlite_columns import SQLiteColumns, install_functions
from accord.node.sources.typed_columns import MYSQL, POSTGRESQL

_CONNECT_TIMEOUT_S: Final = 10
_SQLITE_STEPS: Final = 100_000  # between two looks at the clock
_COLUMNS: Final[dict[str, Columns]] = {
    "sqlite": SQLiteColumns(),
    "postgresql": POSTGRESQL,
    "mysql": MYSQL,
}


@contextmanager
def open_table(place: DatabaseTable) -> Iterator[DatabaseBackend]:
    """Open a table or view; everything until the end of the block reads one state.

    Raises:
        RequestError: E-SRC-038 no such table; E-SRC-045 the database gave up; and what
            `open_database` raises.
    """
    columns = _COLUMNS[place.url.get_backend_name()]
    with open_database(place) as connection:
        yield DatabaseBackend(connection, place, columns, find_table(connection, place))


@contextmanager
def open_database(place: DatabaseTable) -> Iterator[Connection]:
    """Connect and begin a transaction that reads one state.

    Raises:
        RequestError: E-SRC-036 no connection; E-SRC-039 no driver; E-SRC-044 no password.
    """
    kind = place.url.get_backend_name()
    engine = _engine(place, kind)
    with errors_named("E-SRC-036", place):
        connection = engine.connect()
    with closing(connection):
        with errors_named("E-SRC-036", place):
            _start(connection, place, kind)
        yield connection


def _engine(place: DatabaseTable, kind: str) -> Engine:
    options: dict[str, Any] = {"hide_parameters": True, "poolclass": NullPool}
    if kind == "sqlite":
        return create_engine("sqlite://", creator=lambda: _sqlite(place), **options)
    arguments: dict[str, Any] = {"connect_timeout": _CONNECT_TIMEOUT_S}
    password = place.password()
    if password is not None:
        arguments["password"] = password
    try:
        return create_engine(place.url, connect_args=arguments, **options)
    except ModuleNotFoundError:
        raise RequestError("E-SRC-039", kind=kind) from None


def _sqlite(place: DatabaseTable) -> sqlite3.Connection:
    path = Path(str(place.url.database))
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )
    install_functions(connection)
    end = time.monotonic() + place.timeout_s
    connection.set_progress_handler(lambda: int(time.monotonic() > end), _SQLITE_STEPS)
    return connection


def _start(connection: Connection, place: DatabaseTable, kind: str) -> None:
    """Begin the read-only transaction whose snapshot all statements see."""
    if kind == "sqlite":
        connection.exec_driver_sql("BEGIN")
        return
    read_only = {"postgresql_readonly": True} if kind == "postgresql" else {}
    connection.execution_options(isolation_level="REPEATABLE READ", **read_only)
    for statement in session_settings(kind, place.timeout_s):
        connection.exec_driver_sql(statement)


def session_settings(kind: str, timeout_s: int) -> tuple[str, ...]:
    """What a session is told first; how values are written must not depend on the server."""
    if kind == "mysql":
        return (
            f"SET SESSION max_execution_time = {timeout_s * 1000}",
            "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO'",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        )
    return (
        f"SET LOCAL statement_timeout = '{timeout_s}s'",
        "SET LOCAL DateStyle = 'ISO'",
        "SET LOCAL extra_float_digits = 1",
        "SET LOCAL bytea_output = 'hex'",
    )
