"""What every receiver checks of a question before it looks any further."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from accord.domain import codec
from accord.domain.errors import RefusalError, RequestError, VerificationError
from accord.domain.ids import PersonRole
from accord.domain.run import Asked
from accord.node.handlers.asked import check_asked
from accord.node.handlers.people import check_person
from tests.unit.node.handlers.members import (
    ANA,
    BUREAU,
    CARDS,
    NOW,
    RUN,
    STATS,
    Person,
    asked,
    member,
    question,
)
from tests.unit.query.tables import INCOME

BOB, NODE = Person(STATS, PersonRole.ANALYST, "bob"), "spiffe://testland/statistics/node"
GOOD = asked(question())


def check(of: Asked, caller: str = STATS, run_id: bytes = RUN) -> object:
    return check_asked(of, CARDS, caller, run_id, NOW)


def test_a_question_that_analyst_and_node_have_signed_is_taken() -> None:
    assert check(GOOD) == question()


@pytest.mark.parametrize(
    "person",
    [
        Person(STATS, PersonRole.STEWARD, "ana"),
        Person(STATS, PersonRole.OFFICER, "ana"),
        Person(STATS, PersonRole.ADMINISTRATOR, "ana"),
        Person(STATS, PersonRole.ANALYST, "bob"),
        Person(BUREAU, PersonRole.ANALYST, "ana"),
        Person(STATS, PersonRole.ANALYST, "ana", until=NOW),
    ],
    ids=["steward", "officer", "administrator", "another", "another member's", "expired"],
)
def test_nobody_but_its_analyst_signs_a_question(person: Person) -> None:
    with pytest.raises(RefusalError, match="E-RUN-015"):
        check(asked(question(), person))


@pytest.mark.parametrize(
    "change",
    [
        lambda a: replace(a, question=replace(a.question, signature=bytes(64))),
        lambda a: replace(a, question=replace(a.question, kind="grant")),
        lambda a: replace(a, countersignature=a.question),
        lambda a: replace(a, countersignature=asked(question(minimum=2)).countersignature),
        lambda a: replace(a, person_card=replace(a.person_card, signature=bytes(64))),
        lambda a: replace(
            a, person_card=asked(question(), Person(STATS, PersonRole.ANALYST, "bob")).person_card
        ),
        lambda a: replace(
            a, question=replace(a.question, signer="spiffe://testland/statistics/node")
        ),
    ],
)
def test_every_signature_counts(change: Callable[[Asked], Asked]) -> None:
    with pytest.raises(RefusalError, match="E-RUN-015"):
        check(change(GOOD))


def test_a_malformed_table_is_refused_before_it_is_used() -> None:
    """A scale of three million would make numbers of three million digits."""
    age = replace(INCOME.columns[2], scale=3_000_000, domain=("1",))
    table = replace(INCOME, columns=(INCOME.columns[0], age))
    signed = asked(question(table_digest=table.digest()))

    with pytest.raises(RequestError, match="E-CAT-001"):
        check(replace(signed, table=table))


def test_a_purpose_that_cannot_be_printed_is_refused() -> None:
    """Purposes are compared without the characters at their ends that no screen shows."""
    with pytest.raises(RequestError, match="E-GRT-009"):
        check(asked(question(purpose="pension review\x1c")))


def test_a_question_comes_from_its_requester_for_its_run_with_its_table() -> None:
    with pytest.raises(RefusalError, match="E-RUN-015"):
        check(GOOD, caller=BUREAU)
    with pytest.raises(RefusalError, match="E-RUN-015"):
        check(asked(question(requester="nobody")), caller="nobody")
    for wrong in (RUN[::-1], b""):
        with pytest.raises(VerificationError, match="E-RUN-012"):
            check(GOOD, run_id=wrong)
    with pytest.raises(VerificationError, match="E-RUN-012"):
        check(asked(question(run_id=b"")), run_id=b"")
    with pytest.raises(VerificationError, match="E-RUN-012"):
        check(replace(GOOD, table=replace(GOOD.table, max_rows=2)))
    with pytest.raises(VerificationError, match="E-RUN-012"):
        check(asked(question(version=2)))


def test_what_a_person_hands_in_is_signed_by_the_calling_person() -> None:
    node = member(STATS)
    statement = ANA.signer.sign("question", codec.encode(1))
    check_person(node, ANA.identity, ANA.card, statement, "question")
    for caller, card in ((BOB, ANA.card), (ANA, BOB.card), (BOB, BOB.card)):
        with pytest.raises(RefusalError, match="E-NOD-005"):
            check_person(node, caller.identity, card, statement, "question")
    with pytest.raises(VerificationError, match="E-SIG-002"):
        check_person(node, ANA.identity, ANA.card, statement, "grant")
    late = Person(STATS, PersonRole.ANALYST, "ana", until=NOW - timedelta(days=1))
    with pytest.raises(RefusalError, match="E-NOD-005"):
        check_person(node, late.identity, late.card, statement, "question")
