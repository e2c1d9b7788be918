"""All 280,005 persons of the demo's source, cut on this machine: ``accord demo --full``.

The source is one data file of a package that Accord does not depend on and never imports.
Descriptions are those of the sample: their bounds are of the full data already.
"""

import csv
import gzip
import hashlib
import io
from importlib.util import find_spec
from pathlib import Path

import duckdb

from accord.cli.demo_cut import (
    SOURCE_FILE,
    SOURCE_RELEASE,
    SOURCE_SHA256,
    USED,
    Row,
    has_doubles,
    name_persons,
    regions_of,
    split,
)
from accord.cli.demo_tables import TABLES, Table
from accord.domain.errors import FaultError, RequestError


def find_source() -> Path:
    """The data file of the installed package.

    Raises:
        RequestError: E-CLI-016 it is not installed; E-CLI-017 it is another release's.
    """
    found = find_spec(SOURCE_RELEASE.partition("==")[0])
    for folder in (found.submodule_search_locations or ()) if found else ():
        file = Path(folder) / SOURCE_FILE
        if file.is_file():
            if hashlib.sha256(file.read_bytes()).hexdigest() != SOURCE_SHA256:
                raise RequestError("E-CLI-017", file=str(file), release=SOURCE_RELEASE)
            return file
    raise RequestError("E-CLI-016", release=SOURCE_RELEASE)


def write_full(source: Path, folder: Path) -> None:
    """Write ``MEMBER/TABLE-MEMBER.parquet`` of every part under ``folder``."""
    rows = read_rows(source)
    name_persons(rows)
    if has_doubles(rows):
        raise FaultError("E-INT-001", detail="two people got one personal number")
    regions = regions_of(rows)
    for table in TABLES:
        for part, members in split(table, rows, regions).items():
            (folder / part).mkdir(parents=True, exist_ok=True)
            write_part(folder / part / f"{table.name}-{part}.parquet", table, members)


def read_rows(source: Path) -> list[Row]:
    """The columns in use, one dict per tax unit."""
    with gzip.open(source, "rt", newline="") as stream:
        lines = csv.reader(stream)
        header = next(lines)
        places = [(name, header.index(name)) for name in USED]
        return [{name: int(line[place]) for name, place in places} for line in lines]


def write_part(path: Path, table: Table, rows: list[Row]) -> None:
    """64-bit integers: squares of amounts must not overflow in the database."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([row["person"], *(row[column.source] for column in table.columns)])
    scratch = path.with_suffix(".csv")
    scratch.write_text(text.getvalue(), encoding="ascii")
    types = {"person": "VARCHAR", **{column.name: "BIGINT" for column in table.columns}}
    with duckdb.connect() as connection:
        made = connection.read_csv(str(scratch), header=False, columns=types)
        made.write_parquet(str(path), compression="zstd")
    scratch.unlink()
