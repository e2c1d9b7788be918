"""Promise 5, the owner rules: grants that do not hold, used at and given to real owners."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from accord.domain import codec
from accord.domain.record import RecordKind
from accord.domain.run import GRANT, Asked
from accord.wire.v1 import person_pb2, types_pb2
from tests.consortium.by_hand import ByHand
from tests.consortium.lab import OWNERS
from tests.consortium.tables import PURPOSE, TestTable, spread
from tests.consortium.world import LATER, Consortium, refused, terms_for

SQL = "SELECT COUNT(*), SUM(age) FROM ruled"


@pytest.fixture(scope="module")
def table(consortium: Consortium) -> TestTable:
    return consortium.add(spread("ruled"))


@pytest.fixture(scope="module")
def hand(consortium: Consortium, table: TestTable) -> ByHand:
    return ByHand(consortium)


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
    """Alpha's clock goes ahead, by less than the clocks of two members may differ."""
    until = datetime.now(UTC) + timedelta(minutes=3)
    consortium.add(spread("brief"), until=until)
    consortium.ask("SELECT COUNT(*) FROM brief")
    consortium.clocks["alpha"].ahead = timedelta(minutes=4)
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


def test_a_dry_run_uses_nothing_up_and_is_told_when_all_is_used(consortium: Consortium) -> None:
    consortium.add(spread("counted"), max_runs=1)
    sql = "SELECT COUNT(*) FROM counted"
    dry = consortium.ask(sql, dry_run=True)
    consortium.ask(sql)
    with consortium.refused("E-GRT-005", by="alpha"):
        consortium.ask(sql)
    with consortium.refused("E-GRT-005", by="alpha"):
        consortium.ask(sql, dry_run=True)
    for owner in OWNERS:
        assert consortium.kinds(owner, dry.question.run_id) == [RecordKind.DRY_RUN]


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
