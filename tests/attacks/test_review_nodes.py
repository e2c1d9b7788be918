"""Attacks on running nodes that a reader found: minimum, table names, records, times."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from accord.domain.errors import AccordError, RefusalError
from tests.consortium.by_hand import ByHand
from tests.consortium.lab import BUREAU, OWNERS, STATS
from tests.consortium.tables import TestTable, people, spread
from tests.consortium.world import Consortium, refused


@pytest.mark.parametrize("minimum", [11, 119])
def test_a_requester_cannot_search_for_a_count_with_the_minimum(
    consortium: Consortium, minimum: int
) -> None:
    """A larger minimum than the grants set would tell how many rows a cell has."""
    name = f"searched{minimum}"
    consortium.add(spread(name))
    hand = ByHand(consortium)
    asked = hand.asked(hand.draft(f"SELECT COUNT(*), SUM(age) FROM {name}", minimum=minimum))

    contributions = hand.contribute_all(asked)

    with refused("E-RUN-018"):
        hand.decide(asked, contributions)


def test_a_second_table_of_a_name_gets_no_questions(consortium: Consortium) -> None:
    """Two owners publish their own table under the name of an older one."""
    consortium.add(spread("taken"))
    few = OWNERS[:1]
    other = TestTable("taken", {few[0]: people("taken2", few[0], 5)}, few)

    consortium.publish(other, few[0])

    with refused("E-NOD-001"):  # the old table lacks a part now, the new one is another
        consortium.client("stats/ana").draft("SELECT COUNT(age) FROM taken", "pension study 2026")


def test_of_two_complete_tables_of_a_name_neither_is_asked(consortium: Consortium) -> None:
    for parts in (OWNERS[:2], (OWNERS[2], STATS)):
        rows = {part: people(f"twin-{part}", part, 20) for part in parts}
        for part in parts:
            consortium.publish(TestTable("twin", rows, parts), part)

    with refused("E-NOD-007"):
        consortium.client("stats/ana").draft("SELECT COUNT(age) FROM twin", "pension study 2026")


def test_a_member_without_the_role_owner_publishes_nothing(consortium: Consortium) -> None:
    table = TestTable("bureau_table", {BUREAU: people("bureau", BUREAU, 5)}, (BUREAU,))

    with refused("E-NOD-004"):
        consortium.publish(table, BUREAU)


def test_a_peer_cannot_silence_the_record_of_a_refusal(consortium: Consortium) -> None:
    """An error that names a record of another member still gets one of ours."""
    member, before = consortium.members["alpha"], len(consortium.leaves("alpha"))
    error = RefusalError("E-RUN-010", owner="beta", record="beta#999999")

    with pytest.raises(AccordError), member.refusals_recorded(b"", STATS, {}):
        raise error

    assert len(consortium.leaves("alpha")) == before + 1
    assert error.record == f"alpha#{before}"


@pytest.mark.parametrize(
    "times",
    [
        {"asked": datetime(1999, 1, 1, tzinfo=UTC), "expires": datetime(9998, 1, 1, tzinfo=UTC)},
        {"expires": datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)},
    ],
)
def test_a_question_is_asked_now_and_holds_an_hour(consortium: Consortium, times: dict) -> None:
    name = f"dated{len(times)}"
    consortium.add(spread(name))
    hand = ByHand(consortium)
    question = hand.draft(f"SELECT COUNT(*) FROM {name}", **times)

    with refused("E-RUN-017"):
        hand.contribute_all(hand.asked(question))


def test_a_question_that_its_own_log_does_not_hold_is_not_answered(consortium: Consortium) -> None:
    """Owners want the requester's application record, of this very question."""
    consortium.add(spread("applied"))
    hand = ByHand(consortium)
    asked, other = (hand.asked(hand.draft("SELECT COUNT(*) FROM applied")) for _ in range(2))

    with refused("E-RUN-012"):
        hand.contribute(replace(asked, application=other.application), "alpha")
    with refused("E-REC-001"):
        forged = replace(asked.application, disclosed=other.application.disclosed)
        hand.contribute(replace(asked, application=forged), "alpha")
