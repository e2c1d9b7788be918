"""Opened sums become the digits that exact arithmetic gives."""

from fractions import Fraction

import pytest

from accord.domain.answer import WITHHELD, CellMoments
from accord.domain.errors import VerificationError
from accord.query.compile import compile_question
from accord.query.finish import exact, finish
from accord.query.plan import (
    Aggregate,
    Function,
    Group,
    Grouping,
    Label,
    Number,
    Operation,
    Operator,
    Order,
    Plan,
    Text,
)
from accord.query.roots import square_root
from accord.query.sums import check_moments
from tests.unit.query.plans import Builder
from tests.unit.query.tables import INCOME, TABLES

ALL = "SUM(wages), AVG(wages), VAR_POP(wages), VAR_SAMP(wages), STDDEV_POP(wages), STDDEV(wages)"
O = Operator  # noqa: E741


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


def test_withheld_groups_keep_their_place_and_labels() -> None:
    answer = finish(
        plan("SELECT region, class, COUNT(*) AS k FROM income GROUP BY region, class"),
        [CellMoments(1, (12,)), CellMoments(7, (30,))],
    )

    assert answer.columns == ("region", "class", "k")
    assert answer.rows[0] == ("north", "1", WITHHELD)
    assert answer.rows[1] == ("north", "2", "12")
    assert answer.rows[7] == ("south", None, "30")
    assert (len(answer.rows), answer.withheld) == (8, 6)
    assert answer.n == (None, 12, *[None] * 5, 30)


def test_n_is_the_fewest_rows_behind_a_number() -> None:
    answer = finish(plan("SELECT COUNT(*), SUM(wages) FROM income"), [CellMoments(0, (50, 40, 0))])

    assert answer.n == (40,)


def test_order_puts_withheld_rows_last_and_keeps_equals_in_place() -> None:
    made = Builder(INCOME)
    count = made.aggregate(Function.COUNT)
    group = Group("g", ("region",), ("a", "b", "c", "d", "e"), ("a", "b", "c", "d", "e"))

    def rows(*order: Order) -> list[tuple[str | None, ...]]:
        question = made.plan(Label(0), count, groups=(group,), order=order)
        cells = [CellMoments(at, (n,)) for at, n in ((0, 30), (1, 12), (3, 30), (4, 90))]
        return list(finish(question, cells).rows)

    up, down = rows(Order(count, False, False)), rows(Order(count, True, False))

    assert up == [("b", "12"), ("a", "30"), ("d", "30"), ("e", "90"), ("c", WITHHELD)]
    assert down == [("e", "90"), ("a", "30"), ("d", "30"), ("b", "12"), ("c", WITHHELD)]
    assert rows(Order(count, True, False), Order(Label(0), True, False))[1:3] == [
        ("d", "30"),
        ("a", "30"),
    ]


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("descending", [True, False])
def test_nulls_come_where_the_question_says(first: bool, descending: bool) -> None:
    made = Builder(INCOME)
    group = Group("class", ("class",), ("1", "10", "9", None), (1, 10, 9, None))
    count = made.aggregate(Function.COUNT)
    question = made.plan(
        Label(0), count, groups=(group,), order=(Order(Label(0), descending, first),)
    )

    labels = [row[0] for row in finish(question, [CellMoments(n, (12,)) for n in range(4)]).rows]

    numbers = ["10", "9", "1"] if descending else ["1", "9", "10"]  # as numbers, not as text
    assert labels == ([None, *numbers] if first else [*numbers, None])


def test_bins_sort_by_their_edges() -> None:
    made = Builder(INCOME)
    labels = ("[0, 9)", "[9, 10)", "[10, 120]")
    group = Group("bin", ("age",), labels, cuts=(9, 10))
    count = made.aggregate(Function.COUNT)
    question = made.plan(Label(0), count, groups=(group,), order=(Order(Label(0), False, False),))

    rows = finish(question, [CellMoments(n, (12,)) for n in range(3)]).rows

    assert tuple(row[0] for row in rows) == labels


