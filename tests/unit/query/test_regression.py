"""Regressions agree with NIST's certified values to every digit these have."""

from collections.abc import Sequence
from fractions import Fraction

import pytest

from accord.domain.answer import CellMoments
from accord.domain.catalogue import ColumnType, Table
from accord.query.finish import exact, finish
from accord.query.plan import Plan
from accord.query.plan_answer import Function
from tests.unit.query import strd
from tests.unit.query.plans import Builder, sums
from tests.unit.query.tables import column

LIMIT = 10**9
F = Function


def table_of(rows: Sequence[Sequence[str]]) -> Table:
    """Columns c0 (y), c1 ... with one digit after the point."""
    names = [f"c{place}" for place in range(len(rows[0]))]
    made = [
        column(name, ColumnType.DECIMAL, scale=1, minimum=-LIMIT, maximum=LIMIT) for name in names
    ]
    key = column("person", ColumnType.TEXT)
    return Table(1, "strd", "person", ("a", "b"), 2**10, (key, *made), "", "")


def fitted(rows: Sequence[Sequence[str]]) -> tuple[Plan, CellMoments]:
    """Coefficients, errors, R2, condition and count, and the sums of the rows."""
    made, names = Builder(table_of(rows)), [f"c{place}" for place in range(len(rows[0]))]
    places = range(len(names))
    plan = made.plan(
        *(made.aggregate(F.OLS_COEFFICIENT, *names, index=place) for place in places),
        *(made.aggregate(F.OLS_ERROR, *names, index=place) for place in places),
        made.aggregate(F.OLS_R2, *names),
        made.aggregate(F.OLS_CONDITION, *names),
        made.aggregate(F.OLS_COUNT, *names),
    )
    scaled = [
        {name: int(Fraction(value) * 10) for name, value in zip(names, row, strict=True)}
        for row in rows
    ]
    return plan, CellMoments(0, sums(plan, scaled))


def digits_agree(found: Fraction | None, certified: str) -> bool:
    """Equal to 14 significant digits: NIST rounds to 15."""
    wanted = Fraction(certified)
    return found is not None and abs(found - wanted) <= abs(wanted) / 10**14


@pytest.mark.parametrize(
    ("rows", "count", "coefficients", "errors", "r2"),
    [
        (strd.NORRIS, 36, strd.NORRIS_COEFFICIENTS, strd.NORRIS_ERRORS, strd.NORRIS_R2),
        (strd.LONGLEY, 16, strd.LONGLEY_COEFFICIENTS, strd.LONGLEY_ERRORS, strd.LONGLEY_R2),
    ],
)
def test_certified_values_of_nist(
    rows: Sequence[Sequence[str]],
    count: int,
    coefficients: Sequence[str],
    errors: Sequence[str],
    r2: str,
) -> None:
    assert (len(rows), len(coefficients)) == (count, len(rows[0]))
    plan, cell = fitted(rows)

    values = exact(plan, [cell])[0]

    certified = (*coefficients, *errors, r2)
    for value, wanted in zip(values, certified, strict=False):
        assert digits_agree(value, wanted), wanted
    assert values[-1] == count


def test_the_condition_number_of_longley() -> None:
    plan, cell = fitted(strd.LONGLEY)

    shown = finish(plan, [cell]).rows[0][-2]

    assert shown is not None
    assert abs(Fraction(shown) - Fraction(strd.LONGLEY_CONDITION)) < Fraction(1, 10**6)


def test_simple_regression_is_the_same_by_either_name() -> None:
    made = Builder(table_of(strd.NORRIS))
    plan = made.plan(
        made.aggregate(F.REGR_INTERCEPT, "c0", "c1"),
        made.aggregate(F.REGR_SLOPE, "c0", "c1"),
        made.aggregate(F.REGR_R2, "c0", "c1"),
    )
    rows = [{"c0": int(Fraction(y) * 10), "c1": int(Fraction(x) * 10)} for y, x in strd.NORRIS]

    intercept, slope, r2 = exact(plan, [CellMoments(0, sums(plan, rows))])[0]

    assert digits_agree(intercept, strd.NORRIS_COEFFICIENTS[0])
    assert digits_agree(slope, strd.NORRIS_COEFFICIENTS[1])
    assert digits_agree(r2, strd.NORRIS_R2)


@pytest.mark.parametrize(
    "rows",
    [
        [("1", "1", "2"), ("2", "2", "4"), ("3", "3", "6"), ("5", "4", "8")],  # x2 = 2 x1
        [("1", "1", "7"), ("2", "2", "7"), ("3", "3", "7"), ("5", "4", "7")],  # x2 constant
        [("1", "1", "2"), ("2", "2", "5")],  # fewer rows than coefficients
    ],
)
def test_a_singular_regression_is_null_but_for_its_count(rows: Sequence[Sequence[str]]) -> None:
    plan, cell = fitted(rows)

    assert finish(plan, [cell]).rows[0] == (*[None] * 8, str(len(rows)))


def test_as_many_rows_as_coefficients_leave_no_errors() -> None:
    plan, cell = fitted([("1", "0"), ("3", "1")])

    shown = finish(plan, [cell]).rows[0]

    assert shown[:6] == ("1.0000000000", "2.0000000000", None, None, "1.000000", "2.414214")


def test_y_without_spread_has_no_r2() -> None:
    plan, cell = fitted([("5", "1"), ("5", "2"), ("5", "4")])

    shown = finish(plan, [cell]).rows[0]

    assert shown[:5] == ("5.0000000000", *["0.0000000000"] * 3, None)


def test_columns_that_are_nearly_the_same_have_a_condition_that_is_still_exact() -> None:
    """Doubles lose this one: the smallest singular value is 10**-9 of the largest."""
    rows = [
        (str(n % 7), str(10**7 + n), str(10**7 + n + (n % 2) * Fraction(1, 10))) for n in range(9)
    ]
    plan, cell = fitted([tuple(str(float(Fraction(v))) for v in row) for row in rows])

    condition = exact(plan, [cell])[0][-2]

    assert condition is not None
    assert condition > 10**6
