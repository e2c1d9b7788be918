"""A description is read strictly; every complaint names the line and what to write."""

from pathlib import Path

import pytest

from accord.domain.catalogue import ColumnType
from accord.domain.errors import AccordError, explain
from accord.node.sources.database_place import DatabaseTable
from accord.node.sources.description import Source, parse_description, read_description

GOOD = """\
[source]
path = "north.csv"
[source.columns]
wages = "Gross Wages"

[table]
name = "income"
key = "person"
parts = ["north", "central", "south"]
max_rows = 1024
title.en = "Income"
title.zh = "收入"

[columns.person]
type = "text"

[columns.region]
type = "text"
domain = ["north", "south"]

[columns.rate]
type = "decimal"
scale = 1
domain = ["1.5", 2]
nulls = true

[columns.wages]
type = "decimal"
scale = 2
min = "-100.00"
max = 250000
unit = "EUR"
confirmed = false
title.zh = "工资"
bins = [0, "1000.00", 50000]

[columns.born]
type = "date"
min = 1900-01-01
max = "2024-12-31"
bins = [1950-01-01, "2000-01-01"]
nulls = true
"""
FOLDER = Path("/data")

WRONG = [
    ("E-SRC-001", "max_rows = 1024", "max_rows = = 1", 10),
    ("E-SRC-002", 'unit = "EUR"', 'unti = "EUR"', 32),
    ("E-SRC-002", 'wages = "Gross Wages"', 'wage = "Gross Wages"', 4),
    ("E-SRC-002", 'title.zh = "工资"', 'title.fr = "salaires"', 34),
    ("E-SRC-003", 'path = "north.csv"\n', "", 1),
    ("E-SRC-003", 'min = "-100.00"\n', "", 27),
    ("E-SRC-003", "scale = 2\n", "", 27),
    ("E-SRC-004", 'min = "-100.00"', "min = -100.0", 30),
    ("E-SRC-004", 'min = "-100.00"', 'min = "1e3"', 30),
    ("E-SRC-004", 'type = "text"\ndomain', 'type = "texts"\ndomain', 18),
    ("E-SRC-004", 'type = "text"\ndomain', 'type = "text"\nmin = 1\ndomain', 19),
    ("E-SRC-004", 'type = "text"\ndomain', 'type = "text"\nscale = 1\ndomain', 19),
    ("E-SRC-004", "scale = 2", "scale = 19", 29),
    ("E-SRC-004", "confirmed = false", "confirmed = 0", 33),
    ("E-SRC-004", '["north", "south"]', '["north", 5]', 19),
    ("E-SRC-004", '["north", "south"]', "[]", 19),
    ("E-SRC-004", 'parts = ["north", "central", "south"]', "parts = []", 9),
    ("E-SRC-004", "min = 1900-01-01", 'min = "1900-1-1"', 39),
    ("E-SRC-004", "min = 1900-01-01", "min = 1900-01-01T00:00:00", 39),
    ("E-SRC-004", "min = 1900-01-01", "min = 19000101", 39),
    ("E-SRC-004", 'max = "2024-12-31"', 'max = "2023-02-29"', 40),
    ("E-SRC-004", '["north", "south"]', '["north", "south"]\nbins = ["n", "s"]', 20),
    ("E-SRC-004", '[0, "1000.00", 50000]', "[]", 35),
    ("E-SRC-005", 'max = "2024-12-31"', "max = 1899-12-31", 39),
    ("E-SRC-007", '[0, "1000.00", 50000]', '[0, "0.00"]', 35),
    ("E-SRC-011", '[0, "1000.00", 50000]', '[0, "0.001"]', 35),
    ("E-SRC-012", 'key = "person"', 'key = "born"', 8),
    ("E-SRC-013", '[0, "1000.00", 50000]', "[5, 0]", 35),
    ("E-SRC-013", '[1950-01-01, "2000-01-01"]', "[2000-01-01, 1950-01-01]", 41),
    ("E-SRC-005", "max = 250000", "max = -101", 30),
    ("E-SRC-006", "max_rows = 1024", "max_rows = 1000", 10),
    ("E-SRC-006", "max_rows = 1024", "max_rows = 0", 10),
    ("E-SRC-007", '["north", "south"]', '["north", "north"]', 19),
    ("E-SRC-007", '["1.5", 2]', '["1.5", "1.50"]', 24),
    ("E-SRC-007", '["north", "central", "south"]', '["north", "north"]', 9),
    ("E-SRC-007", 'wages = "Gross Wages"', 'wages = "region"', 3),
    ("E-SRC-008", 'key = "person"', 'key = "persn"', 8),
    ("E-SRC-009", 'name = "income"', 'name = "Income tax"', 7),
    ("E-SRC-009", "[columns.region]", "[columns.Region]", 17),
    ("E-SRC-010", 'min = "-100.00"\nmax = 250000\n', "", 27),
    ("E-SRC-011", 'min = "-100.00"', 'min = "-100.005"', 30),
    ("E-SRC-011", "max = 250000", 'max = "1000000000000000000"', 31),
    (
        "E-SRC-012",
        '[columns.person]\ntype = "text"',
        '[columns.person]\ntype = "text"\nnulls = true',
        8,
    ),
]