def test_having_and_limit_show_released_rows_only_and_count_the_others() -> None:
    made = Builder(INCOME)
    count = made.aggregate(Function.COUNT)
    group = Group("g", ("region",), tuple("abcde"), tuple("abcde"))
    few = Operation(O.LESS, (count, Number(50)))
    cells = [CellMoments(at, (n,)) for at, n in ((0, 30), (1, 12), (3, 31), (4, 90))]

    some = finish(made.plan(Label(0), count, groups=(group,), having=few), cells)
    one = finish(made.plan(Label(0), groups=(group,), having=few, limit=1, offset=1), cells)
    none = finish(made.plan(Label(0), groups=(group,), having=few, limit=0), cells)

    assert some.rows == (("a", "30"), ("b", "12"), ("d", "31"))
    assert (some.n, some.withheld) == ((30, 12, 31), 1)
    assert (one.rows, one.withheld) == ((("b",),), 1)
    assert (none.rows, none.withheld) == ((), 1)


def test_margins_have_null_for_what_they_run_over_and_grouping_tells() -> None:
    made = Builder(INCOME)
    count = made.aggregate(Function.COUNT)
    groups = [Group(name, (name,), ("x", None), ("x", None)) for name in ("region", "note")]
    question = made.plan(
        Label(0), Label(1), Grouping(1), count, groups=groups, sets=((0, 1), (0,), ())
    )
    cells = [CellMoments(at, (n,)) for at, n in ((0, 10), (1, 20), (4, 30), (6, 75))]

    answer = finish(question, cells)

    assert answer.rows == (
        ("x", "x", "0", "10"),
        ("x", None, "0", "20"),
        (None, "x", "0", WITHHELD),
        (None, None, "0", WITHHELD),
        ("x", None, "1", "30"),
        (None, None, "1", WITHHELD),
        (None, None, "1", "75"),
    )


@pytest.mark.parametrize(
    "cells",
    [
        [(0, 10), (1, 20), (4, 31)],  # all parts are there, and the margin is not their sum
        [(0, 10), (4, 9)],  # less than the part that is there
    ],
)
def test_margins_that_are_not_the_sums_of_their_cells_are_refused(
    cells: list[tuple[int, int]],
) -> None:
    made = Builder(INCOME)
    count = made.aggregate(Function.COUNT)
    groups = [Group(name, (name,), ("x", "y"), ("x", "y")) for name in ("region", "note")]
    question = made.plan(count, groups=groups, sets=((0, 1), (0,), ()))

    with pytest.raises(VerificationError, match="E-SQL-037"):
        finish(question, [CellMoments(at, (n,)) for at, n in cells])


def evaluated(*expressions: object, n: int = 3, total: int = 10) -> tuple[str | None, ...]:
    """Over a count of 3 and a sum of ages of 10 unless said otherwise."""
    made = Builder(INCOME)
    found = {"n": made.aggregate(Function.COUNT), "x": made.aggregate(Function.SUM, "age")}

    def resolve(part: object) -> object:
        if isinstance(part, tuple):
            return Operation(part[0], tuple(resolve(each) for each in part[1:]))  # type: ignore[misc]
        return found.get(part, part) if isinstance(part, str) else part

    outputs = [resolve(expression) for expression in expressions]
    question = made.plan(*outputs, found["n"], found["x"])  # type: ignore[arg-type]
    return finish(question, [CellMoments(0, (n, total))]).rows[0][:-2]


def test_arithmetic_over_aggregates_is_exact_and_rounded_once() -> None:
    third = (O.DIVIDE, "x", "n")

    assert evaluated(
        third,
        (O.MULTIPLY, third, "n"),
        (O.SUBTRACT, "n", "x"),
        (O.ABS, (O.SUBTRACT, "n", "x")),
        (O.NEGATE, "n"),
        (O.SQRT, "n"),
        (O.SQRT, (O.NEGATE, "n")),
        (O.DIVIDE, "n", (O.SUBTRACT, "n", "n")),
        (O.ADD, "n", Number(5, 1)),
    ) == (
        "3.3333333333", "10.0000000000", "-7", "7", "-3", "1.7320508076", None, None, "3.5",
    )  # fmt: skip


