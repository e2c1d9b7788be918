"""A result as text, as numbers, as CSV, as a file and as frames."""

import csv
import io
import json
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from accord.client import frames
from accord.client.columns import columns_of
from accord.client.parquet import parquet_type
from accord.domain.answer import WITHHELD
from accord.domain.errors import RequestError
from tests.unit.client.answers import COLUMNS, ROWS, result
from tests.unit.client.scripted_node import RUN

BIG = 2**63


def test_numbers_are_exact_typed_by_column_and_empty_where_nothing_is_shown():
    assert result().numbers == (
        (1, 40, Decimal("-12.50"), Decimal("7.00"), BIG),
        (2, None, None, None, None),
        (3, 12, None, Decimal("1.25"), 5),
    )
    assert [str(cell) for cell in result().numbers[0]] == list(ROWS[0])


def test_a_column_of_decimals_has_no_integer_in_it():
    rows = (("1", "2.50"), ("2", "3.00"))

    assert {type(row[1]) for row in result(rows, ("region", "avg")).numbers} == {Decimal}


def test_withheld_is_told_from_null_by_row():
    assert result().withheld == (False, True, False)
    assert result().numbers[2][2] is None


def test_a_group_whose_label_says_withheld_is_not_withheld():
    rows = ((WITHHELD, "40"), ("other", WITHHELD))
    made = result(rows, ("person", "count"), "person")

    assert made.withheld == (False, True)
    assert made.numbers == ((WITHHELD, 40), ("other", None))


def test_a_group_of_a_text_column_stays_text_even_where_it_looks_like_a_number():
    assert result((("007", "40"),), ("person", "count"), "person").numbers == (("007", 40),)


def test_csv_is_rfc_4180_with_header_and_withheld_as_a_word():
    assert result().to_csv() == (
        "region,count_star(),sum(wages),sum(wages),big,n\r\n"
        "1,40,-12.50,7.00,9223372036854775808,12\r\n"
        "2,withheld,withheld,withheld,withheld,\r\n"
        "3,12,,1.25,5,12\r\n"
    )


def test_csv_quotes_what_would_break_it_and_tells_empty_text_from_null():
    rows = (('a "b", c', "1"), ("two\r\nlines", None), ("", "3"), (" edge", "4"))
    text = result(rows, ("a,b", "count"), "person").to_csv()

    assert text.splitlines()[0] == '"a,b",count,n'
    assert '\r\n"",3,12\r\n' in text
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [["a,b", "count", "n"], *([a, b or "", "12"] for a, b in rows)]


def test_a_lone_null_is_a_row_of_csv():
    text = result(((None,),), ("person",), "person").to_csv()

    assert list(csv.reader(io.StringIO(text, newline=""))) == [["person", "n"], ["", "12"]]


def test_saving_writes_the_bundle_and_never_over_a_file(tmp_path: Path):
    file = tmp_path / "1.accord"

    assert result().save(str(file)) == file
    assert file.read_bytes() == b"evidence"
    file.write_bytes(b"mine")
    with pytest.raises(RequestError) as caught:
        result().save(file)
    assert (caught.value.code, file.read_bytes()) == ("E-CLI-014", b"mine")


def test_run_id_is_what_the_commands_take_and_columns_are_the_answers():
    assert result().run_id == RUN.hex()
    assert (result().columns, result().rows) == (COLUMNS, ROWS)


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_a_frame_without_its_library_says_what_to_install(
    package: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(RequestError) as caught:
        getattr(result(), f"to_{package}")()

    assert (caught.value.code, caught.value.facts["package"]) == ("E-CLI-015", package)


def test_columns_of_a_frame_have_names_of_their_own_and_a_mask():
    made = columns_of(("withheld", "n", "n"), [(1, 2, 3)], [None])

    assert made == {
        "withheld": [1], "n": [2], "n_2": [3], "n_3": [None], "withheld_2": [True],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "stored"),
    [
        ([1, None, -BIG], (int, [1, None, -BIG])),
        ([1, BIG], (float, [1.0, float(BIG)])),
        ([Decimal("1.5"), None], (float, [1.5, None])),
        (["a", None], (str, ["a", None])),
        ([True, False], (bool, [True, False])),
        ([None], (int, [None])),
        ([], (int, [])),
    ],
)
def test_a_column_is_stored_as_the_narrowest_type_that_holds_it(cells, stored):
    kind, values = frames._stored(cells)

    assert (kind, values) == stored
    assert [type(value) for value in values] == [type(value) for value in stored[1]]