def refused(text: str) -> AccordError:
    with pytest.raises(AccordError) as caught:
        parse_description(text, FOLDER, file="north.toml")
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "thing"),
    [
        ('title.en = "Income"', 'title.en = "\\u001b[2J"', "title"),
        ('title.zh = "工资"', f'title.zh = "{"工" * 301}"', "wages.title"),
        ('unit = "EUR"', 'unit = "\\u202eRUE"', "wages.unit"),
        ('["north", "south"]', '["north", "\\u009b2J"]', "region.domain"),
    ],
)
def test_what_the_others_would_refuse_is_not_published(old: str, new: str, thing: str) -> None:
    assert old in GOOD
    error = refused(GOOD.replace(old, new))

    assert (error.code, error.facts["thing"]) == ("E-CAT-001", thing)


def test_a_good_description() -> None:
    description = parse_description(GOOD, FOLDER)
    table = description.table
    rate, wages, born = map(table.column, ("rate", "wages", "born"))

    assert isinstance(description.source, Source)
    assert description.source.path == Path("/data/north.csv")
    assert description.source.name_in_source("wages") == "Gross Wages"
    assert description.source.name_in_source("region") == "region"
    assert description.unconfirmed == ("wages",)
    assert (table.parts, table.max_rows) == (("north", "central", "south"), 1024)
    assert (table.title_en, table.title_zh) == ("Income", "收入")
    assert rate is not None
    assert (rate.domain, rate.minimum, rate.nulls) == (("1.5", "2.0"), None, True)
    assert wages is not None
    assert (wages.type, wages.scale) == (ColumnType.DECIMAL, 2)
    assert (wages.minimum, wages.maximum) == (-10000, 25000000)
    assert (wages.unit, wages.title_en, wages.title_zh) == ("EUR", "", "工资")
    assert wages.bins == ("0.00", "1000.00", "50000.00")
    assert born is not None
    assert (born.type, born.minimum, born.maximum) == (ColumnType.DATE, -25567, 20088)
    assert born.bins == ("1950-01-01", "2000-01-01")


def test_what_is_private_or_spelled_otherwise_does_not_change_the_identity() -> None:
    other = (
        GOOD.replace("north.csv", "elsewhere.parquet")
        .replace('wages = "Gross Wages"\n', "")
        .replace('"-100.00"', "-100")
        .replace('["1.5", 2]', '["1.50", "2.0"]')
        .replace("confirmed = false\n", "")
    )

    assert (
        parse_description(other, FOLDER).table.digest()
        == parse_description(GOOD, FOLDER).table.digest()
    )


