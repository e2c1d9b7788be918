"""Cuts the demo consortium's data from the CPS file of Tax-Calculator.

Run once per change of the cut, never at run time; needs pyarrow:

    pip download --no-deps --only-binary :all: taxcalc==6.6.0
    unzip taxcalc-6.6.0-py3-none-any.whl taxcalc/cps.csv.gz
    python tools/cut_demo_data.py taxcalc/cps.csv.gz

Who is who, and at which department, is decided in `accord.cli.demo_cut`, which ``accord demo
--full`` shares.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from accord.cli.demo_cut import (
    SOURCE_SHA256,
    USED,
    Row,
    has_doubles,
    hash_of,
    name_persons,
    regions_of,
    split,
)
from accord.cli.demo_tables import TABLES, Column, Table

SAMPLE_PERSONS = 50_000
OUT = Path(__file__).parent.parent / "clients/accord/cli/demo_data"


def round_up(value: int) -> int:
    """The next 1, 2 or 5 times a power of ten at or above: a bound that tells nobody's value."""
    step = 1
    while step * 5 < value:
        step *= 10
    return 0 if value <= 0 else next(step * n for n in (1, 2, 5) if step * n >= value)


def describe_column(column: Column, values: Sequence[int]) -> list[str]:
    """The shared lines of a column; bounds from the values of the full data."""
    lines = ["", f"[columns.{column.name}]", 'type = "integer"']
    if column.coded:
        lines.append(f"domain = {sorted(set(values))}")
    else:
        lines += [f"min = {-round_up(-min(values))}", f"max = {round_up(max(values))}"]
    if column.unit:
        lines.append(f'unit = "{column.unit}"')
    return [*lines, "nulls = false", f'title.en = "{column.en}"', f'title.zh = "{column.zh}"']


def describe(table: Table, full: dict[str, list[Row]]) -> str:
    """The shared half of the table's descriptions, as TOML."""
    rows = [row for part in full.values() for row in part]
    max_rows = 1 << max(len(part) for part in full.values()).bit_length()
    lines = [
        "[table]",
        f'name = "{table.name}"',
        'key = "person"',
        f"parts = {json.dumps(table.parts)}",
        f"max_rows = {max_rows}",
        f'title.en = "{table.en}"',
        f'title.zh = "{table.zh}"',
        *["", "[columns.person]", 'type = "text"'],
        *['title.en = "Personal number (synthetic)"', 'title.zh = "个人编号（合成）"'],
    ]
    for column in table.columns:
        lines += describe_column(column, [row[column.source] for row in rows])
    return "\n".join(lines) + "\n"


def write_parquet(path: Path, table: Table, rows: Sequence[Row]) -> None:
    """One row group, 64-bit integers: squares of amounts must not overflow in the database."""
    columns: dict[str, Any] = {"person": pa.array([row["person"] for row in rows], pa.string())}
    for column in table.columns:
        columns[column.name] = pa.array([row[column.source] for row in rows], pa.int64())
    pq.write_table(
        pa.table(columns),
        path,
        compression="zstd",
        compression_level=19,
        row_group_size=max(1, len(rows)),
        use_dictionary=[column.name for column in table.columns],
        column_encoding={"person": "DELTA_BYTE_ARRAY"},
        store_schema=False,
    )


ORIGIN = """# Origin of the demo data

**Source.** `cps.csv.gz` of the Python package `taxcalc` (Tax-Calculator, Policy Simulation
Library), the same file in releases 6.6.0 and 6.8.0; SHA-256
`{source}`. 280,005 tax units
from the March 2013 to 2015 supplements of the US Census Bureau's Current Population Survey.
Real survey records with modelled benefit amounts (welfare, health and part of the deductions are
imputed), not administrative records.

**Licence.** CC0 1.0 Universal: Tax-Calculator places its work, this file included, in the public
domain. So are the files here.

**Cut.** By `tools/cut_demo_data.py`, written with pyarrow {arrow}: {persons:,} of the 280,005 tax
units, those whose number has the smallest hash; each counts as one person. A person has a row in a
table only if served there: some income for `income`, some benefit for the others. Returns are
filed at the office of the region (three contiguous thirds of the 51 state codes), one in eight,
by hash, at another. Bounds and `max_rows` in the descriptions are those of the full data, widened
to round numbers.

**Personal numbers are synthetic**: area `999` and the state code (no real area begins with 999),
a birthday made up for the year of birth, a sequence, and the ISO 7064 MOD 11-2 check character.

| file | rows | SHA-256 |
|---|---|---|
"""


def write_cut(out: Path, rows: Sequence[Row], kept: Sequence[Row]) -> None:
    """Writes data, descriptions and ORIGIN.md of the kept rows into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    regions = regions_of(rows)
    origin = ORIGIN.format(source=SOURCE_SHA256, arrow=pa.__version__, persons=len(kept))
    for table in TABLES:
        shared = describe(table, split(table, rows, regions))
        for part, members in split(table, kept, regions).items():
            path = out / f"{table.name}-{part}.parquet"
            write_parquet(path, table, members)
            described = f'[source]\npath = "{path.name}"\n\n{shared}'
            path.with_suffix(".toml").write_text(described, encoding="utf-8")
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            origin += f"| `{path.name}` | {len(members)} | `{digest}` |\n"
    (out / "ORIGIN.md").write_text(origin, encoding="utf-8")


def read_source(path: Path) -> list[Row]:
    """The columns in use, one dict per tax unit, with ``person`` added.

    Raises:
        SystemExit: if the file is not the one the committed cut was made from.
    """
    if hashlib.sha256(path.read_bytes()).hexdigest() != SOURCE_SHA256:
        sys.exit(f"{path} is not the cps.csv.gz of taxcalc 6.6.0")
    options = pa_csv.ConvertOptions(include_columns=USED)
    rows: list[Row] = pa_csv.read_csv(path, convert_options=options).to_pylist()
    name_persons(rows)
    if has_doubles(rows):
        sys.exit("two people got one personal number")
    return rows


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="cps.csv.gz of taxcalc 6.6.0")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--full", action="store_true", help="write all persons, not a sample")
    arguments = parser.parse_args()
    rows = read_source(arguments.source)
    ranked = sorted(rows, key=lambda row: hash_of("sample", row["person"]))
    write_cut(arguments.out, rows, rows if arguments.full else ranked[:SAMPLE_PERSONS])


if __name__ == "__main__":
    main()
