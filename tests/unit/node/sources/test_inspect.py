"""A profile is a description that parses, and shows no row."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from accord.domain.catalogue import ColumnType
from accord.domain.errors import RequestError
from accord.node.sources.description import parse_description
from accord.node.sources.duckdb import DuckDBSource
from accord.node.sources.inspect import inspect_file, inspect_table, place_at
from accord.node.sources.open import source_at
from accord.node.sources.publish_checks import publication_faults

LINES = [
    "Person No.,region,Größe,zip,balance,note",
    *(
        f"{number},{'north' if number % 2 else 'south'},{150 + number % 40},0{number % 9},"
        f"{number - 300}.{number % 4 * 25:02},{'' if number % 3 else f'remark {number}'}"
        for number in range(1000, 1100)
    ),
]


def inspected(folder: Path) -> str:
    path = folder / "staff list.csv"
    path.write_text("\n".join(LINES), encoding="utf-8")
    return inspect_file(path)


def test_the_proposal_parses_and_fits_the_file(tmp_path: Path) -> None:
    description = parse_description(inspected(tmp_path), tmp_path)
    table = description.table
    faults = publication_faults(
        description, DuckDBSource(description.source).examine(description.table)
    )

    assert (table.key, table.max_rows) == ("person_no", 1024)
    assert description.source.columns == {"person_no": "Person No.", "groe": "Größe"}
    assert {column.name: column.type for column in table.columns} == {
        "person_no": ColumnType.INTEGER,
        "region": ColumnType.TEXT,
        "groe": ColumnType.INTEGER,
        "zip": ColumnType.TEXT,
        "balance": ColumnType.DECIMAL,
        "note": ColumnType.TEXT,
    }
    assert [error.code for error in faults] == ["E-SRC-020"]


def test_bounds_are_rounded_outward_and_unconfirmed(tmp_path: Path) -> None:
    description = parse_description(inspected(tmp_path), tmp_path)
    size, balance = description.table.column("groe"), description.table.column("balance")

    assert description.unconfirmed == ("groe", "balance")
    assert size is not None
    assert (size.minimum, size.maximum) == (100, 200)
    assert balance is not None
    assert (balance.scale, balance.minimum, balance.maximum) == (2, 70000, 80000)


def test_public_values_wait_for_the_steward(tmp_path: Path) -> None:
    text = inspected(tmp_path)

    assert '# domain = ["north", "south"]' in text
    assert all(column.domain == () for column in parse_description(text, tmp_path).table.columns)


def test_no_rare_value_is_shown(tmp_path: Path) -> None:
    text = inspected(tmp_path)

    assert "remark" not in text
    assert "1050" not in text


def test_control_characters_do_not_break_out_of_comments(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = "".join(f'{number},"x\n[table]\ny"\n' for number in range(40))
    path.write_text("id,evil\n" + rows, encoding="utf-8")

    text = inspect_file(path)

    assert "\\u000a[table]" in text
    assert parse_description(text, tmp_path).table.key == "id"


def test_dates_are_guessed_and_bounded_by_decades(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = "".join(
        f"{n},{1950 + n % 40}-02-{n % 28 + 1:02},20240101,2023-02-30\n" for n in range(90)
    )
    path.write_text("id,born,number,note\n" + rows, encoding="utf-8")

    table = parse_description(inspect_file(path), tmp_path).table
    kinds = {column.name: column.type for column in table.columns}
    born = table.column("born")

    assert kinds["born"] is ColumnType.DATE
    assert (kinds["number"], kinds["note"]) == (ColumnType.INTEGER, ColumnType.TEXT)
    assert born is not None
    assert (born.minimum, born.maximum) == (-7305, 7304)  # 1950-01-01, 1989-12-31
    assert "1950-02" not in inspect_file(path)


COLUMNS = """
    "Person No." integer, region varchar(10), balance numeric(10, 2), born date, moment timestamp,
    raw bytea
"""
ROWS = ", ".join(
    f"({n}, '{'north' if n % 2 else 'south'}', {n - 300}.25, '19{50 + n % 40}-02-01',"
    f" '2024-01-01 00:00:{n % 60:02}', NULL)"
    for n in range(1000, 1100)
)


@pytest.fixture
def place_url(database_url: str) -> str:
    drivers = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
    url = make_url(database_url)
    engine = create_engine(url.set(drivername=drivers[url.drivername]))
    with engine.begin() as connection:
        connection.exec_driver_sql(f'CREATE TABLE "Staff" ({COLUMNS})')
        connection.exec_driver_sql(f'INSERT INTO "Staff" VALUES {ROWS}')
        connection.exec_driver_sql('CREATE VIEW northern AS SELECT * FROM "Staff"')
    engine.dispose()
    return database_url


def test_the_proposal_of_a_table_parses_and_fits_it(
    place_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCORD_SOURCE_X", "not asked for")
    text = inspect_table(place_at(place_url, "Staff", "ACCORD_SOURCE_X", None))
    description = parse_description(text, tmp_path)
    examination = source_at(description.source).examine(description.table)

    assert 'password_env = "ACCORD_SOURCE_X"' in text
    assert (description.table.key, description.table.max_rows) == ("person_no", 1024)
    kinds = {column.name: column.type for column in description.table.columns}
    assert (kinds["balance"], kinds["born"]) == (ColumnType.DECIMAL, ColumnType.DATE)
    assert '# domain = ["north", "south"]' in text
    assert all(faults.total == 0 for faults in examination.columns.values())
    faults = publication_faults(description, examination)
    assert [error.code for error in faults] == ["E-SRC-020"]


def test_what_no_type_reads_is_left_out(place_url: str) -> None:
    text = inspect_table(place_at(place_url, "northern", "", None))

    if place_url.startswith("postgresql"):
        assert "# [columns.moment] is of no type that can be read" in text
        assert "# [columns.raw] is of no type that can be read" in text
    else:
        assert '[columns.moment]\ntype = "text"' in text


def test_without_a_name_the_tables_are_listed(place_url: str) -> None:
    with pytest.raises(RequestError, match="E-SRC-016") as caught:
        inspect_table(place_at(place_url, "", "", None))

    assert caught.value.facts["tables"] == "Staff, northern"
