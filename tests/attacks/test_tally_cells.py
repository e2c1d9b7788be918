"""Questions whose cells would show one person or one owner [4, 6, 8]."""

from accord.privacy.disclosure import Reason
from tests.unit.privacy.parties import (
    PRESENT,
    ROWS,
    SUPPORT,
    make_parties,
    make_plan,
)


def verdict_on(cells, **settings) -> tuple[bytes, tuple[Reason, ...]]:
    run = make_parties(cells, **settings).run()
    return run.statement.decision.allowed, run.verdict.reasons


def test_many_rows_but_one_non_zero_term_are_withheld():
    """[8] SUM over a column that is zero for all but one person."""
    cells = {o: [((500, 0), (500, 0))] for o in ("north", "south")}
    cells["west"] = [((500, 1), (500, 777))]
    assert verdict_on(cells) == (b"\0", (Reason.TOO_FEW,))


def test_a_count_of_values_that_isolates_the_rows_without_is_withheld():
    """[8] COUNT(*) less COUNT(wages) is one person."""
    cells = {o: [((50, 50), (50, 1))] for o in ("north", "south")}
    cells["west"] = [((50, 49), (50, 1))]
    plan = make_plan(1, counts=(ROWS, PRESENT))
    assert verdict_on(cells, plan=plan) == (b"\0", (Reason.COMPLEMENT,))


def test_a_cell_fed_by_one_owner_is_withheld_unless_that_owner_agrees():
    """[6] GROUP BY the column by which the table is cut."""
    cells = {o: [((0, 0), (0, 0))] for o in ("north", "south")}
    cells["west"] = [((500, 500), (500, 777))]
    assert verdict_on(cells) == (b"\0", (Reason.SINGLE_SOURCE,))
    assert verdict_on(cells, single_source=["north"]) == (b"\0", (Reason.SINGLE_SOURCE,))
    assert verdict_on(cells, single_source=["west"]) == (b"\1", (Reason.RELEASED,))


def test_a_sum_fed_by_one_owner_is_withheld_although_all_have_rows():
    """[6, 8] The rows are joint; the non-zero values are all at one owner."""
    cells = {o: [((500, 0), (500, 0))] for o in ("north", "south")}
    cells["west"] = [((500, 500), (500, 777))]
    plan = make_plan(1, counts=(ROWS, SUPPORT))
    assert verdict_on(cells, plan=plan) == (b"\0", (Reason.SINGLE_SOURCE,))


def test_the_requesters_own_rows_count_towards_no_minimum():
    """[4] Nine of its own and one foreign; and a hundred of its own and one source."""
    few, one = ((1, 1), (1, 5)), ((50, 50), (50, 5))
    none, own = ((0, 0), (0, 0)), ((500, 500), (500, 9))
    cells = {"north": [few, one], "south": [none, none], "west": [own, own]}
    allowed, reasons = verdict_on(cells, requester="west")
    assert (allowed, reasons) == (b"\0\0", (Reason.TOO_FEW, Reason.SINGLE_SOURCE))
    assert verdict_on(cells)[0] == b"\1\1"  # as an ordinary owner they would
