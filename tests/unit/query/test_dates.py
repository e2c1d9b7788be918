"""Days, periods and their parts are those of DuckDB."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.query.dates import (
    PARTS,
    Period,
    date_text,
    parse_date,
    part_of,
    shifted,
    starts,
    truncated,
)

days = st.integers(parse_date("1000-01-01"), parse_date("9000-12-31"))
FIRST, LAST = parse_date("0001-01-01"), parse_date("9999-12-31")


def in_duckdb(expression: str) -> str:
    found = duckdb.execute(f"SELECT CAST({expression} AS VARCHAR)").fetchone()
    assert found is not None
    return str(found[0])


@given(day=days, period=st.sampled_from(Period))
def test_periods_begin_where_duckdb_says(day: int, period: Period) -> None:
    begin = in_duckdb(f"CAST(date_trunc('{period}', DATE '{date_text(day)}') AS DATE)")

    assert date_text(truncated(day, period)) == begin


@given(day=days, part=st.sampled_from(sorted(PARTS)))
def test_parts_are_those_of_duckdb(day: int, part: str) -> None:
    assert str(part_of(day, part)) == in_duckdb(f"{part}(DATE '{date_text(day)}')")


@given(
    day=days, number=st.integers(-900, 900), unit=st.sampled_from(["DAY", "WEEK", "MONTH", "YEAR"])
)
def test_intervals_are_added_as_duckdb_adds_them(day: int, number: int, unit: str) -> None:
    expression = f"CAST(DATE '{date_text(day)}' + INTERVAL ({number}) {unit} AS DATE)"

    assert date_text(shifted(day, number, unit)) == in_duckdb(expression)


@given(low=days, length=st.integers(0, 3000), period=st.sampled_from(Period))
def test_starts_are_all_days_that_begin_a_period(low: int, length: int, period: Period) -> None:
    span = range(low, low + length + 1)
    begins = [day for day in span if day == low or truncated(day, period) == day]

    assert list(starts(span[0], span[-1], period)) == begins


@pytest.mark.parametrize("period", Period)
def test_the_calendar_ends_without_an_error(period: Period) -> None:
    assert max(starts(LAST - 1, LAST, period)) <= LAST
    assert truncated(FIRST, period) <= FIRST


@pytest.mark.parametrize("text", ["2024-1-1", "2024-02-30", "20240101", "2024-01-01 ", ""])
def test_other_texts_are_no_dates(text: str) -> None:
    with pytest.raises(ValueError, match=r"^|day|format"):
        parse_date(text)
