"""Which failures of a database are outages, and what may be said of them.

The texts of drivers name hosts, users and values: none of them goes on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from accord.domain.errors import UnavailableError

_SQLITE_ERROR: Final = 1  # the statement is wrong; all other codes name the environment
_READ_ONLY_SERVER: Final = "25006"  # a standby took over: it reads, and cannot write
# A server that turns a connection away gives no code through libpq, only words of its log's
# language; where that is not English, the last reason is named.
_REASONS: Final = (
    ("authentication", "it does not take this user and password"),
    ("password", "it does not take this user and password"),
    ("role ", "it does not take this user and password"),
    ("permission", "this user may not use it"),
    ("database ", "the server has no database of this name"),
    ("connection slots", "the server has no connection left"),
    ("too many", "the server has no connection left"),
    ("starting", "the server is starting or stopping"),
    ("shutting", "the server is starting or stopping"),
)
_NO_REASON: Final = "no server answers at its address, or it turns this node away"


@contextmanager
def outages_named() -> Iterator[None]:
    """Turn an outage of the database into one error of ours; a defect stays what it is.

    Raises:
        UnavailableError: E-STO-002; the database is away, full, locked for long or stopped.
    """
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        if not _is_outage(error):
            raise
        raise UnavailableError("E-STO-002", detail=_detail(error)) from None


@contextmanager
def opening() -> Iterator[None]:
    """Say why a database cannot be opened.

    Raises:
        UnavailableError: E-STO-001.
    """
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig).rpartition("FATAL:")
        known = (reason for word, reason in _REASONS if said[1] and word in said[2])
        reason = next(known, _NO_REASON)
        raise UnavailableError("E-STO-001", reason=reason, detail=_detail(error)) from None


def _is_outage(error: DBAPIError | PoolTimeoutError) -> bool:
    if isinstance(error, PoolTimeoutError) or error.connection_invalidated:
        return True
    if _sqlstate(error) == _READ_ONLY_SERVER:
        return True
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    sqlite_code: int = getattr(error.orig, "sqlite_errorcode", 0)
    return sqlite_code & 0xFF != _SQLITE_ERROR


def _sqlstate(error: DBAPIError | PoolTimeoutError) -> str:
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def _detail(error: DBAPIError | PoolTimeoutError) -> str:
    return f"{type(error).__name__} {_sqlstate(error)}".strip()
