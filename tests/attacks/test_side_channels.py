"""What a requester is sent depends on public facts: never on the rows behind them.

The same question over different rows of one table; every message is compared, in number,
order, length and text.  Where the decision is the same, so is everything else.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from accord.domain.contribution import GuardStatement
from accord.domain.errors import AccordError
from tests.consortium.by_hand import question_of
from tests.consortium.lab import OWNERS, STATS
from tests.consortium.overheard import Overheard
from tests.consortium.tables import Row, TestTable, people
from tests.consortium.world import ANA, Consortium

TABLE = "shaped"
Rows = dict[str, Sequence[Row]]
GROUPED = f"SELECT region, COUNT(*), SUM(age), AVG(profit) FROM {TABLE} GROUP BY region"
TOTAL = f"SELECT COUNT(*), SUM(age), AVG(profit) FROM {TABLE}"
BIG = ("north", "south", "west")


def made(number: int, value: Callable[[int], tuple[int, str]], regions: Sequence[str]) -> Rows:
    """``number`` people at every owner; ``value`` gives age and profit of each."""
    return {
        owner: [
            (f"{owner}-{place}", regions[place % len(regions)], *value(place // len(regions)))
            for place in range(number)
        ]
        for owner in OWNERS
    }


def alike(place: int) -> tuple[int, str]:
    return 50, ("1.00", "1.00", "")[place % 3]


def extreme(place: int) -> tuple[int, str]:
    return (0, 120)[place % 2], ("-1000.00", "1000.00", "")[place % 3]


def drawn(number: int) -> Rows:
    return {owner: people(TABLE, owner, number, BIG) for owner in OWNERS}


RELEASED = {
    "everybody alike": made(180, alike, BIG),
    "everybody at an end": made(180, extreme, BIG),
    "drawn": drawn(180),
    "many": made(1023, alike, BIG),
    "one part is empty": {**made(180, alike, BIG), "gamma": []},
    "one part has one row": {**made(180, alike, BIG), "gamma": people(TABLE, "gamma", 1, BIG)},
}
WITHHELD = {
    "nobody": dict.fromkeys(OWNERS, ()),
    "too few": made(3, alike, BIG),
    "no value": made(180, lambda _: (50, ""), BIG),
    "all at the minimum": made(180, lambda _: (0, "1.00"), BIG),
    "all at the maximum": made(180, lambda _: (120, "1.00"), BIG),
    "one without value": made(180, lambda place: (50, "1.00" if place else ""), ("north",)),
    "at one owner": {**dict.fromkeys(OWNERS, ()), "beta": made(180, alike, BIG)["beta"]},
}


@pytest.fixture(scope="module", autouse=True)
def granted(consortium: Consortium) -> None:
    consortium.add(TestTable(TABLE, drawn(30)))


def heard(consortium: Consortium, sql: str, rows: Rows) -> tuple[bytes, list[Any]]:
    """Publish ``rows``, run the question by hand as far as it goes: decision, and all messages."""
    for owner in OWNERS:
        consortium.publish(TestTable(TABLE, rows), owner)
    hand = Overheard(consortium)
    asked = hand.asked(hand.draft(sql))
    contributions = hand.contribute_all(asked)
    statement = hand.decide(asked, contributions).statement
    allowed = statement.unsafe_open(GuardStatement).decision.allowed
    values = hand.values(asked, statement)
    release = hand.release(asked, statement, values)
    hand.mask(asked, release, [given.record for given in values.values()])
    assert question_of(asked).requester == STATS
    return allowed, hand.shapes()


@pytest.fixture(scope="module")
def first(consortium: Consortium) -> tuple[bytes, list[Any]]:
    return heard(consortium, GROUPED, RELEASED["drawn"])


@pytest.mark.parametrize("name", RELEASED)
def test_messages_of_one_decision(
    consortium: Consortium, first: tuple[bytes, list[Any]], name: str
) -> None:
    allowed, messages = heard(consortium, GROUPED, RELEASED[name])

    assert allowed == b"\1\1\1\0"
    assert len(messages) == 3 * 7 + 2 + 3 * 2 + 2  # each call ends with its status
    assert (allowed, messages) == first


def told(consortium: Consortium, rows: Rows) -> tuple[Any, ...]:
    """Code, facts, steps and records of a refused run at the own node."""
    for owner in OWNERS:
        consortium.publish(TestTable(TABLE, rows), owner)
    with pytest.raises(AccordError) as caught:
        consortium.ask(TOTAL)
    run_id = consortium.client(ANA).runs(1)[0].run_id
    shown = consortium.client(ANA).show_run(run_id)
    steps = sorted((step.member, step.stage, bool(step.refusal)) for step in shown.steps)
    kinds = [consortium.kinds(member, run_id) for member in consortium.members]
    return caught.value.code, dict(caught.value.facts), shown.run.state, steps, kinds


@pytest.fixture(scope="module")
def nobody(consortium: Consortium) -> tuple[Any, ...]:
    """All messages, and what the analyst is told, where no owner has a row."""
    rows = WITHHELD["nobody"]
    return heard(consortium, TOTAL, rows), told(consortium, rows)


@pytest.mark.parametrize("name", WITHHELD)
def test_messages_whatever_the_reason(
    consortium: Consortium, nobody: tuple[Any, ...], name: str
) -> None:
    allowed, messages = heard(consortium, TOTAL, WITHHELD[name])

    assert allowed == b"\0"
    assert (allowed, messages) == nobody[0]


@pytest.mark.parametrize("name", WITHHELD)
def test_what_the_analyst_is_told_whatever_the_reason(
    consortium: Consortium, nobody: tuple[Any, ...], name: str
) -> None:
    said = told(consortium, WITHHELD[name])

    assert said == nobody[1]
    assert said[:2] == ("E-RUN-014", {})


@pytest.mark.parametrize(
    "line", ["new,north,50,1.00", "new,north,121,1.00", "new,nowhere,50,x", "new,north"]
)
def test_a_source_that_changed_says_no_more(consortium: Consortium, line: str) -> None:
    """Whether the new row fits the description is for the steward alone."""
    for owner in OWNERS:
        consortium.publish(TestTable(TABLE, RELEASED["drawn"]), owner)
    hand = Overheard(consortium)
    asked = hand.asked(hand.draft(TOTAL))
    with (consortium.lab.folder / f"data/beta/{TABLE}.csv").open("a") as file:
        file.write(f"{line}\n")

    with consortium.refused("E-SRC-040", by="beta") as caught:
        hand.contribute(asked, "beta")

    status, metadata = hand.ear.heard[-1]
    pairs = dict(metadata)
    assert caught.value.facts == {}
    assert status == ("StatusCode.FAILED_PRECONDITION", "E-SRC-040")
    assert pairs.keys() == {"accord-error-code", "accord-error-facts", "accord-error-record"}
    assert pairs["accord-error-facts"] == "{}"
    assert pairs["accord-error-record"] == caught.value.record
