"""CSV and Parquet through DuckDB."""

from collections.abc import Iterator
from contextlib import contextmanager

from accord.domain.catalogue import Table
from accord.domain.errors import AccordError, RefusalError, RequestError, UnavailableError
from accord.ledger.permits import AccessPermit
from accord.node.sources.datafile import Limits, file_digest, open_file
from accord.node.sources.description import Source
from accord.node.sources.examining import examined, in_words
from accord.node.sources.file_backend import FileBackend
from accord.node.sources.measuring import measured
from accord.node.sources.port import Examination, check_permit
from accord.query.plan import Extract, Plan


class DuckDBSource:
    """The `DataSource` of one file.  Holds nothing open between calls; safe to share."""

    def __init__(self, source: Source, limits: Limits | None = None) -> None:
        self._source = source
        self._limits = limits or Limits()

    def examine(self, table: Table) -> Examination:
        """See `DataSource.examine`."""
        digest = file_digest(self._source.path)
        with self._opened() as backend:
            examination = examined(backend, table, digest)
        if file_digest(self._source.path) != digest:
            raise RequestError("E-SRC-035", file=self._source.path.name)
        return examination

    def measure(
        self, plan: Plan, permit: AccessPermit, *, table: Table, expected: bytes
    ) -> Extract:
        """See `DataSource.measure`."""
        check_permit(permit)
        try:
            self._check_unchanged(table, expected)
            with self._opened() as backend:
                extract = measured(backend, plan, table)
            self._check_unchanged(table, expected)  # nor was it replaced while being read
        except RefusalError:
            raise
        except AccordError as error:
            raise UnavailableError("E-SRC-041", detail=str(error)) from None
        return extract

    @contextmanager
    def _opened(self) -> Iterator[FileBackend]:
        with open_file(self._source.path, self._limits) as file:
            yield FileBackend(file, self._source)

    def _check_unchanged(self, table: Table, expected: bytes) -> None:
        if file_digest(self._source.path) != expected:
            raise RefusalError("E-SRC-040", detail=self._drift(table))

    def _drift(self, table: Table) -> str:
        """What the steward should know: never leaves this process."""
        try:
            examination = self.examine(table)
        except AccordError as error:
            return f"{self._source.path}: {error}"
        return f"{self._source.path}: {in_words(examination)}"
