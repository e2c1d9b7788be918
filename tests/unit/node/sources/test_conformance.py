"""Every data source keeps the suite, over columns of several types."""

import csv
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import create_engine, make_url

from accord.domain.catalogue import Table
from accord.node.sources.database import DatabaseSource, table_digest
from accord.node.sources.database_engine import open_table
from accord.node.sources.database_place import DatabaseTable
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
            "wages::DECIMAL(18, 3) AS wages, rate::DOUBLE AS rate, day::DATE AS day, "
            "big::BIGINT AS big"
        )
        return self.parquet(rows, table, types)


def database_source(url: str, schema: str, table: Table) -> tuple[DataSource, bytes]:
    kind = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite"}[make_url(url).drivername]
    place = DatabaseTable(make_url(url).set(drivername=kind), schema, "In come", {})
    with open_table(place) as backend:
        return DatabaseSource(place), table_digest(backend, table)


class SQLiteFiles:
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "rows.db"

    def sqlite(
        self, rows: Sequence[Row], table: Table, types: Sequence[str]
    ) -> tuple[DataSource, bytes]:
        self.path.unlink(missing_ok=True)
        names = [column.name for column in table.columns]
        columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(names, types, strict=True))
        connection = sqlite3.connect(self.path)
        connection.execute(f'CREATE TABLE "In come" ({columns})')
        places = ", ".join("?" for _ in names)
        connection.executemany(
            f'INSERT INTO "In come" VALUES ({places})',
            [[row[name] for name in names] for row in rows],
        )
        connection.commit()
        connection.close()
        return database_source(f"sqlite:///{self.path}", "main", table)


class TestSQLiteOfText(SQLiteFiles, UntypedSourceSuite):
    """Text is compared byte by byte, whatever the column's collation."""

    def make(self, rows: Sequence[Row], table: Table) -> tuple[DataSource, bytes]:
        return self.sqlite(rows, table, ["TEXT COLLATE NOCASE"] * len(table.columns))


class TestSQLiteOfNumbers(SQLiteFiles, DataSourceSuite):
    def make(self, rows: Sequence[Row], table: Table) -> tuple[DataSource, bytes]:
        types = ["TEXT", "TEXT", "INTEGER", "REAL", "NUMERIC", "REAL", "DATE", "INTEGER"]
        return self.sqlite(rows, table, types)


class PostgreSQLTables:
    @pytest.fixture(autouse=True)
    def _url(self, postgres_url: str) -> None:
        self.url = postgres_url

    def postgresql(
        self, rows: Sequence[Row], table: Table, types: Sequence[str]
    ) -> tuple[DataSource, bytes]:
        names = [column.name for column in table.columns]
        columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(names, types, strict=True))
        places = ", ".join("%s" for _ in names)
        engine = create_engine(make_url(self.url).set(drivername="postgresql+psycopg"))
        with engine.begin() as connection:
            connection.exec_driver_sql('CREATE SCHEMA IF NOT EXISTS "Tax"')
            connection.exec_driver_sql('DROP TABLE IF EXISTS "Tax"."In come"')
            connection.exec_driver_sql(f'CREATE TABLE "Tax"."In come" ({columns})')
            for row in rows:
                values = tuple(row[name] for name in names)
                connection.exec_driver_sql(f'INSERT INTO "Tax"."In come" VALUES ({places})', values)
        engine.dispose()
        return database_source(self.url, "Tax", table)


class TestPostgreSQL(PostgreSQLTables, DataSourceSuite):
    def make(self, rows: Sequence[Row], table: Table) -> tuple[DataSource, bytes]:
        types = ["text", "varchar(10)", "smallint", "integer", "numeric(12, 3)", "real"]
        return self.postgresql(rows, table, [*types, "date", "bigint"])


class TestPostgreSQLOfOtherTypes(PostgreSQLTables, DataSourceSuite):
    def make(self, rows: Sequence[Row], table: Table) -> tuple[DataSource, bytes]:
        types = ["text", "text", "numeric", "double precision", "double precision"]
        return self.postgresql(rows, table, [*types, "numeric(4, 2)", "timestamp", "numeric(40)"])
