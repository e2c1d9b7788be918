"""Opened sums become the digits that exact arithmetic gives."""

from fractions import Fraction

import pytest

from accord.domain.answer import CellMoments
from accord.query.compile import compile_question
from accord.query.finish import exact, finish
from accord.query.plan import Plan
from accord.query.plan_answer import Aggregate, Function
from accord.query.roots import square_root
from tests.unit.query.plans import Builder
from tests.unit.query.tables import INCOME, TABLES

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
    assert abs(values[0][4] ** 2 - Fraction(26, 9)) < Fraction(1, 10**58)


@pytest.mark.parametrize("digits", [0, 1, 6, 24])
@pytest.mark.parametrize("tie", [Fraction(1, 2), Fraction(3, 2), Fraction(12345, 2)])
def test_a_root_beside_a_tie_rounds_to_its_own_side(digits: int, tie: Fraction) -> None:
    """A root that only the 70th digit tells from a tie is not taken for one."""
    tie, nearly = tie / 10**digits, Fraction(1, 10**70)

    below, at, above = (
        round(square_root(value * value) * 10**digits)
        for value in (tie - nearly, tie, tie + nearly)
    )

    assert (below, above) == (int(tie * 10**digits), int(tie * 10**digits) + 1)
    assert at == round(tie * 10**digits)
    assert square_root(Fraction(9, 4)) == Fraction(3, 2)


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


PAIRS = (
    Function.COVAR_POP,
    Function.COVAR_SAMP,
    Function.CORR,
    Function.REGR_SLOPE,
    Function.REGR_INTERCEPT,
    Function.REGR_R2,
    Function.REGR_COUNT,
    Function.REGR_AVGX,
    Function.REGR_AVGY,
    Function.REGR_SXX,
    Function.REGR_SYY,
    Function.REGR_SXY,
)


def pairs(*points: tuple[int, int]) -> tuple[str | None, ...]:
    """Every function of two arguments over (quarter, age)."""
    made = Builder(INCOME)
    outputs = [made.aggregate(function, "quarter", "age") for function in PAIRS]
    from_one = [(y - 1, x) for y, x in points]
    of = {
        (): len(points),
        (0,): sum(y for y, _ in from_one),
        (1,): sum(x for _, x in from_one),
        (0, 0): sum(y * y for y, _ in from_one),
        (0, 1): sum(y * x for y, x in from_one),
        (1, 1): sum(x * x for _, x in from_one),
    }
    whole = made.plan(*outputs)
    sums = tuple(of[measure.terms] for measure in whole.measures)
    return finish(whole, [CellMoments(0, sums)]).rows[0]


def test_functions_of_two_arguments() -> None:
    """By hand: mean 2 and 40, deviations (-1, 0, 1) and (-10, 10, 0)."""
    assert pairs((1, 30), (2, 50), (3, 40)) == (
        "3.333333", "5.000000", "0.500000", "0.0500000000", "0.0000000000", "0.250000", "3",
        "40.000000", "2.000000", "200.000000", "2.000000", "10.000000",
    )  # fmt: skip
    assert pairs((3, 30), (2, 50), (1, 40))[2] == "-0.500000"


def test_a_constant_x_has_no_slope_and_a_constant_y_is_explained() -> None:
    assert pairs((1, 30), (2, 30))[2:6] == (None, None, None, None)
    assert pairs((2, 30), (2, 40))[2:6] == (None, "0.0000000000", "2.0000000000", "1.000000")


def test_no_rows_and_one_row_of_two_arguments() -> None:
    assert pairs() == (*[None] * 6, "0", *[None] * 5)
    assert pairs((2, 30)) == (
        "0.000000", None, None, None, None, None, "1",
        "30.000000", "2.000000", "0.000000", "0.000000", "0.000000",
    )  # fmt: skip


def test_sums_over_arms_are_pooled_on_one_scale() -> None:
    """Ages where one condition holds, wages where the other does: 30, 50 and 1.25."""
    arm = plan("SELECT COUNT(*) FROM income WHERE age > 3").where
    other = plan("SELECT COUNT(*) FROM income WHERE age <= 3").where
    assert arm is not None
    assert other is not None
    made = Builder(INCOME, [arm, other])
    pieces = (
        made.piece(Function.VAR_POP, "age", arm=0),
        made.piece(Function.VAR_POP, "wages", arm=1),
    )
    outputs = [
        Aggregate(Function.SUM, tuple(_without_squares(piece) for piece in pieces)),
        Aggregate(Function.AVG, tuple(_without_squares(piece) for piece in pieces)),
        Aggregate(Function.VAR_POP, pieces),
    ]
    question = made.plan(*outputs)
    above = 10000 + 125
    sums = (2, 80, 30**2 + 50**2, 1, above, above**2)

    values = exact(question, [CellMoments(0, sums)])[0]

    mean = Fraction(8125, 300)
    squares = [(Fraction(value) - mean) ** 2 for value in (30, 50, Fraction(5, 4))]
    assert values == (Fraction(325, 4), mean, sum(squares) / 3)


def _without_squares(piece):  # type: ignore[no-untyped-def]
    return type(piece)(piece.terms, piece.moments[:2])
