"""Tables of a test: descriptions, rows, and what DuckDB says over all of them."""

import csv
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from tests.consortium.lab import OWNERS

Row = tuple[str, str, int, str]  # person, region, age, profit ("" is NULL)
REGIONS = ("north", "south", "west")
PURPOSE = "pension study 2026"
COLUMNS = ("region", "age", "profit")


@dataclass(frozen=True)
class TestTable:
    """One table over several parts.

    Attributes:
        rows: By part; also those of an empty part.
    """

    __test__ = False  # pytest: a table, no test

    name: str
    rows: Mapping[str, Sequence[Row]]
    parts: tuple[str, ...] = OWNERS
    changes: Mapping[str, str] = field(default_factory=dict)

    def write(self, folder: Path, part: str) -> Path:
        """The part's CSV and description; returns the description."""
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{self.name}.csv").open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("person", *COLUMNS))
            writer.writerows(self.rows[part])
        text = DESCRIPTION.format(name=self.name, parts=list(self.parts))
        for old, new in self.changes.items():
            assert old in text
            text = text.replace(old, new)
        path = folder / f"{self.name}.toml"
        path.write_text(text)
        return path

    def truth(self, sql: str) -> dict[str | None, tuple[Any, ...]]:
        """What DuckDB says over the pooled rows: by first column, which is the group."""
        connection = duckdb.connect()
        connection.execute(
            f"CREATE TABLE {self.name} "
            "(person TEXT, region TEXT, age BIGINT, profit DECIMAL(18, 2))"
        )
        for part in self.parts:
            for row in self.rows[part]:
                connection.execute(
                    f"INSERT INTO {self.name} VALUES (?, ?, ?, ?)", [*row[:3], row[3] or None]
                )
        found = connection.execute(sql).fetchall()
        connection.close()
        return {row[0]: row for row in found}


def people(table: str, part: str, number: int, regions: Sequence[str] = REGIONS) -> list[Row]:
    """Rows that no other table and no other part has; a third of the profits is NULL."""
    draw = random.Random(f"{table}/{part}")  # noqa: S311 - the same rows in every run
    return [
        (
            f"{table}-{part}-{index}",
            draw.choice(regions),
            draw.randint(18, 90),
            "" if draw.random() < 0.3 else f"{draw.randint(-90_000, 90_000) / 100:.2f}",
        )
        for index in range(number)
    ]


def spread(table: str, number: int = 60, parts: Sequence[str] = OWNERS) -> TestTable:
    """A table with ``number`` people at every part."""
    return TestTable(table, {part: people(table, part, number) for part in parts}, tuple(parts))


DESCRIPTION = """\
[source]
path = "{name}.csv"

[table]
name = "{name}"
key = "person"
parts = {parts}
max_rows = 1024
title.en = "People"
title.zh = "人员"

[columns.person]
type = "text"

[columns.region]
type = "text"
domain = ["north", "south", "west", "tiny"]

[columns.age]
type = "integer"
min = 0
max = 120

[columns.profit]
type = "decimal"
scale = 2
min = "-1000.00"
max = "1000.00"
nulls = true
unit = "EUR"
"""
