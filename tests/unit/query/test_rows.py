"""Which rows are shown, in which order, and what stands in the withheld ones."""

import pytest

from accord.domain.answer import WITHHELD, CellMoments
from accord.query.compile import compile_question
from accord.query.finish import finish
from accord.query.plan import Group, Plan
from accord.query.plan_answer import Function, Grouping, Label, Number, Operation, Operator, Order
from tests.unit.query.plans import Builder
from tests.unit.query.tables import INCOME, TABLES

O = Operator  # noqa: E741


def plan(sql: str) -> Plan:
    return compile_question(sql, TABLES)


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
