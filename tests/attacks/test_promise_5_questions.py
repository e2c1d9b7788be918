"""Promise 5, the owner rules: questions that do not hold, sent to real owners."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accord.client.profile import load_profile
from accord.domain import codec
from accord.domain.run import APPLY, QUESTION
from accord.ledger.signatures import Ed25519Signer
from accord.wire.v1 import person_pb2, types_pb2
from tests.consortium.by_hand import ByHand, question_of, run_of
from tests.consortium.lab import OWNERS, STATS
from tests.consortium.tables import PURPOSE, TestTable, spread
from tests.consortium.world import ANA, LATER, Consortium, refused

SQL = "SELECT COUNT(*), SUM(age) FROM questioned"


@pytest.fixture(scope="module")
def table(consortium: Consortium) -> TestTable:
    return consortium.add(spread("questioned"))


@pytest.fixture(scope="module")
def hand(consortium: Consortium, table: TestTable) -> ByHand:
    return ByHand(consortium)


def signer_of(consortium: Consortium, person: str) -> Ed25519Signer:
    return load_profile(consortium.lab.profile(person)).signer


@pytest.mark.parametrize("person", ["stats/steward", "stats/bob", "beta/ana"])
def test_a_question_that_its_analyst_did_not_sign_is_not_answered(
    consortium: Consortium, hand: ByHand, person: str
) -> None:
    asked = hand.asked(hand.draft(SQL), signer=signer_of(consortium, person))
    with consortium.refused("E-RUN-015", by="alpha"):
        hand.contribute(asked, "alpha")


@pytest.mark.parametrize("person", ["stats/steward", "stats/bob", "beta/ana"])
def test_nor_is_one_that_comes_with_the_card_of_its_real_signer(
    consortium: Consortium, hand: ByHand, person: str
) -> None:
    """A steward is no analyst, bob is not ana, and beta's ana is another ana."""
    profile = load_profile(consortium.lab.profile(person))
    honest = hand.asked(hand.draft(SQL), signer=profile.signer)
    for card in (profile.card, hand.member.signer.sign("person_card", profile.card.body)):
        with consortium.refused("E-RUN-015", by="alpha"):
            hand.contribute(replace(honest, person_card=card), "alpha")


def test_a_question_changed_after_signing_is_not_answered(
    consortium: Consortium, hand: ByHand
) -> None:
    honest = hand.asked(hand.draft(SQL))
    other = codec.encode(replace(question_of(honest), minimum=11))
    countersigned = hand.member.signer.sign(APPLY, other)
    for forged in (
        replace(honest, question=replace(honest.question, body=other)),
        replace(
            honest, question=replace(honest.question, body=other), countersignature=countersigned
        ),
        replace(honest, countersignature=countersigned),
        replace(honest, countersignature=honest.question),
    ):
        with consortium.refused("E-RUN-015", by="beta"):
            hand.contribute(forged, "beta", run_id=run_of(honest))


def test_a_question_is_not_answered_to_a_member_who_did_not_ask_it(
    consortium: Consortium, hand: ByHand
) -> None:
    """The owner beta has caught the question of stats and would like alpha's counts."""
    asked = hand.asked(hand.draft(SQL))
    with consortium.refused("E-RUN-015", by="alpha"):
        ByHand(consortium, "beta").contribute(asked, "alpha")


def test_an_expired_question_is_not_answered(consortium: Consortium, hand: ByHand) -> None:
    draft = hand.draft(SQL)
    asked = hand.asked(replace(draft, expires=draft.asked - timedelta(seconds=1)))
    with consortium.refused("E-RUN-003", by="gamma"):
        hand.contribute(asked, "gamma")


@pytest.mark.parametrize("days", [-1, 1])
def test_a_question_of_another_day_is_not_answered(
    consortium: Consortium, hand: ByHand, days: int
) -> None:
    """Kept for later, or signed in advance, by an analyst who need not be there any more."""
    draft = hand.draft(SQL)
    moved = replace(draft, asked=draft.asked + timedelta(days=days), expires=LATER)
    with consortium.refused("E-RUN-017", by="gamma"):
        hand.contribute(hand.asked(moved), "gamma")


def test_a_plan_that_is_not_what_the_sql_says_is_not_answered(
    consortium: Consortium, hand: ByHand
) -> None:
    """Owners show their people the SQL, so that is what must be computed."""
    other = hand.draft("SELECT COUNT(*), SUM(profit) FROM questioned")
    asked = hand.asked(hand.draft(SQL, plan=other.plan))
    with consortium.refused("E-RUN-007", by="alpha"):
        hand.contribute(asked, "alpha")


def test_a_question_over_another_description_is_not_answered(
    consortium: Consortium, hand: ByHand
) -> None:
    asked = hand.asked(hand.draft(SQL))
    table = replace(asked.table, max_rows=2048)
    other = replace(question_of(asked), table_digest=table.digest())
    with consortium.refused("E-RUN-004", by="alpha"):
        hand.contribute(replace(hand.asked(other), table=table), "alpha")
    with consortium.refused("E-RUN-012", by="alpha"):
        hand.contribute(replace(asked, table=table), "alpha")


def test_an_owner_answers_for_no_table_it_does_not_publish(
    consortium: Consortium, hand: ByHand
) -> None:
    two = consortium.add(spread("notgammas", parts=OWNERS[:2]))
    with consortium.refused("E-NOD-001", by="gamma"):
        hand.contribute(hand.asked(hand.draft(f"SELECT COUNT(*) FROM {two.name}")), "gamma")


def test_a_person_hands_in_only_what_that_person_signed(
    consortium: Consortium, table: TestTable
) -> None:
    """Bob has caught what ana signed, and her card."""
    ana, bob = consortium.client(ANA), consortium.client(f"{STATS}/bob")
    draft = ana.draft(SQL, PURPOSE)
    signed = ana.profile.signer.sign(QUESTION, codec.encode(draft))
    for card in (ana.profile.card, bob.profile.card):
        request = person_pb2.AskRequest(
            header=types_pb2.Header(run_id=draft.run_id, protocol_version=1),
            question=codec.encode(signed),
            person_card=codec.encode(card),
        )
        with refused("E-NOD-005"):
            list(bob._remote.stream(bob._analyst.Ask, request, 10))


@pytest.mark.parametrize(
    "change",
    [{"minimum": 2}, {"owners": OWNERS[:2]}, {"guard": "gamma"}, {"analyst": "bob"}, {"plan": b""}],
)
def test_the_own_node_asks_only_what_it_would_draft(
    consortium: Consortium, table: TestTable, change: dict[str, object]
) -> None:
    draft = consortium.client(ANA).draft(SQL, PURPOSE)
    with consortium.refused("E-NOD-006", by=STATS):
        consortium.client(ANA).run_question(replace(draft, **change))
