"""Files as they come: encodings, quotes, drift, and a connection that reads nothing else."""

from pathlib import Path

import duckdb
import pytest

from accord.domain.errors import AccordError, RefusalError, RequestError, UnavailableError
from accord.node.sources.datafile import Limits, file_digest, open_file
from accord.node.sources.description import Description, parse_description
from accord.node.sources.duckdb import DuckDBSource
from accord.node.sources.port import Examination
from accord.query.compile import compile_question
from accord.query.plan import Extract
from tests.suites.permit import permit_for_tests

TEXT = """
[source]
path = "{file}"
[source.columns]
pay = "Net, pay"
[table]
name = "staff"
key = "id"
parts = ["a", "b", "c"]
max_rows = 1024
[columns.id]
type = "integer"
[columns.site]
type = "text"
domain = ["Köln", 'say "hi"', "a;b", "two\\nlines"]
nulls = true
[columns.pay]
type = "decimal"
scale = 2
min = -10
max = 10
nulls = true
"""
CSV = (
    'id;site;"Net, pay"\r\n1;Köln;1.5\r\n2;"say ""hi""";-1.25\r\n3;"a;b";\r\n4;"two\nlines";10\r\n'
    '5;"";+0.10\r\n'
)


def described(folder: Path, data: bytes, file: str = "staff.csv") -> Description:
    (folder / file).write_bytes(data)
    return parse_description(TEXT.replace("{file}", file), folder)


def examined(folder: Path, data: bytes, file: str = "staff.csv") -> Examination:
    description = described(folder, data, file)
    return DuckDBSource(description.source).examine(description.table)


def measured(description: Description, expected: bytes) -> Extract:
    sql = "SELECT site, SUM(pay) FROM staff GROUP BY site"
    plan = compile_question(sql, {"staff": description.table})
    source = DuckDBSource(description.source)
    return source.measure(plan, permit_for_tests(), table=description.table, expected=expected)


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_quotes_semicolons_line_ends_and_byte_order_marks_are_read(
    tmp_path: Path, start: str
) -> None:
    description = described(tmp_path, (start + CSV).encode())

    extract = measured(description, file_digest(description.source.path))

    assert extract.moments == ((1, 1150), (1, 875), (0, 0), (1, 2000), (1, 1010))


@pytest.mark.parametrize(
    ("code", "data", "file"),
    [
        ("E-SRC-031", CSV.encode("latin-1"), "staff.csv"),
        ("E-SRC-031", b"", "staff.csv"),
        ("E-SRC-031", b'id;site;"Net, pay"\n1;K\n', "staff.csv"),
        ("E-SRC-031", b"not parquet at all", "staff.parquet"),
        ("E-SRC-032", CSV.replace("Net, pay", "Pay").encode(), "staff.csv"),
        ("E-SRC-033", CSV.encode(), "staff.xlsx"),
        ("E-SRC-034", CSV.replace("site", "ID").encode(), "staff.csv"),
    ],
)
def test_unreadable_files_are_refused(tmp_path: Path, code: str, data: bytes, file: str) -> None:
    with pytest.raises(RequestError) as caught:
        examined(tmp_path, data, file)

    assert caught.value.code == code


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    description = described(tmp_path, CSV.encode())
    description.source.path.unlink()

    with pytest.raises(RequestError, match="E-SRC-030"):
        DuckDBSource(description.source).examine(description.table)


def test_numbers_are_never_rounded(tmp_path: Path) -> None:
    found = examined(
        tmp_path, (CSV + "6;;0.001\r\n7;;0.100\r\n8;;1e1\r\n9;; 1\r\n10;;10.01\r\n").encode()
    )

    assert (found.columns["pay"].unparsable, found.columns["pay"].out_of_bounds) == (3, 1)


def test_drift_tells_the_requester_the_code_and_the_steward_the_rows(tmp_path: Path) -> None:
    description = described(tmp_path, CSV.encode())
    published = file_digest(description.source.path)
    described(tmp_path, (CSV + "6;Köln;99\r\n1;Köln;1\r\n").encode())

    with pytest.raises(RefusalError, match="E-SRC-040") as caught:
        measured(description, published)

    assert caught.value.facts == {}
    assert "{'pay': 1}" in caught.value.detail
    assert "duplicate keys 1" in caught.value.detail


def changing_digests(monkeypatch: pytest.MonkeyPatch, first: bytes) -> None:
    """The file is replaced after the first look at its bytes."""
    found = iter([first])
    monkeypatch.setattr("accord.node.sources.duckdb.file_digest", lambda _: next(found, b"\1" * 32))


def test_a_file_that_changes_while_examined_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    description = described(tmp_path, CSV.encode())
    changing_digests(monkeypatch, b"\0" * 32)

    with pytest.raises(RequestError, match="E-SRC-035"):
        DuckDBSource(description.source).examine(description.table)


def test_a_file_that_changes_while_measured_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    description = described(tmp_path, CSV.encode())
    changing_digests(monkeypatch, b"\0" * 32)

    with pytest.raises(RefusalError, match="E-SRC-040"):
        measured(description, b"\0" * 32)


def test_a_source_that_is_gone_is_unavailable_and_says_nothing_more(tmp_path: Path) -> None:
    description = described(tmp_path, CSV.encode())
    published = file_digest(description.source.path)
    description.source.path.unlink()

    with pytest.raises(UnavailableError, match="E-SRC-041") as caught:
        measured(description, published)

    assert caught.value.facts == {}


def test_rows_that_break_the_description_are_refused_even_if_published(tmp_path: Path) -> None:
    """The second lock: a digest that was published without an examination."""
    for row in ("6;Köln;10.01", "6;Bonn;1"):
        description = described(tmp_path, f"{CSV}{row}\r\n".encode())

        with pytest.raises(RefusalError, match="E-SRC-040"):
            measured(description, file_digest(description.source.path))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{other}')",
        "COPY (SELECT 1) TO '{other}'",
        "ATTACH '{other}' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM read_parquet('http://127.0.0.1:9/x.parquet')",
        "SET enable_external_access=true",
        "SET memory_limit='64GB'",
    ],
)
def test_the_connection_reads_one_file_and_nothing_else(tmp_path: Path, sql: str) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a\n1\n", encoding="utf-8")
    description = described(tmp_path, CSV.encode())

    with (
        open_file(description.source.path, Limits()) as file,
        pytest.raises((duckdb.Error, AccordError)),
    ):
        list(file.rows(sql.replace("{other}", str(other))))


def test_odd_paths_are_paths_not_sql(tmp_path: Path) -> None:
    folder = tmp_path / "it's; DROP region=1"
    folder.mkdir()

    assert examined(folder, CSV.encode()).rows == 5


def test_repeated_keys_are_found_in_every_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there are more keys than memory is meant for, they are looked through in shares."""
    monkeypatch.setattr("accord.node.sources.file_backend._KEYS_AT_ONCE", 2)

    found = examined(tmp_path, (CSV + "1;;\r\n1;;\r\n4;;\r\n").encode())

    assert found.duplicate_keys == 3
