"""Tables and views of SQLite, PostgreSQL and MySQL: aggregation is pushed down."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import select

from accord.domain.catalogue import Table
from accord.domain.errors import AccordError, RefusalError, UnavailableError
from accord.ledger.permits import AccessPermit
from accord.node.sources.database_backend import DatabaseBackend
from accord.node.sources.database_engine import open_table
from accord.node.sources.database_place import DatabaseTable
from accord.node.sources.examining import examined, in_words
from accord.node.sources.measuring import measured
from accord.node.sources.port import Examination, check_permit
from accord.query.plan import Extract, Plan

# The table is there, but is not the one described any more.
_DRIFT = frozenset({"E-SRC-032", "E-SRC-037"})


class DatabaseSource:
    """The `DataSource` of one table or view.  Holds nothing open between calls."""

    def __init__(self, place: DatabaseTable) -> None:
        self._place = place

    def examine(self, table: Table) -> Examination:
        """See `DataSource.examine`."""
        with open_table(self._place) as backend:
            return examined(backend, table, table_digest(backend, table))

    def measure(
        self, plan: Plan, permit: AccessPermit, *, table: Table, expected: bytes
    ) -> Extract:
        """See `DataSource.measure`; digest and sums are of one snapshot."""
        check_permit(permit)
        try:
            with open_table(self._place) as backend:
                if table_digest(backend, table) != expected:
                    raise RefusalError("E-SRC-040", detail=self._drift(backend, table))
                return measured(backend, plan, table)
        except RefusalError:
            raise
        except AccordError as error:
            if error.code in _DRIFT:
                raise RefusalError("E-SRC-040", detail=str(error)) from None
            raise UnavailableError("E-SRC-041", detail=str(error)) from None

    def _drift(self, backend: DatabaseBackend, table: Table) -> str:
        """What the steward should know: never leaves this process."""
        return f"{self._place.name}: {in_words(examined(backend, table, b''))}"


def table_digest(backend: DatabaseBackend, table: Table) -> bytes:
    """SHA-256 over the described columns of all rows, in the order of the key.

    Columns that the description does not name may come and go.

    Raises:
        RequestError: E-SRC-032, E-SRC-045.
    """
    key = table.column(table.key)
    seen = [backend.seen(column).label(f"seen:{column.name}") for column in table.columns]
    statement = select(*seen).select_from(backend.relation)
    if key is not None:
        statement = statement.order_by(backend.seen(key))
    names = tuple(backend.place.name_in_source(column.name) for column in table.columns)
    return _hashed([names], backend.rows(statement))


def _hashed(*parts: Iterable[tuple[object, ...]]) -> bytes:
    """Over one line per row: Python's ASCII spelling of a row is one to one."""
    digest = hashlib.sha256(b"accord table 1\n")
    for part in parts:
        for row in part:
            digest.update(ascii(row).encode("ascii") + b"\n")
    return digest.digest()
