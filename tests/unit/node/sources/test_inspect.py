"""A profile is a description that parses, and shows no row."""

from pathlib import Path

from accord.domain.catalogue import ColumnType
from accord.node.sources.description import parse_description
from accord.node.sources.duckdb import DuckDBSource
from accord.node.sources.inspect import inspect_file
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
