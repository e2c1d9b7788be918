"""Promise 4 inside one question: sums and counts that solve for a handful of rows."""

from collections.abc import Mapping, Sequence

import pytest

from accord.domain import codec
from accord.domain.contribution import GuardStatement
from accord.domain.question import Question
from accord.query.plan import CountKind, Measure, Plan
from tests.consortium.by_hand import ByHand, run_to_decision
from tests.consortium.lab import OWNERS
from tests.consortium.tables import TestTable
from tests.consortium.world import Consortium, refused

PEOPLE = 40  # at every owner; the minimum is ten
NO_NULLS = "min = 0\nmax = 120"
NULLS = f"{NO_NULLS}\nnulls = true"

Ages = Mapping[str, Sequence[int | str]]


def everywhere(*ages: int | str) -> dict[str, list[int | str]]:
    """The same ages at every owner, repeated until there are enough."""
    return {owner: list((ages * PEOPLE)[:PEOPLE]) for owner in OWNERS}


def but_one(ages: dict[str, list[int | str]], odd: int | str) -> dict[str, list[int | str]]:
    """One person at alpha is of another age."""
    return {**ages, "alpha": [odd, *ages["alpha"][1:]]}


def table(name: str, ages: Ages, bounds: str = NO_NULLS, profits: Ages | None = None) -> TestTable:
    """One region; profits are 1.00 unless given."""
    profits = profits or everywhere("1.00")
    rows = {
        owner: [
            (f"{name}-{owner}-{place}", "north", age, profit)
            for place, (age, profit) in enumerate(zip(ages[owner], profits[owner], strict=True))
        ]
        for owner in OWNERS
    }
    return TestTable(name, rows, changes={NO_NULLS: bounds})  # type: ignore[arg-type] # "" is NULL


def is_withheld(consortium: Consortium, sql: str) -> bool:
    """Whether the guard, asked by a requester that sends what it likes, allows no cell."""
    statement = run_to_decision(consortium, sql).statement.unsafe_open(GuardStatement)
    return statement.decision.allowed == b"\0"


def answered(consortium: Consortium, sql: str) -> tuple[tuple[str | None, ...], ...]:
    bundle = consortium.ask(sql).bundle
    assert bundle is not None
    return bundle.answer.rows


@pytest.fixture(scope="module", autouse=True)
def tables(consortium: Consortium) -> None:
    flag = "min = 0\nmax = 1"
    for one in (
        table("flags", but_one(everywhere(1), 0), flag),
        table("evenflags", everywhere(0, 1), flag),
        table("oldest", but_one(everywhere(120), 57)),
        table("threes", but_one(everywhere(0, 2), 1), "min = 0\nmax = 2"),
        table("paired", everywhere(50), NULLS, but_one(everywhere("1.00"), "")),
        table("thirds", everywhere(50), NULLS, everywhere("1.00", "1.00", "")),
    ):
        consortium.add(one)


@pytest.mark.parametrize("aggregate", ["SUM", "AVG"])
@pytest.mark.parametrize("name", ["flags", "oldest"])
def test_one_row_off_the_maximum_is_not_read_from_the_sum(
    consortium: Consortium, name: str, aggregate: str
) -> None:
    """120 rows, SUM 119 of a 0/1 column: one zero.  120 rows but one at 120: its very age."""
    assert is_withheld(consortium, f"SELECT COUNT(*), {aggregate}(age) FROM {name}")


def test_the_analyst_learns_no_more_than_that_nothing_is_released(consortium: Consortium) -> None:
    with refused("E-RUN-014"):
        consortium.ask("SELECT COUNT(*), SUM(age) FROM flags")


def test_a_spread_shows_the_one_row_off_the_maximum_as_little(consortium: Consortium) -> None:
    assert is_withheld(consortium, "SELECT STDDEV_POP(age) FROM oldest")


def test_a_flag_that_many_have_and_many_have_not_is_released(consortium: Consortium) -> None:
    sql = "SELECT COUNT(*), SUM(age) FROM evenflags"

    assert answered(consortium, sql) == (("120", "60"),)


@pytest.mark.parametrize(
    "function", ["VAR_POP", "VAR_SAMP", "VARIANCE", "STDDEV", "STDDEV_POP", "STDDEV_SAMP"]
)
def test_no_spread_is_computed_of_three_values(consortium: Consortium, function: str) -> None:
    """Count, sum and sum of squares give the number of zeros, ones and twos."""
    with refused("E-SQL-041"):
        consortium.ask(f"SELECT {function}(age) FROM threes")


def test_a_spread_of_two_values_needs_enough_of_both(consortium: Consortium) -> None:
    """The guard counts zeros and ones alike: one zero among 120 is withheld."""
    assert is_withheld(consortium, "SELECT VAR_POP(age) FROM flags")
    assert answered(consortium, "SELECT VAR_POP(age) FROM evenflags") == (("0.250000",),)


def changed_plan(question: Question, **changes: object) -> Question:
    plan = codec.decode(Plan, question.plan)
    fields = {name: getattr(plan, name) for name in plan.__slots__}
    return Question(
        **{name: getattr(question, name) for name in question.__slots__ if name != "plan"},
        plan=codec.encode(Plan(**{**fields, **changes})),
    )


def test_owners_refuse_squares_that_a_rewritten_requester_adds(consortium: Consortium) -> None:
    """The SQL asks for a mean; the plan beside it also sums squares."""
    hand = ByHand(consortium)
    question = hand.draft("SELECT AVG(age) FROM threes")
    measures = (*codec.decode(Plan, question.plan).measures, Measure(None, (), (0, 0), 4))
    asked = hand.asked(changed_plan(question, measures=measures))

    with consortium.refused("E-RUN-007", by="alpha"):
        hand.contribute(asked, "alpha")


def test_owners_refuse_a_plan_that_leaves_headroom_uncounted(consortium: Consortium) -> None:
    hand = ByHand(consortium)
    question = hand.draft("SELECT COUNT(*), SUM(age) FROM flags")
    counts = codec.decode(Plan, question.plan).counts
    fewer = tuple(term for term in counts if term.kind is not CountKind.HEADROOM)
    assert len(fewer) < len(counts)
    asked = hand.asked(changed_plan(question, counts=fewer))

    with consortium.refused("E-RUN-007", by="alpha"):
        hand.contribute(asked, "alpha")


def test_two_counts_of_values_do_not_show_who_lacks_one(consortium: Consortium) -> None:
    """With rows already refused: WHERE makes COUNT(age) the number of rows without saying so."""
    assert is_withheld(consortium, "SELECT COUNT(*), COUNT(profit) FROM paired")
    for select in ("COUNT(age), COUNT(profit)", "AVG(age), AVG(profit)", "COUNT(profit), SUM(age)"):
        assert is_withheld(consortium, f"SELECT {select} FROM paired WHERE age IS NOT NULL")


def test_two_counts_that_differ_by_many_rows_are_released(consortium: Consortium) -> None:
    sql = "SELECT COUNT(age), COUNT(profit) FROM thirds WHERE age IS NOT NULL"

    assert answered(consortium, sql) == (("120", "81"),)
