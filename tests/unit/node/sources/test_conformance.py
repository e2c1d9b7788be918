"""Both data sources keep the suite; DuckDB from CSV and from Parquet of several types."""

import csv
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from accord.domain.catalogue import Table
from accord.node.sources.datafile import file_digest
from accord.node.sources.description import Source
from accord.node.sources.duckdb import DuckDBSource
from accord.node.sources.port import DataSource
from tests.suites.data_source import DataSourceSuite, UntypedSourceSuite
from tests.suites.memory_source import MemorySource, Row


def write_csv(path: Path, rows: Sequence[Row], table: Table) -> None:
    names = [column.name for column in table.columns]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)


class TestMemory(UntypedSourceSuite):
    def make(self, rows: Sequence[Row], table: Table) -> tuple[DataSource, bytes]:
        source = MemorySource(rows)
        return source, source.digest()


class DuckDBFiles:
    """Writes rows to a file of this test's folder."""

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def csv(self, rows: Sequence[Row], table: Table) -> tuple[DataSource, bytes]:
        path = self.folder / "rows.csv"
        write_csv(path, rows, table)
        return DuckDBSource(Source(path, {})), file_digest(path)

    def parquet(self, rows: Sequence[Row], table: Table, types: str) -> tuple[DataSource, bytes]:
        self.csv(rows, table)
        path = self.folder / "rows.parquet"
        duckdb.connect().execute(
            f"COPY (SELECT {types} FROM read_csv('{self.folder / 'rows.csv'}', header=true, "
            f"all_varchar=true)) TO '{path}'"
        )
        return DuckDBSource(Source(path, {})), file_digest(path)


class TestCsv(DuckDBFiles, UntypedSourceSuite):
    def make(self, rows: Sequence[Row], table: Table) -> tuple[DataSource, bytes]:
        return self.csv(rows, table)


class TestParquetOfText(DuckDBFiles, UntypedSourceSuite):
    def make(self, rows: Sequence[Row], table: Table) -> tuple[DataSource, bytes]:
        return self.parquet(rows, table, "*")


class TestParquetOfNumbers(DuckDBFiles, DataSourceSuite):
    def make(self, rows: Sequence[Row], table: Table) -> tuple[DataSource, bytes]:
        types = (
            "person, cell, value::UTINYINT AS value, place::DOUBLE AS place, "
            "wages::DECIMAL(18, 3) AS wages, rate::DOUBLE AS rate"
        )
        return self.parquet(rows, table, types)