@pytest.mark.parametrize(("code", "good", "wrong", "line"), WRONG)
def test_what_is_wrong_is_named_with_its_line(code: str, good: str, wrong: str, line: int) -> None:
    assert GOOD.count(good) == 1

    error = refused(GOOD.replace(good, wrong))

    assert (error.code, error.facts["line"]) == (code, line)
    for language in ("en", "zh"):
        sentence = explain(error, language)
        assert not any("{" in text for text in (sentence.what, sentence.rule, sentence.can))


def test_the_remedies_can_be_copied() -> None:
    assert refused(GOOD.replace("1024", "1000")).facts["power"] == 1024
    assert refused(GOOD.replace("unit =", "unti =")).facts["nearest"] == "unit"
    assert (
        refused(GOOD.replace('"persn"', "").replace('key = "person"', 'key = "persn"')).facts[
            "nearest"
        ]
        == "person"
    )
    assert refused(GOOD.replace("scale = 2\n", "")).facts["example"] == "scale = 2"


DATABASE = GOOD.replace(
    'path = "north.csv"\n',
    'url = "postgresql://reader@db.example/tax?sslmode=verify-full"\ntable = "Tax.In come"\n'
    'password_env = "ACCORD_SOURCE_TAX"\ntimeout_s = 60\n',
)


def test_a_description_of_a_database() -> None:
    place = parse_description(DATABASE, FOLDER).source

    assert isinstance(place, DatabaseTable)
    assert place.url.drivername == "postgresql+psycopg"
    assert (place.schema, place.table, place.name) == ("Tax", "In come", "Tax.In come")
    assert (place.password_env, place.password_file) == ("ACCORD_SOURCE_TAX", None)
    assert place.timeout_s == 60
    assert place.name_in_source("wages") == "Gross Wages"


def test_paths_of_a_database_are_relative_to_the_description() -> None:
    text = DATABASE.replace("postgresql://reader@db.example/tax?sslmode=verify-full", "{url}")
    text = text.replace('password_env = "ACCORD_SOURCE_TAX"', 'password_file = "tax.password"')

    place = parse_description(text.replace("{url}", "sqlite:///tax.db"), FOLDER).source

    assert isinstance(place, DatabaseTable)
    assert place.url.database == "/data/tax.db"
    assert place.password_file == Path("/data/tax.password")


@pytest.mark.parametrize(
    ("code", "good", "wrong"),
    [
        ("E-SRC-014", "reader@", "reader:secret@"),
        ("E-SRC-014", "sslmode=verify-full", "password=secret"),
        ("E-SRC-014", "sslmode=verify-full", "SSLPassword=secret"),
        ("E-SRC-015", "postgresql://", "postgresql+psycopg2://"),
        ("E-SRC-015", "postgresql://", "oracle://"),
        ("E-SRC-015", "postgresql://reader@db.example/tax", "secret"),
        ("E-SRC-015", "postgresql://reader@db.example/tax?sslmode=verify-full", "sqlite://"),
        ("E-SRC-015", "postgresql://reader@db.example/tax?sslmode=verify-full", "sqlite:///file:x"),
        ("E-SRC-002", "table =", 'path = "x.csv"\ntable ='),
        ("E-SRC-003", 'table = "Tax.In come"\n', ""),
        ("E-SRC-004", "ACCORD_SOURCE_TAX", "ACCORD_NODE_KEY"),
        ("E-SRC-004", "timeout_s = 60", "timeout_s = 0"),
        ("E-SRC-004", "timeout_s = 60", 'password_file = "x"'),
    ],
)
def test_a_wrong_place_in_a_database_is_named_without_its_secret(
    code: str, good: str, wrong: str
) -> None:
    assert DATABASE.count(good) == 1

    error = refused(DATABASE.replace(good, wrong))

    assert error.code == code
    assert "secret" not in f"{error} {error.facts} {error.detail}"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AccordError, match="E-SRC-030"):
        read_description(tmp_path / "none.toml")


def test_the_data_path_is_relative_to_the_description(tmp_path: Path) -> None:
    path = tmp_path / "north.toml"
    path.write_text(GOOD, encoding="utf-8")

    assert read_description(path).source == Source(tmp_path / "north.csv", {"wages": "Gross Wages"})
