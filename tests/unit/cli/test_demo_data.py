"""The committed demo data are what ORIGIN.md and their descriptions say."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import duckdb
import pytest

DATA = Path(__file__).parents[3] / "clients/accord/cli/demo_data"
OFFICES = ("tax_north", "tax_central", "tax_south")
PARTS = {
    "income": OFFICES,
    "benefits": ("civil_affairs",),
    "health": ("health",),
    "pensions": ("social_security",),
}
FILES = tuple(f"{table}-{part}" for table, parts in PARTS.items() for part in parts)
SIZE_LIMIT_BYTES = 3_000_000
WEIGHTS = tuple(pow(2, power, 11) for power in range(17, -1, -1))


def description(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def source(name: str) -> str:
    return f"read_parquet('{DATA / name}.parquet')"


def query(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as database:
        return database.execute(sql).fetchall()


def pooled(table: str) -> str:
    return " UNION ALL ".join(f"SELECT * FROM {source(f'{table}-{p}')}" for p in PARTS[table])


def is_personal_number(number: str) -> bool:
    """GB 11643: weighted sum of all 18 characters is 1 modulo 11; X stands for ten."""
    if not re.fullmatch(r"999\d{14}[\dX]", number):
        return False
    values = [10 if character == "X" else int(character) for character in number]
    return sum(w * v for w, v in zip(WEIGHTS, values, strict=True)) % 11 == 1


def test_the_check_itself_knows_right_from_wrong() -> None:
    """The worked example of GB 11643 ends in X; any other ending is refused."""
    values = [*(int(digit) for digit in "11010519491231002"), 10]
    assert sum(w * v for w, v in zip(WEIGHTS, values, strict=True)) % 11 == 1
    assert not is_personal_number("11010519491231002X"), "right character, but a real area"
    accepted = [c for c in "0123456789X" if is_personal_number(f"99900120140101001{c}")]
    assert len(accepted) == 1


def test_origin_lists_every_file_with_its_rows_and_hash() -> None:
    text = (DATA / "ORIGIN.md").read_text(encoding="utf-8")
    assert "CC0 1.0" in text
    listed = re.findall(r"\| `(\S+)\.parquet` \| (\d+) \| `([0-9a-f]{64})` \|", text)
    assert {name for name, _, _ in listed} == set(FILES)
    assert {path.stem for path in DATA.glob("*.parquet")} == set(FILES)
    for name, rows, digest in listed:
        content = (DATA / f"{name}.parquet").read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
        assert query(f"SELECT count(*) FROM {source(name)}") == [(int(rows),)]


def test_the_sample_stays_small_enough_for_the_wheel() -> None:
    assert sum(path.stat().st_size for path in DATA.iterdir()) < SIZE_LIMIT_BYTES


@pytest.mark.parametrize("table", PARTS)
def test_personal_numbers_are_valid_and_unique_over_all_parts(table: str) -> None:
    numbers = [row[0] for row in query(f"SELECT person FROM ({pooled(table)})")]
    assert len(numbers) > 1000
    assert len(set(numbers)) == len(numbers)
    assert [number for number in numbers if not is_personal_number(number)] == []


def test_a_person_is_the_same_person_in_every_table() -> None:
    """Age is held by two departments, and both agree on everyone they share."""
    sql = f"""SELECT count(*), count(*) FILTER (i.age = h.age), count(*) FILTER (
        substr(i.person, 4, 3)::INT = i.region)
        FROM ({pooled("income")}) i JOIN {source("health-health")} h USING (person)"""
    [(shared, same_age, same_region)] = query(sql)
    assert shared > 1000
    assert shared == same_age == same_region


def test_every_region_files_at_every_office() -> None:
    regions = description("income-tax_north")["columns"]["region"]["domain"]
    assert len(regions) == 51
    for office in OFFICES:
        sql = f"SELECT DISTINCT region FROM {source(f'income-{office}')} ORDER BY region"
        assert [row[0] for row in query(sql)] == regions


def test_about_one_return_in_eight_is_filed_away_from_the_regions_office() -> None:
    counts = " UNION ALL ".join(
        f"SELECT region, count(*) AS n FROM {source(f'income-{office}')} GROUP BY region"
        for office in OFFICES
    )
    regions = f"SELECT max(n) AS home, sum(n) AS total FROM ({counts}) GROUP BY region"
    sql = f"SELECT sum(home), sum(total) FROM ({regions})"
    [(home, total)] = query(sql)
    assert 0.86 < home / total < 0.89


@pytest.mark.parametrize("name", FILES)
def test_values_keep_the_described_bounds(name: str) -> None:
    columns = description(name)["columns"]
    described = [row[0] for row in query(f"DESCRIBE SELECT * FROM {source(name)}")]
    assert described == list(columns)
    for column, facts in columns.items():
        sql = f"SELECT min({column}), max({column}), count(*) - count({column}) FROM {source(name)}"
        [(least, most, missing)] = query(sql)
        assert missing == 0
        if "domain" in facts:
            present = query(f"SELECT DISTINCT {column} FROM {source(name)}")
            assert {value for (value,) in present} <= set(facts["domain"])
        elif facts["type"] == "integer":
            assert facts["min"] <= least
            assert most <= facts["max"]


@pytest.mark.parametrize("name", FILES)
def test_a_description_names_its_file_and_bounds_its_rows(name: str) -> None:
    described = description(name)
    assert described["source"] == {"path": f"{name}.parquet"}
    table, part = name.split("-")
    shared = described["table"]
    assert (shared["name"], shared["key"]) == (table, "person")
    assert part in shared["parts"]
    max_rows = shared["max_rows"]
    assert max_rows.bit_count() == 1
    assert query(f"SELECT count(*) < {max_rows} FROM {source(name)}") == [(True,)]


@pytest.mark.parametrize("table", PARTS)
def test_all_parts_share_one_description(table: str) -> None:
    descriptions = [description(f"{table}-{part}") for part in PARTS[table]]
    for described in descriptions:
        assert described["table"]["parts"] == list(PARTS[table])
        assert {**described, "source": None} == {**descriptions[0], "source": None}


@pytest.mark.parametrize("name", FILES)
def test_everything_has_a_title_in_both_languages(name: str) -> None:
    described = description(name)
    for titled in (described["table"], *described["columns"].values()):
        assert titled["title"]["en"].isascii()
        assert not titled["title"]["zh"].isascii()
