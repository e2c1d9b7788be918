"""One owner's measurement of a large Parquet file, in a process of its own: time and memory.

Peak resident memory is the operating system's figure for that process, Python and DuckDB
included.  Looking over the whole data version, as publishing does, is measured apart: it
counts distinct keys.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from accord.node.sources.datafile import file_digest
from accord.node.sources.description import parse_description
from accord.node.sources.open import examine_description, open_source
from accord.query.compile import compile_question
from benchmarks.report import Row
from tests.suites.permit import permit_for_tests

SQL = "SELECT a, COUNT(*), SUM(wages), AVG(wages) FROM wages GROUP BY a"
MILLIONS = (10, 100)
REGIONS = 51
REACH_MB = 1000.0
LIMIT_S = 240
_KIB_PER_MB = 1000 * 1000 / 1024


def rows() -> Iterator[Row]:
    """Grouped sums at either size; the look that publishing takes at the smaller one."""
    for millions in MILLIONS:
        with TemporaryDirectory() as folder:
            description = write(Path(folder), millions)
            label = f"one owner, {millions} million rows of Parquet"
            seconds, peak = in_process("measure", description)
            yield Row(f"{label}, grouped", seconds, "s")
            yield Row(f"{label}, grouped: peak resident", peak, "MB").at_most(REACH_MB)
            if millions == min(MILLIONS):
                seconds, peak = in_process("examine", description)
                yield Row(f"{label}, published", seconds, "s")
                yield Row(f"{label}, published: peak resident", peak, "MB").at_most(REACH_MB)


def write(folder: Path, millions: int) -> Path:
    """The file and its description."""
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '2GB'")
        connection.execute(
            f"COPY (SELECT 'p' || i AS person, i % {REGIONS} AS a, i * 7919 % 90000 AS wages"
            f" FROM range({millions} * 1000000) AS t(i))"
            f" TO '{folder / 'wages.parquet'}' (FORMAT parquet)"
        )
    description = folder / "wages.toml"
    description.write_text(DESCRIPTION.format(a=list(range(REGIONS))), encoding="utf-8")
    return description


def in_process(what: str, description: Path) -> tuple[float, float]:
    """Seconds, and peak megabytes, of this module run for one task."""
    command = [sys.executable, "-m", "benchmarks.measuring", what, str(description)]
    done = subprocess.run(  # noqa: S603 - our own module
        command, capture_output=True, check=True, timeout=LIMIT_S
    )
    seconds, peak = json.loads(done.stdout)
    return seconds, peak


def main(what: str, description: Path) -> None:
    """Do one task and print its seconds and peak."""
    text, folder = description.read_text(encoding="utf-8"), str(description.parent)
    if what == "examine":
        start = time.perf_counter()
        examine_description(text, folder)
    else:
        parsed = parse_description(text, Path(folder))
        digest, table = file_digest(parsed.source.path), parsed.table
        plan = compile_question(SQL, {"wages": table})
        source = open_source(text, folder)
        permit = permit_for_tests()
        start = time.perf_counter()
        extract = source.measure(plan, permit, table=table, expected=digest)
        if len(extract.counts) != REGIONS:
            raise ValueError("the measurement is wrong")
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_PER_MB
    sys.stdout.write(json.dumps([seconds, peak]))


DESCRIPTION = """\
[source]
path = "wages.parquet"

[table]
name = "wages"
key = "person"
parts = ["one", "two", "three"]
max_rows = 134217728
title.en = "Wages"
title.zh = "工资"

[columns.person]
type = "text"

[columns.a]
type = "integer"
min = 0
max = 255
domain = {a}

[columns.wages]
type = "integer"
min = 0
max = 100000
"""

if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
