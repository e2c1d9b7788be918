"""Which cells may be released."""

import pytest

from accord.privacy.disclosure import CellCounts, Reason, decide
from accord.query.plan import CountKind, CountTerm, Measure, Plan
from accord.query.plan_rows import Comparison, Compound, Condition, Junction
from tests.unit.privacy.parties import (
    COUNT_ROWS,
    COUNT_VALUES,
    HEADROOM,
    PRESENT,
    ROWS,
    SUPPORT,
    plan_of,
)


def _plan(counts, measures=(COUNT_ROWS, COUNT_VALUES)) -> Plan:
    return plan_of(counts, measures)


def _values(name) -> tuple[CountTerm, Measure]:
    return CountTerm(CountKind.PRESENT, None, (name,)), Measure(None, (name,), (), 1)


TERMS = _plan((ROWS, PRESENT, SUPPORT))


def _reason(terms, contributors=3, objections=3, vetoes=0) -> Reason:
    cell = CellCounts(terms, contributors, objections, vetoes)
    allowed, reasons = decide(TERMS, [cell], 10)
    assert allowed == bytes([reasons[0] is Reason.RELEASED])
    return reasons[0]


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ((10, 10, 10), Reason.RELEASED),
        ((20, 10, 10), Reason.RELEASED),
        ((9, 9, 9), Reason.TOO_FEW),
        ((0, 0, 0), Reason.TOO_FEW),
        ((100, 100, 1), Reason.TOO_FEW),
        ((100, 100, 0), Reason.TOO_FEW),
        ((100, 9, 9), Reason.TOO_FEW),
        ((19, 10, 10), Reason.COMPLEMENT),
        ((11, 10, 10), Reason.COMPLEMENT),
        ((10, 11, 10), Reason.INCONSISTENT),
    ],
)
def test_every_count_and_every_complement_reaches_the_minimum(terms, reason):
    assert _reason(terms) is reason


@pytest.mark.parametrize(
    ("contributors", "objections", "reason"),
    [
        (2, 2, Reason.RELEASED),
        (1, 0, Reason.RELEASED),
        (1, 1, Reason.SINGLE_SOURCE),
        (0, 0, Reason.SINGLE_SOURCE),
    ],
)
def test_a_single_source_must_agree(contributors, objections, reason):
    assert _reason((50, 50, 50), contributors, objections) is reason


def test_one_veto_is_enough():
    assert _reason((50, 50, 50), vetoes=1) is Reason.VETO


def test_complements_count_only_where_both_numbers_are_asked():
    cell = CellCounts((11, 10), 2, 0, 0)
    assert decide(_plan((ROWS, SUPPORT)), [cell], 10)[0] == b"\1"
    assert decide(_plan((ROWS, PRESENT)), [cell], 10)[0] == b"\0"
    assert decide(_plan((ROWS, PRESENT), (COUNT_VALUES,)), [cell], 10)[0] == b"\1"


@pytest.mark.parametrize("counts", [(60, 51), (51, 60), (60, 59), (59, 60)])
def test_two_columns_values_differ_by_none_or_by_enough(counts):
    """WHERE age IS NOT NULL: whoever lacks profit alone is COUNT(age) less COUNT(profit)."""
    age, count_age = _values("age")
    plan = _plan((ROWS, age, PRESENT), (count_age, COUNT_VALUES))
    cells = [CellCounts(terms, 3, 0, 0) for terms in ((60, *counts), (60, 50, 50), (60, 50, 40))]
    released, reasons = decide(plan, cells, 10)
    assert released == b"\0\1\1"
    assert reasons == (Reason.COMPLEMENT, Reason.RELEASED, Reason.RELEASED)


def test_all_counts_are_compared_not_only_neighbours_in_the_plan():
    terms, measures = zip(*map(_values, "abc"), strict=True)
    plan = _plan((ROWS, *terms), (COUNT_ROWS, *measures))
    cells = [CellCounts((100, 50, 80, 55), 3, 0, 0), CellCounts((100, 50, 80, 65), 3, 0, 0)]
    assert decide(plan, cells, 10)[1] == (Reason.COMPLEMENT, Reason.RELEASED)


@pytest.mark.parametrize("headroom", [0, 1, 9, 10])
def test_few_rows_off_the_maximum_are_few_rows(headroom):
    plan = _plan((ROWS, SUPPORT, HEADROOM))
    reason = Reason.RELEASED if headroom >= 10 else Reason.TOO_FEW
    assert decide(plan, [CellCounts((100, 100, headroom), 3, 0, 0)], 10)[1] == (reason,)


def test_the_decision_is_a_function_of_its_arguments():
    cells = [CellCounts((n, n, n), 2, 0, 0) for n in range(20)]
    assert decide(TERMS, cells, 10) == decide(TERMS, cells, 10)
    assert decide(TERMS, cells, 10)[0] == bytes(10) + b"\1" * 10


def _is(sex) -> Condition:
    return Condition("sex", Comparison.EQUAL, (sex,))