def test_a_pandas_frame_is_typed_and_says_what_is_withheld():
    pytest.importorskip("pandas")
    frame = result().to_pandas()

    assert list(frame.columns) == [*COLUMNS[:3], "sum(wages)_2", "big", "n", "withheld"]
    assert [str(kind) for kind in frame.dtypes] == [
        "Int64", "Int64", "float64", "float64", "float64", "Int64", "bool",
    ]  # fmt: skip
    assert frame["count_star()"].isna().tolist() == frame["withheld"].tolist()
    assert frame["sum(wages)"].sum() == -12.5
    assert frame["count_star()"].sum() == 52
    assert result((("a", "1"),), ("person", "n"), "person").to_pandas()["person"].tolist() == ["a"]


def test_a_polars_frame_is_typed_and_says_what_is_withheld():
    pytest.importorskip("polars")
    frame = result().to_polars()

    assert frame.columns == [*COLUMNS[:3], "sum(wages)_2", "big", "n", "withheld"]
    assert [str(kind) for kind in frame.dtypes] == [
        "Int64", "Int64", "Float64", "Float64", "Float64", "Int64", "Boolean",
    ]  # fmt: skip
    assert frame["count_star()"].to_list() == [40, None, 12]
    assert frame["withheld"].to_list() == [False, True, False]
    assert result((("a", "1"),), ("person", "n"), "person").to_polars()["person"].to_list() == ["a"]


def test_an_answer_without_rows_is_a_frame_without_rows():
    made = result((), ("person", "n"), "person")

    assert made.numbers == ()
    assert made.to_csv() == "person,n,n_2\r\n"
    assert columns_of(made.columns, made.numbers, made.n) == {
        "person": [], "n": [], "n_2": [], "withheld": [],
    }  # fmt: skip


def test_parquet_holds_every_digit_what_is_withheld_and_how_it_was_made(tmp_path: Path):
    file = tmp_path / "answer.parquet"

    assert result().to_parquet(file) == file

    with duckdb.connect() as connection:
        relation = connection.sql(f"SELECT * FROM '{file}'")
        assert dict(zip(relation.columns, map(str, relation.types), strict=True)) == {
            "region": "BIGINT",
            "count_star()": "BIGINT",
            "sum(wages)": "DECIMAL(38,2)",
            "sum(wages)_2": "DECIMAL(38,2)",
            "big": "DECIMAL(38,0)",
            "n": "BIGINT",
            "withheld": "BOOLEAN",
        }
        assert relation.fetchall() == [
            (1, 40, Decimal("-12.50"), Decimal("7.00"), BIG, 12, False),
            (2, None, None, None, None, None, True),
            (3, 12, None, Decimal("1.25"), 5, 12, False),
        ]
        told = connection.sql(f"SELECT value FROM parquet_kv_metadata('{file}')").fetchall()
    about = json.loads(told[0][0])
    assert (about["run"], about["units"]["big"]) == (RUN.hex(), "")
    assert about["method"] == list(result().method())
    with pytest.raises(RequestError) as caught:
        result().to_parquet(file)
    assert caught.value.code == "E-CLI-014"


def test_parquet_of_texts_that_would_break_a_statement(tmp_path: Path):
    rows = (("it's", "1.5"), ('"quoted"', "2.5"), ("中", None))

    file = result(rows, ('o\'k "x"', "v"), "person").to_parquet(tmp_path / "it's.parquet")

    with duckdb.connect() as connection:
        relation = connection.from_parquet(str(file))
        assert relation.columns == ['o\'k "x"', "v", "n", "withheld"]
        assert [row[0] for row in relation.fetchall()] == [row[0] for row in rows]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([True, None], "BOOLEAN"),
        (["a", None], "VARCHAR"),
        ([1, None], "BIGINT"),
        ([None], "BIGINT"),
        ([2**63], "DECIMAL(38, 0)"),
        ([Decimal("-1.50"), 3], "DECIMAL(38, 2)"),
        ([10**38], "VARCHAR"),
        ([Decimal(f"1.{'0' * 38}")], "VARCHAR"),
    ],
)
def test_a_parquet_column_has_the_narrowest_type_that_holds_every_digit(cells, kind):
    assert parquet_type(cells) == kind
