"""Promise 2, nobody sees a part: other owners, another guard, a run id used twice."""

from dataclasses import replace

import pytest

from accord.node.handlers.sealed import seal_question
from tests.consortium.by_hand import ByHand, Decided, run_of, run_to_decision
from tests.consortium.lab import BUREAU, OWNERS, STATS
from tests.consortium.tables import TestTable, people, spread
from tests.consortium.world import Consortium, refused

SQL = "SELECT region, COUNT(*), SUM(age) FROM rostered GROUP BY region"


@pytest.fixture(scope="module")
def table(consortium: Consortium) -> TestTable:
    return consortium.add(spread("rostered"))


@pytest.fixture(scope="module")
def decided(consortium: Consortium, table: TestTable) -> Decided:
    return run_to_decision(consortium, SQL)


@pytest.mark.parametrize("owners", [OWNERS[:2], (*OWNERS, STATS), OWNERS[::-1], ("alpha",)])
def test_the_requester_does_not_choose_the_owners(
    consortium: Consortium, table: TestTable, owners: tuple[str, ...]
) -> None:
    hand = ByHand(consortium)
    asked = hand.asked(hand.draft(SQL, owners=owners))
    with consortium.refused("E-RUN-005", by="alpha"):
        hand.contribute(asked, "alpha")


@pytest.mark.parametrize("guard", ["gamma", "alpha", STATS])
def test_the_requester_does_not_choose_the_guard(
    consortium: Consortium, table: TestTable, guard: str
) -> None:
    """Not an owner that may be guard of other tables, no other owner, and not itself."""
    hand = ByHand(consortium)
    asked = hand.asked(hand.draft(SQL, guard=guard))
    with consortium.refused("E-RUN-006", by="beta"):
        hand.contribute(asked, "beta")
    with consortium.refused("E-RUN-006", by=BUREAU):
        hand.decide(asked, (), guard=BUREAU)


def test_two_owners_cannot_leave_the_third_behind_under_its_table(consortium: Consortium) -> None:
    """All three, then alpha and beta alone: the difference would be gamma's numbers."""
    rows = {part: people("regrouped", part, 40) for part in OWNERS}
    consortium.add(TestTable("regrouped", rows))
    consortium.ask("SELECT COUNT(*) FROM regrouped")
    fewer = TestTable("regrouped", rows, OWNERS[:2])
    for part in fewer.parts:
        consortium.publish(fewer, part)
    with consortium.refused("E-NOD-001", by=STATS):
        consortium.ask("SELECT COUNT(*) FROM regrouped")


def test_nor_under_another_name_of_the_table(consortium: Consortium) -> None:
    """The rows are what is answered, whatever the table is called."""
    rows = {part: people("renamed", part, 40) for part in OWNERS}
    consortium.add(TestTable("renamed", rows))
    consortium.ask("SELECT COUNT(*) FROM renamed")
    consortium.add(TestTable("disguised", rows, OWNERS[1:]))
    with consortium.refused("E-RUN-010", by="beta"):
        consortium.ask("SELECT COUNT(*) FROM disguised")


def test_a_replayed_run_id_serves_no_other_question(
    consortium: Consortium, decided: Decided
) -> None:
    """Refused and recorded at an owner, at the guard and at the own node."""
    hand, run_id = decided.hand, run_of(decided.asked)
    replayed = hand.draft("SELECT COUNT(*) FROM rostered", run_id=run_id)
    asked = hand.asked(replayed)
    with consortium.refused("E-RUN-008", by="alpha"):
        hand.contribute(asked, "alpha")
    with consortium.refused("E-RUN-008", by=BUREAU):
        hand.decide(asked, decided.contributions)

    done = consortium.ask("SELECT SUM(age) FROM rostered")
    again = replace(replayed, run_id=done.question.run_id)
    with consortium.refused("E-RUN-008", by=STATS):
        consortium.client(hand.analyst).run_question(again)
    with consortium.refused("E-RUN-008", by=STATS):
        consortium.client(hand.analyst).run_question(done.question)


def test_a_message_of_one_run_is_not_taken_in_another(
    consortium: Consortium, decided: Decided
) -> None:
    """What is sealed for a run opens in that run only."""
    other = bytes(15) + b"\1"
    with refused("E-CRY-008"):
        card = consortium.members[STATS].cards["alpha"]
        sealed = seal_question(decided.asked, bytes(16), card)
        list(decided.hand.peers.contribute("alpha", other, sealed))
    with consortium.refused("E-RUN-012", by="alpha"):
        decided.hand.contribute(decided.asked, "alpha", run_id=other)
    with refused("E-RUN-011"):
        decided.hand.peers.send_values("alpha", other, decided.statement)
