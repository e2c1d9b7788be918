"""The full demo's data: found without importing anything, cut like the committed sample."""

import csv
import gzip
import hashlib
import tomllib
from pathlib import Path
from typing import Any

import duckdb
import pytest

from accord.cli import demo_full, exit_codes
from accord.cli.demo_cut import USED, check_character, tax_office
from accord.cli.demo_full import find_source, write_full
from accord.cli.demo_tables import TABLES, TAX_OFFICES
from accord.cli.program import start
from accord.domain.errors import RequestError

DATA = Path(__file__).parents[3] / "clients/accord/cli/demo_data"
PERSONS = 60


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of that name whose code must not run; returns its data file."""
    folder = tmp_path / "site" / "taxcalc"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise AssertionError('imported')")
    file = folder / "cps.csv.gz"
    with gzip.open(file, "wt", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["unused", *USED])
        for number in range(PERSONS):
            writer.writerow(["x", *(_value(name, number) for name in USED)])
    monkeypatch.syspath_prepend(str(folder.parent))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    monkeypatch.setattr(demo_full, "SOURCE_SHA256", digest)
    return file


def _value(name: str, number: int) -> int:
    facts = {"RECID": number, "FLPDYR": 2014, "age_head": 20 + number % 3, "fips": 1 + number % 6}
    return facts.get(name, 0 if number % 2 and name.endswith("_ben") else number * 1_000)


def rows_of(file: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect() as database:
        return database.execute(f"SELECT * FROM read_parquet('{file}')").fetchall()


def test_every_part_gets_its_rows_and_columns(package: Path, tmp_path: Path) -> None:
    write_full(find_source(), tmp_path / "data")

    files = sorted(path.name for path in (tmp_path / "data").rglob("*"))
    parts = [(table, part) for table in TABLES for part in table.parts]
    folders = {part for _, part in parts}
    assert files == sorted([*folders, *(f"{t.name}-{part}.parquet" for t, part in parts)])
    income = [
        row
        for office in TAX_OFFICES
        for row in rows_of(tmp_path / "data" / office / f"income-{office}.parquet")
    ]
    assert len({row[0] for row in income}) == len(income) == PERSONS - 1  # one has no income
    assert all(
        row[0].startswith("999") and check_character(row[0][:17]) == row[0][17] for row in income
    )
    wages = 1 + [column.name for column in TABLES[0].columns].index("wages")
    assert sorted(row[wages] for row in income) == [n * 1_000 for n in range(1, PERSONS)]
    assert all(int(row[0][3:6]) == row[1] for row in income)


@pytest.mark.parametrize("office", TAX_OFFICES)
def test_the_sample_was_cut_by_the_same_rule(office: str) -> None:
    text = (DATA / f"income-{office}.toml").read_text(encoding="utf-8")
    regions = tomllib.loads(text)["columns"]["region"]["domain"]
    rows = rows_of(DATA / f"income-{office}.parquet")
    assert len(rows) > 10_000
    assert {tax_office(person, region, regions) for person, region, *_ in rows[::10]} == {office}


def test_another_release_is_refused(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package.write_bytes(b"another")
    with pytest.raises(RequestError) as caught:
        find_source()
    assert caught.value.code == "E-CLI-017"
    assert caught.value.facts["file"] == str(package)


def test_without_the_package_it_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo_full, "find_spec", lambda _: None)
    assert start(["demo", "--full"]) == exit_codes.REFUSED
    said = capsys.readouterr().err
    assert "E-CLI-016" in said
    assert "pip install --no-deps taxcalc==6.6.0" in said