def _arms(*arms, whole=True) -> Plan:
    """COUNT(*), unless not asked, and one FILTER each."""
    counts = (ROWS, *(CountTerm(CountKind.ROWS, arm) for arm in range(len(arms))))
    measures = [Measure(arm, (), (), 1) for arm in range(len(arms))]
    return plan_of(counts, [COUNT_ROWS] * whole + measures, arms=arms)


def _reason_of(plan, *terms) -> Reason:
    return decide(plan, [CellCounts(terms, 3, 0, 0)], 10)[1][0]


def test_arms_that_share_no_row_may_be_close_to_each_other():
    plan = _arms(_is("f"), _is("m"), whole=False)

    assert _reason_of(plan, 105, 55, 50) is Reason.RELEASED
    assert _reason_of(plan, 105, 55, 9) is Reason.TOO_FEW


def test_arms_that_may_lie_in_each_other_must_differ_by_enough():
    plan = _arms(_is("f"), Condition("age", Comparison.GREATER, (30,)), whole=False)

    assert _reason_of(plan, 200, 55, 50) is Reason.COMPLEMENT
    assert _reason_of(plan, 200, 60, 50) is Reason.RELEASED


def test_what_no_arm_counts_is_counted_by_subtraction():
    """COUNT(*) less both sexes: whoever has neither."""
    plan = _arms(_is("f"), _is("m"))

    assert _reason_of(plan, 100, 50, 45) is Reason.COMPLEMENT
    assert _reason_of(plan, 100, 50, 50) is Reason.RELEASED
    assert _reason_of(plan, 110, 50, 50) is Reason.RELEASED
    assert _reason_of(plan, 100, 95, 50) is Reason.COMPLEMENT


def test_an_arm_of_case_excludes_the_ones_before():
    first = Condition("age", Comparison.LESS, (30,))
    not_first = Compound(Junction.NOT, (Compound(Junction.IS_TRUE, (first,)),))
    second = Compound(Junction.AND, (_is("f"), not_first))

    assert _reason_of(_arms(first, second, whole=False), 105, 55, 50) is Reason.RELEASED


def test_more_rows_in_an_arm_than_in_the_cell_are_inconsistent():
    assert _reason_of(_arms(_is("f")), 50, 51) is Reason.INCONSISTENT


ROLLED = plan_of((ROWS,), (COUNT_ROWS,), places=(2, 2), sets=((0, 1), (0,), ()))


def _decided(*rows, contributors=(), objections=()) -> list[Reason]:
    """Four cells; the two margins and their total follow."""
    sums = [*rows, rows[0] + rows[1], rows[2] + rows[3], sum(rows)]
    sources = dict(enumerate(contributors))
    against = dict(enumerate(objections))
    cells = [
        CellCounts((n,), sources.get(at, 3), against.get(at, 0), 0) for at, n in enumerate(sums)
    ]
    return list(decide(ROLLED, cells, 10)[1])


def test_margins_over_released_cells_say_nothing_new():
    assert _decided(10, 20, 30, 40) == [Reason.RELEASED] * 7


def test_a_margin_does_not_give_away_the_one_withheld_cell_in_it():
    assert _decided(5, 20, 30, 40) == [
        Reason.TOO_FEW, *[Reason.RELEASED] * 3, Reason.REMAINDER, Reason.RELEASED, Reason.REMAINDER,
    ]  # fmt: skip


def test_an_empty_cell_is_withheld_from_margins_too():
    assert _decided(0, 20, 30, 40)[4:] == [Reason.REMAINDER, Reason.RELEASED, Reason.REMAINDER]


def test_withheld_cells_that_are_enough_together_do_not_hold_back_their_margin():
    assert _decided(5, 6, 30, 40) == [
        Reason.TOO_FEW, Reason.TOO_FEW, *[Reason.RELEASED] * 5,
    ]  # fmt: skip


def test_a_released_margin_covers_what_is_withheld_in_it():
    """The total less both margins is nothing: only what lies open is left over."""
    assert _decided(5, 6, 7, 8)[4:] == [Reason.RELEASED] * 3
    assert _decided(5, 6, 1, 2)[4:] == [Reason.RELEASED, Reason.TOO_FEW, Reason.REMAINDER]


def test_withheld_cells_of_two_margins_count_together_in_the_total():
    assert _decided(5, 20, 5, 40)[4:] == [Reason.REMAINDER, Reason.REMAINDER, Reason.RELEASED]


def test_what_is_left_of_a_margin_may_not_be_one_owners_number():
    alone = {"contributors": (1, 1), "objections": (1, 1)}

    assert _decided(20, 20, 30, 40, **alone)[4] is Reason.REMAINDER
    assert _decided(20, 20, 30, 40, contributors=(1, 1))[:2] == [Reason.RELEASED] * 2
    assert _decided(5, 6, 30, 40, contributors=(1, 1))[4] is Reason.RELEASED
    assert _decided(5, 6, 30, 40, contributors=(2, 1), objections=(2, 1))[4] is Reason.RELEASED


def test_a_margin_that_is_not_the_sum_of_its_cells_is_inconsistent():
    cells = [CellCounts((n,), 3, 0, 0) for n in (10, 20, 30, 40, 31, 70, 100)]

    assert decide(ROLLED, cells, 10)[1][4] is Reason.INCONSISTENT
