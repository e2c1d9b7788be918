"""Errors of databases as errors of ours; what a driver says stays with the owner."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from accord.domain.errors import RequestError
from accord.domain.text import printable
from accord.node.sources.database_place import DatabaseTable

_MAX_CHARACTERS = 300


@contextmanager
def errors_named(code: str, place: DatabaseTable) -> Iterator[None]:
    """Give an error of the database a code, for the steward what the database says.

    Raises:
        RequestError: ``code``.
    """
    try:
        yield
    except SQLAlchemyError as error:
        reason = said(error, place)
        raise RequestError(code, table=place.name, reason=reason, detail=reason) from None


def said(error: SQLAlchemyError, place: DatabaseTable) -> str:
    """The first line of the driver's words, without the statement and without the password."""
    words = str(error.orig) if isinstance(error, DBAPIError) else type(error).__name__
    for secret in _secrets(place):
        words = words.replace(secret, "***")
    return printable(words.strip().partition("\n")[0][:_MAX_CHARACTERS])


def _secrets(place: DatabaseTable) -> list[str]:
    try:
        password = place.password()
    except RequestError:
        return []
    return [password] if password else []
