"""Promise 5, the owner rules: questions and grants that do not hold, sent to real owners."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from accord.client.profile import load_profile
from accord.domain import codec
from accord.domain.record import RecordKind
from accord.domain.run import APPLY, GRANT, QUESTION, Asked
from accord.ledger.signatures import Ed25519Signer
from accord.wire.v1 import person_pb2, types_pb2
from tests.consortium.by_hand import ByHand, question_of, run_of
from tests.consortium.lab import OWNERS, STATS
from tests.consortium.tables import PURPOSE, TestTable, spread
from tests.consortium.world import ANA, LATER, Consortium, refused, terms_for

SQL = "SELECT COUNT(*), SUM(age) FROM ruled"


@pytest.fixture(scope="module")
def table(consortium: Consortium) -> TestTable:
    return consortium.add(spread("ruled"))


@pytest.fixture(scope="module")
def hand(consortium: Consortium, table: TestTable) -> ByHand:
    return ByHand(consortium)


# Who asks


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


def test_a_plan_that_is_not_what_the_sql_says_is_not_answered(
    consortium: Consortium, hand: ByHand
) -> None:
    """Owners show their people the SQL, so that is what must be computed."""
    other = hand.draft("SELECT COUNT(*), SUM(profit) FROM ruled")
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


# Under which grant


def with_grant(hand: ByHand, digest: bytes, sql: str = SQL) -> Asked:
    draft = hand.draft(sql)
    return hand.asked(replace(draft, grants={**draft.grants, "alpha": digest}))


def digest_of_grant(consortium: Consortium, grant_id: bytes) -> bytes:
    states = consortium.client("alpha/steward").grants()
    return next(s.signed.digest for s in states if s.grant.grant_id == grant_id)


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"to": "beta"}, "E-GRT-001"),
        ({"purpose": "marketing"}, "E-GRT-001"),
        ({"columns": ("region",)}, "E-GRT-002"),
    ],
    ids=["another member's", "another purpose's", "another column's"],
)
def test_a_grant_serves_only_what_it_names(
    consortium: Consortium, hand: ByHand, terms: dict[str, object], code: str
) -> None:
    grant = consortium.grant("alpha", "ruled", **terms)
    asked = with_grant(hand, digest_of_grant(consortium, grant.grant_id))
    with consortium.refused(code, by="alpha"):
        hand.contribute(asked, "alpha")


def test_the_minimum_of_a_grant_holds_whatever_the_question_says(consortium: Consortium) -> None:
    strict = consortium.add(spread("strict"), minimum=25)
    hand = ByHand(consortium)
    honest = hand.draft(f"SELECT COUNT(*) FROM {strict.name}")
    with consortium.refused("E-GRT-006", by="alpha"):
        hand.contribute(hand.asked(replace(honest, minimum=10)), "alpha")
    assert honest.minimum == 25


def test_no_grant_and_an_invented_one_are_refused(consortium: Consortium, hand: ByHand) -> None:
    for digest in (b"", bytes(32)):
        with consortium.refused("E-GRT-001", by="alpha"):
            hand.contribute(with_grant(hand, digest), "alpha")


def test_a_question_for_an_ungranted_purpose_is_refused_and_says_by_whom(
    consortium: Consortium, table: TestTable
) -> None:
    steps = []
    with consortium.refused("E-GRT-001", by="alpha"):
        consortium.ask(SQL, "advertising", progress=steps.append)
    assert {step.member for step in steps if step.refusal} >= set(OWNERS)


def test_purposes_are_the_same_after_case_and_space(
    consortium: Consortium, table: TestTable
) -> None:
    assert consortium.ask(SQL, f"  {PURPOSE.upper()} ").bundle


def test_an_expired_grant_serves_no_question(consortium: Consortium) -> None:
    """Alpha's clock is put forward beyond the grant's end, and not beyond the question's."""
    until = LATER - timedelta(days=30) + timedelta(minutes=4)
    consortium.add(spread("brief"), until=until)
    consortium.ask("SELECT COUNT(*) FROM brief")
    consortium.clocks["alpha"].ahead = timedelta(minutes=5)
    try:
        with consortium.refused("E-GRT-004", by="alpha"):
            consortium.ask("SELECT COUNT(*) FROM brief")
    finally:
        consortium.clocks["alpha"].ahead = timedelta()


def test_a_revoked_grant_serves_no_question(consortium: Consortium) -> None:
    consortium.add(spread("ended"))
    done = consortium.ask("SELECT COUNT(*) FROM ended")
    grant = next(
        state.grant
        for state in consortium.client("beta/steward").grants()
        if state.grant.table == "ended"
    )
    record = consortium.client("beta/steward").revoke(grant.grant_id)
    with consortium.refused("E-GRT-003", by="beta"):
        consortium.ask("SELECT COUNT(*) FROM ended")
    assert done.bundle
    assert record.startswith("beta#")


def test_a_used_up_grant_serves_no_question_but_still_a_dry_run(consortium: Consortium) -> None:
    consortium.add(spread("counted"), max_runs=1)
    sql = "SELECT COUNT(*) FROM counted"
    dry = consortium.ask(sql, dry_run=True)
    consortium.ask(sql)
    with consortium.refused("E-GRT-005", by="alpha"):
        consortium.ask(sql)
    consortium.ask(sql, dry_run=True)
    for owner in OWNERS:
        assert consortium.kinds(owner, dry.question.run_id) == [RecordKind.DRY_RUN]


# Registering and ending grants


@pytest.mark.parametrize(
    "terms",
    [
        {"to": "nobody"},
        {"columns": ()},
        {"columns": ("wages",)},
        {"columns": ("person",)},
        {"until": LATER - timedelta(days=60)},
        {"purpose": ""},
        {"legal_basis": ""},
        {"table": "unknown"},
    ],
)
def test_a_grant_that_could_not_be_served_is_not_registered(
    consortium: Consortium, table: TestTable, terms: dict[str, object]
) -> None:
    with refused("E-GRT-007"):
        consortium.client("alpha/steward").grant(
            terms_for(**{"table": "ruled", **terms}), os.urandom(16)
        )


def test_a_grant_of_another_owner_or_twice_is_not_registered(
    consortium: Consortium, table: TestTable
) -> None:
    steward = consortium.client("alpha/steward")
    states = [s for s in consortium.client("beta/steward").grants() if s.grant.table == "ruled"]
    own = [s for s in steward.grants() if s.grant.table == "ruled"]
    mine = steward.profile.signer.sign(GRANT, states[0].signed.body)
    for signed in (mine, own[0].signed):
        request = person_pb2.GrantRequest(
            header=types_pb2.Header(protocol_version=1),
            grant=codec.encode(signed),
            person_card=codec.encode(steward.profile.card),
        )
        with refused("E-GRT-007"):
            steward._remote.call(steward._steward.Grant, request, 10)


def test_there_is_no_grant_to_end_that_was_never_given(consortium: Consortium) -> None:
    with refused("E-GRT-008"):
        consortium.client("alpha/steward").revoke(bytes(16))


# What a person may hand in


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
