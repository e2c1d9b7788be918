"""Which cells may be released."""

import pytest

from accord.privacy.disclosure import CellCounts, Reason, decide
from accord.query.plan import CountKind, CountTerm, Measure, Plan
from tests.unit.privacy.parties import HEADROOM, PRESENT, ROWS, SUPPORT

COUNT_ROWS = Measure("", 0, 0, 1)
COUNT_VALUES = Measure("wages", 0, 0, 1)


def _plan(counts, measures=(COUNT_ROWS, COUNT_VALUES)) -> Plan:
    return Plan(1, "t", (), None, (), measures, counts, (), 1024)


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
    age = CountTerm(CountKind.PRESENT, "age")
    plan = _plan((ROWS, age, PRESENT), (Measure("age", 0, 0, 1), COUNT_VALUES))
    cells = [CellCounts(terms, 3, 0, 0) for terms in ((60, *counts), (60, 50, 50), (60, 50, 40))]
    released, reasons = decide(plan, cells, 10)
    assert released == b"\0\1\1"
    assert reasons == (Reason.COMPLEMENT, Reason.RELEASED, Reason.RELEASED)


def test_all_counts_are_compared_not_only_neighbours_in_the_plan():
    terms = (ROWS, *(CountTerm(CountKind.PRESENT, name) for name in "abc"))
    plan = _plan(terms, (COUNT_ROWS, *(Measure(name, 0, 0, 1) for name in "abc")))
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
