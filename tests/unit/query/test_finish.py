"""Opened sums become the digits that exact arithmetic gives."""

import dataclasses
from fractions import Fraction
from typing import Any

import pytest

from accord.domain.answer import WITHHELD, CellMoments
from accord.domain.errors import VerificationError
from accord.query.compile import compile_question
from accord.query.finish import exact, finish
from accord.query.plan import Group, Measure, Plan
from accord.query.shape import check_moments
from tests.unit.query.tables import TABLES

ALL = "SUM(wages), AVG(wages), VAR_POP(wages), VAR_SAMP(wages), STDDEV_POP(wages), STDDEV(wages)"


def plan(sql: str) -> Plan:
    return compile_question(sql, TABLES)


def moments(wages: list[int]) -> tuple[int, int, int]:
    """Count, sum and sum of squares, from the column's minimum of -100.00."""
    terms = [wage + 10000 for wage in wages]
    return len(terms), sum(terms), sum(term * term for term in terms)


def only_row(sql: str, sums: tuple[int, ...]) -> tuple[str | None, ...]:
    return finish(plan(sql), [CellMoments(0, sums)]).rows[0]


def test_all_functions_of_a_small_group() -> None:
    row = only_row(f"SELECT {ALL} FROM income", moments([100, 200, 500]))

    # 1.00, 2.00, 5.00: mean 8/3, population variance 26/9, sample variance 13/3
    assert row == (
        "8.00",
        "2.66666667",
        "2.8888888889",
        "4.3333333333",
        "1.69967317",
        "2.08166600",
    )


def test_exact_values_are_fractions() -> None:
    values = exact(plan(f"SELECT {ALL} FROM income"), [CellMoments(0, moments([100, 200, 500]))])

    assert values[0][:4] == (8, Fraction(8, 3), Fraction(26, 9), Fraction(13, 3))
    assert values[0][4] is not None
    assert abs(values[0][4] ** 2 - Fraction(26, 9)) < Fraction(1, 10**38)


def test_negative_sums_keep_their_sign() -> None:
    assert only_row("SELECT SUM(wages), AVG(wages) FROM income", moments([-5, -2])[:2]) == (
        "-0.07",
        "-0.03500000",
    )


@pytest.mark.parametrize(
    ("total", "count", "shown"),
    [(1, 8_000_000, "0.000000"), (3, 2_000_000, "0.000002"), (5, 2_000_000, "0.000002")],
)
def test_means_round_half_to_even(total: int, count: int, shown: str) -> None:
    assert only_row("SELECT AVG(age) FROM income", (count, total)) == (shown,)


def test_one_row_has_no_sample_variance() -> None:
    row = only_row(f"SELECT {ALL} FROM income", moments([150]))

    assert row == ("1.50", "1.50000000", "0.0000000000", None, "0.00000000", None)


def test_no_value_gives_null() -> None:
    row = only_row(f"SELECT COUNT(wages), {ALL} FROM income", (0, 0, 0))

    assert row == ("0", None, None, None, None, None, None)
    assert exact(plan(f"SELECT {ALL} FROM income"), [CellMoments(0, (0, 0, 0))])[0] == (None,) * 6


def test_withheld_groups_keep_their_place_and_labels() -> None:
    answer = finish(
        plan("SELECT region, class, COUNT(*) AS n FROM income GROUP BY region, class"),
        [CellMoments(1, (12,)), CellMoments(7, (30,))],
    )

    assert answer.columns == ("region", "class", "n")
    assert answer.rows[0] == ("north", "1", WITHHELD)
    assert answer.rows[1] == ("north", "2", "12")
    assert answer.rows[7] == ("south", None, "30")
    assert (len(answer.rows), answer.withheld) == (8, 6)


@pytest.mark.parametrize(
    "cells",
    [
        [CellMoments(2, (1, 1, 1))],
        [CellMoments(-1, (1, 1, 1))],
        [CellMoments(0, (1, 1, 1)), CellMoments(0, (1, 1, 1))],
        [CellMoments(0, (1, 1))],
        [CellMoments(0, (-1, 0, 0))],
        [CellMoments(0, (0, 5, 5))],
        [CellMoments(0, (2, 10, 49))],  # a negative variance
        [CellMoments(0, (2, 10, 10**18))],  # more than the bound allows
    ],
)
def test_sums_that_no_rows_can_make_are_refused(cells: list[CellMoments]) -> None:
    with pytest.raises(VerificationError, match="E-SQL-037"):
        finish(plan("SELECT region, VAR_POP(wages) FROM income GROUP BY region"), cells)


def test_the_number_of_rows_is_bounded_where_the_parts_are_known() -> None:
    question = plan("SELECT COUNT(*) FROM income")
    check_moments(question, [CellMoments(0, (3 * 2**17,))], parts=3)

    with pytest.raises(VerificationError, match="E-SQL-037"):
        check_moments(question, [CellMoments(0, (3 * 2**17 + 1,))], parts=3)


GROUP = Group("region", ("north", "south"), ("north", "south"))


@pytest.mark.parametrize(
    "change",
    [
        {"groups": (Group("region", (), ()),)},
        {"groups": (Group("region", ("north",), ("north", "south")),)},
        {"groups": (GROUP, GROUP)},
        {"groups": (Group("other", ("a",), ("a",)),)},
        {"groups": (Group("region", tuple(range(70_000)), ("x",) * 70_000),)},
        {"max_rows": 0},
        {"measures": ()},
        {"measures": (Measure("wages", 3, 0, 1),) * 3},
        {"measures": (Measure("wages", 0, 0, 1), Measure("age", 1, 0, 1), Measure("age", 2, 0, 1))},
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(change: dict[str, Any]) -> None:
    good = plan("SELECT region, VAR_POP(wages) FROM income GROUP BY region")

    with pytest.raises(VerificationError, match="E-SQL-038"):
        finish(dataclasses.replace(good, **change), [])