@pytest.mark.parametrize(("total", "rounded"), [(5, "2.5"), (-0, "0.0"), (1, "0.5"), (119, "59.5")])
def test_round_is_half_away_from_zero(total: int, rounded: str) -> None:
    half = (O.DIVIDE, "x", "n")

    shown = evaluated(
        (O.ROUND, half, Number(1)), (O.ROUND, half, Number(0)),
        (O.ROUND, (O.NEGATE, half), Number(0)), n=2, total=total,
    )  # fmt: skip

    away = str((total + 1) // 2)
    assert shown == (rounded, away, away if away == "0" else f"-{away}")


def test_truth_and_null_are_sqls() -> None:
    null = (O.DIVIDE, "n", (O.SUBTRACT, "n", "n"))
    unknown = (O.EQUAL, null, "n")
    true, false = (O.LESS, "n", "x"), (O.GREATER_EQUAL, "n", "x")

    assert evaluated(
        true, false, unknown, (O.NOT, unknown), (O.NOT, true),
        (O.AND, unknown, false), (O.AND, unknown, true), (O.OR, unknown, true),
        (O.OR, unknown, false), (O.IS_NULL, null), (O.IS_NULL, "n"),
    ) == (
        "true", "false", None, None, "false", "false", None, "true", None, "true", "false",
    )  # fmt: skip
    assert evaluated(
        (O.COALESCE, null, "n"), (O.NULLIF, "n", Number(30, 1)), (O.NULLIF, "n", null),
        (O.NOT_EQUAL, "n", "x"), (O.LESS_EQUAL, "n", "n"), (O.GREATER, "x", "n"),
    ) == ("3.0000000000", None, "3", "true", "true", "true")  # fmt: skip


def test_labels_compare_as_what_they_are() -> None:
    made = Builder(INCOME)
    count = made.aggregate(Function.COUNT)
    groups = [
        Group("region", ("region",), ("north",), ("north",)),
        Group("class", ("class",), ("10",), (10,)),
    ]
    question = made.plan(
        Operation(O.EQUAL, (Label(0), Text("north"))),
        Operation(O.GREATER, (Label(1), Number(9))),
        Operation(O.COALESCE, (Label(0), Text("all"))),
        count,
        groups=groups,
    )

    assert finish(question, []).rows == (("true", "true", "north", WITHHELD),)


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


@pytest.mark.parametrize(
    ("products", "holds"),
    [((10, 10, 20), True), ((10, 25, 20), False), ((9, 15, 20), False), ((10, 15, 20), False)],
)
def test_products_that_no_pairs_can_make_are_refused(
    products: tuple[int, int, int], holds: bool
) -> None:
    """Two rows with ages 2 and 4, or such, and quarters 1 above their minimum of 1."""
    made = Builder(INCOME)
    question = made.plan(made.aggregate(Function.CORR, "quarter", "age"))
    yy, xy, xx = products
    cell = CellMoments(0, (10, 10, 10, yy, xy, xx))

    if holds:
        check_moments(question, [cell])
        return
    with pytest.raises(VerificationError, match="E-SQL-037"):
        check_moments(question, [cell])


@pytest.mark.parametrize("counts", [(10, 11), (9, 10)])
def test_more_rows_in_an_arm_or_with_a_value_than_there_are_is_refused(
    counts: tuple[int, int],
) -> None:
    for sql in ("COUNT(*), COUNT(wages)", "COUNT(*), COUNT(*) FILTER (WHERE age > 3)"):
        with pytest.raises(VerificationError, match="E-SQL-037"):
            finish(plan(f"SELECT {sql} FROM income"), [CellMoments(0, counts)])


def test_the_number_of_rows_is_bounded_where_the_parts_are_known() -> None:
    question = plan("SELECT COUNT(*) FROM income")
    check_moments(question, [CellMoments(0, (3 * 2**17,))], parts=3)

    with pytest.raises(VerificationError, match="E-SQL-037"):
        check_moments(question, [CellMoments(0, (3 * 2**17 + 1,))], parts=3)
