"""Counts by interval enclose the quantile, whatever is withheld."""

from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.domain.catalogue import ColumnType
from accord.domain.errors import AccordError
from accord.query.quantile import parse_quantile
from accord.query.refinement import (
    MAX_BINS,
    Interval,
    Quantile,
    may_ask_quantile,
    narrowed,
    next_bins,
)
from tests.unit.query.dated import VISITS
from tests.unit.query.tables import column

AGE = column("age", ColumnType.INTEGER, minimum=0, maximum=999)
MINIMUM = 5


def parsed(select: str) -> Quantile | None:
    return parse_quantile(select, {"visits": VISITS})


def exact_quantile(values: list[int], fraction: Fraction) -> Fraction:
    rank = (len(values) - 1) * fraction
    low, high = (sorted(values)[place] for place in (floor(rank), ceil(rank)))
    return low + (high - low) * (rank - floor(rank))


@given(
    values=st.lists(st.integers(0, 999) | st.integers(400, 420), min_size=1, max_size=300),
    fraction=st.fractions(0, 1, max_denominator=50).filter(lambda one: 0 < one < 1),
)
def test_the_quantile_never_leaves_the_interval(values: list[int], fraction: Fraction) -> None:
    quantile = Quantile("t", AGE, fraction, "", "q")
    interval, rows, truth = quantile.whole(), len(values), exact_quantile(values, fraction)
    while bins := next_bins(interval, rows, MINIMUM, Fraction(0)):
        edges = [-(10**9), *bins.edges, 10**9]
        counts = [sum(a <= value < b for value in values) for a, b in pairwise(edges)]
        shown = [count if count >= MINIMUM else None for count in counts]
        found = narrowed(quantile, len(values), bins, shown)
        if found is None or found[0] == interval:
            break
        interval, rows = found

        assert interval.low <= truth <= interval.high - 1


def test_an_even_number_of_rows_around_an_edge_keeps_both_intervals() -> None:
    quantile = Quantile("t", AGE, Fraction(1, 2), "", "q")
    bins = next_bins(Interval(0, 1000), 20, MINIMUM - 4, Fraction(0))

    assert bins is not None
    counts: list[int | None] = [0, 10, 10, *[0] * (bins.number - 2), 0]
    assert narrowed(quantile, 20, bins, counts) == (Interval(0, bins.edges[2]), 20)


def test_withheld_rows_below_widen_the_rank() -> None:
    """Of 40 rows 4 are hidden somewhere below: the median may be in either interval."""
    quantile = Quantile("t", AGE, Fraction(1, 2), "", "q")
    bins = next_bins(Interval(0, 1000), 40, 3, Fraction(0))

    assert bins is not None
    assert bins.number == 4
    assert narrowed(quantile, 40, bins, [0, None, 18, 18, 0, 0]) == (Interval(250, 750), 36)
    assert narrowed(quantile, 40, bins, [0, 10, 26, None, None, 0]) == (Interval(250, 500), 26)


@pytest.mark.parametrize("counts", [[0, 18, None, 18, 0, 0], [None, 10, 0, 0, 0, 0], [None] * 6])
def test_a_withheld_interval_that_may_hold_it_ends_the_search(counts: list[int | None]) -> None:
    quantile = Quantile("t", AGE, Fraction(1, 2), "", "q")
    bins = next_bins(Interval(0, 1000), 40, 3, Fraction(0))

    assert bins is not None
    assert narrowed(quantile, 40, bins, counts) is None


def test_intervals_are_no_finer_than_the_minimum_allows() -> None:
    few, many = (next_bins(Interval(0, 1000), rows, 10, Fraction(0)) for rows in (90, 10**6))

    assert few is not None
    assert many is not None
    assert (few.number, many.number) == (3, MAX_BINS)
    assert next_bins(Interval(0, 1000), 59, 10, Fraction(0)) is None


