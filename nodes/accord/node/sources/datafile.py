"""A CSV or Parquet file as DuckDB sees it: a locked-down connection and a relation.

The connection can read this one file and nothing else: no other path, no network, no
extension.
"""

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
from sqlalchemy import TextClause, text

from accord.domain.errors import RequestError

CSV_SUFFIXES: Final = (".csv", ".tsv", ".txt")
PARQUET_SUFFIXES: Final = (".parquet", ".pq")
_DELIMITERS: Final = (",", ";", "\t", "|")
_MAX_HEADER_CHARACTERS: Final = 1_000_000
_ROWS_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one statement may use.

    Attributes:
        memory_mb: Beyond it the statement fails; nothing is spilled to disk.
    """

    memory_mb: int = 1024
    threads: int = 2


@dataclass(frozen=True, slots=True)
class DataFile:
    """An opened file.

    Attributes:
        types: Column name to DuckDB's type; always VARCHAR for CSV.
        delimiter: Of a CSV file; empty for Parquet.
    """

    path: Path
    connection: Any
    types: Mapping[str, str]
    delimiter: str

    def relation(self) -> TextClause:
        """The table function that reads the file; CSV cells arrive as text."""
        if not self.delimiter:
            read = text("read_parquet(:path, hive_partitioning=false)")
            return read.bindparams(path=str(self.path))
        return text(
            "read_csv(:path, auto_detect=false, header=true, delim=:delimiter, quote='\"', "
            "escape='\"', columns=:columns, nullstr='', strict_mode=true, "
            "hive_partitioning=false)"
        ).bindparams(path=str(self.path), delimiter=self.delimiter, columns=dict(self.types))

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Run one statement with numbered parameters, and fetch as it is read.

        Raises:
            RequestError: E-SRC-031; the file cannot be read as what it is said to be.
        """
        try:
            cursor = self.connection.execute(sql, list(parameters))
            while found := cursor.fetchmany(_ROWS_AT_ONCE):
                yield from found
        except duckdb.Error as error:
            raise RequestError("E-SRC-031", file=self.path.name, detail=str(error)) from None


@contextmanager
def open_file(path: Path, limits: Limits) -> Iterator[DataFile]:
    """Open a data file for reading; closed at the end of the ``with`` block.

    Raises:
        RequestError: E-SRC-030 not there; E-SRC-031 unreadable; E-SRC-033 of no known
            kind; E-SRC-034 two columns of one name.
    """
    suffix = path.suffix.lower()
    if suffix not in (*CSV_SUFFIXES, *PARQUET_SUFFIXES):
        raise RequestError("E-SRC-033", file=path.name)
    if not path.is_file():
        raise RequestError("E-SRC-030", file=path.name, detail=str(path))
    connection = _locked_connection(path, limits)
    try:
        if suffix in PARQUET_SUFFIXES:
            yield DataFile(path, connection, _parquet_types(connection, path), "")
        else:
            delimiter, names = _csv_header(path)
            yield DataFile(path, connection, dict.fromkeys(names, "VARCHAR"), delimiter)
    finally:
        connection.close()


def file_digest(path: Path) -> bytes:
    """SHA-256 over the bytes of the file.

    Raises:
        RequestError: E-SRC-030; it cannot be opened.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest()
    except OSError as error:
        raise RequestError("E-SRC-030", file=path.name, detail=repr(error)) from None


def quoted(name: str) -> str:
    """An identifier that SQL cannot mistake for anything else."""
    return '"' + name.replace('"', '""') + '"'


def text_of(name: str) -> str:
    """The file's column ``name`` as text; empty text is NULL, in CSV and in Parquet alike."""
    return f"NULLIF(CAST({quoted(name)} AS VARCHAR), '')"


def _locked_connection(path: Path, limits: Limits) -> Any:
    connection = duckdb.connect(
        ":memory:",
        config={  # what can be set here is set in a third of the time that SET takes
            "temp_directory": "",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": f"{int(limits.memory_mb)}MB",
            "threads": str(int(limits.threads)),
        },
    )
    escaped = str(path).replace("'", "''")  # SET takes no parameters
    for setting in (
        f"allowed_paths=['{escaped}']",
        "enable_external_access=false",
        "lock_configuration=true",
    ):
        connection.execute(f"SET {setting}")
    return connection


def _parquet_types(connection: Any, path: Path) -> dict[str, str]:
    try:
        found = connection.execute(
            "DESCRIBE SELECT * FROM read_parquet($1, hive_partitioning=false)", [str(path)]
        ).fetchall()
    except duckdb.Error as error:
        raise RequestError("E-SRC-031", file=path.name, detail=str(error)) from None
    return {row[0]: row[1] for row in found}


def _csv_header(path: Path) -> tuple[str, list[str]]:
    """Delimiter and names, from the first line alone: the same file reads the same way always."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            line = stream.readline(_MAX_HEADER_CHARACTERS)
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError("E-SRC-031", file=path.name, detail=repr(error)) from None
    delimiter = max(_DELIMITERS, key=lambda mark: len(_split(line, mark)))
    names = _split(line, delimiter)
    if not any(names):
        raise RequestError("E-SRC-031", file=path.name, detail="no header line")
    lowered = [name.casefold() for name in names]
    if len(set(lowered)) < len(lowered):
        twice = next(name for name in names if lowered.count(name.casefold()) > 1)
        raise RequestError("E-SRC-034", file=path.name, column=twice)
    return delimiter, names


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])