def test_the_search_ends_at_the_precision_and_at_the_last_digit() -> None:
    assert next_bins(Interval(100, 121), 1000, 10, Fraction(10)) is None
    assert next_bins(Interval(100, 122), 1000, 10, Fraction(10)) is not None
    assert next_bins(Interval(100, 101), 1000, 10, Fraction(0)) is None


@pytest.mark.parametrize(
    ("sql", "fraction", "name"),
    [
        ("SELECT MEDIAN(wages) FROM visits", Fraction(1, 2), "MEDIAN(wages)"),
        ("SELECT median(v.wages) AS m FROM visits v", Fraction(1, 2), "m"),
        ("SELECT QUANTILE_CONT(wages, 0.9) FROM visits", Fraction(9, 10), "QUANTILE_CONT(wages)"),
        ("SELECT quantile_cont(wages, 1/3) AS third FROM visits", Fraction(1, 3), "third"),
        (
            "SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY wages) AS q FROM visits",
            Fraction(1, 4),
            "q",
        ),
    ],
)
def test_quantiles_are_read(sql: str, fraction: Fraction, name: str) -> None:
    found = parsed(sql)

    assert may_ask_quantile(sql)
    assert found is not None
    assert (found.fraction, found.name, found.column.name) == (fraction, name, "wages")
    assert found.count_sql == "SELECT COUNT(wages) AS n FROM visits"


def test_steps_are_questions_of_the_same_condition() -> None:
    found = parsed("SELECT MEDIAN(wages) FROM visits WHERE age > 30 AND region LIKE 'N%' -- why")

    assert found is not None
    bins = next_bins(found.whole(), 60, 10, Fraction(0))
    assert bins is not None
    assert found.step_sql(bins) == (
        "SELECT BIN(wages, 0.00, 5000.02, 2) AS bin, COUNT(wages) AS n FROM visits"
        " WHERE age > 30 AND region LIKE 'N%' GROUP BY 1"
    )


def test_dates_are_written_as_dates() -> None:
    found = parsed("SELECT MEDIAN(came) FROM visits")

    assert found is not None
    bins = next_bins(found.whole(), 60, 10, Fraction(0))
    assert bins is not None
    assert "BIN(came, DATE '2022-11-15', DATE '2024-03-11', 2)" in found.step_sql(bins)


def test_another_question_asks_for_none() -> None:
    assert not may_ask_quantile("SELECT AVG(wages) AS median FROM visits")
    assert parsed("SELECT AVG(wages) FROM visits WHERE region = 'South' -- MEDIAN(x)") is None


@pytest.mark.parametrize(
    ("code", "sql"),
    [
        ("E-SQL-005", "SELECT MEDIAN(wage) FROM visits"),
        ("E-SQL-018", "SELECT MEDIAN(wages) FROM visits WHERE 1 = 1"),
        ("E-SQL-026", "SELECT MEDIAN(region) FROM visits"),
        ("E-SQL-027", "SELECT MEDIAN(loose) FROM visits"),
        ("E-SQL-068", "SELECT MEDIAN(wages), COUNT(*) FROM visits"),
        ("E-SQL-068", "SELECT region, MEDIAN(wages) FROM visits GROUP BY region"),
        ("E-SQL-068", "SELECT MEDIAN(wages) FROM visits ORDER BY 1"),
        ("E-SQL-068", "SELECT COUNT(*) FROM visits HAVING MEDIAN(wages) > 3"),
        ("E-SQL-068", "SELECT MEDIAN(wages * 2) FROM visits"),
        ("E-SQL-068", "SELECT MEDIAN(wages) / 2 FROM visits"),
        ("E-SQL-069", "SELECT QUANTILE_CONT(wages, 1) FROM visits"),
        ("E-SQL-069", "SELECT QUANTILE_CONT(wages, 0) FROM visits"),
        ("E-SQL-069", "SELECT QUANTILE_CONT(wages, 50) FROM visits"),
    ],
)
def test_what_cannot_be_refined_says_why(code: str, sql: str) -> None:
    with pytest.raises(AccordError) as caught:
        parsed(sql)

    assert caught.value.code == code
