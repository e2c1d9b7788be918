"""Promise 2, nobody sees a part: decisions that somebody made up.

The attacker is the requester's node, with its own keys; where a test gives it the keys of
another member, that member is the attacker's accomplice.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from accord.domain import codec
from accord.domain.contribution import Counts, Decision, GuardStatement, digest_of
from accord.domain.record import RecordKind
from accord.domain.run import Asked
from accord.domain.signed import Signed
from accord.node.runs import OwnerRun
from accord.node.store import repository
from tests.consortium.by_hand import ByHand, Decided, question_of, run_of, run_to_decision
from tests.consortium.lab import BUREAU, OWNERS, STATS
from tests.consortium.tables import TestTable, spread
from tests.consortium.world import Consortium

SQL = "SELECT region, COUNT(*), SUM(age) FROM decided GROUP BY region"


@pytest.fixture(scope="module")
def table(consortium: Consortium) -> TestTable:
    return consortium.add(spread("decided"))


@pytest.fixture(scope="module")
def decided(consortium: Consortium, table: TestTable) -> Decided:
    return run_to_decision(consortium, SQL)


def all_allowed(statement: Signed) -> GuardStatement:
    """The decision with every cell released, small ones too."""
    opened = statement.unsafe_open(GuardStatement)
    return replace(opened, decision=replace(opened.decision, allowed=b"\1" * 4))


def test_the_guard_withholds_the_group_that_nobody_has(decided: Decided) -> None:
    statement = decided.statement.unsafe_open(GuardStatement)
    assert statement.decision.allowed == b"\1\1\1\0"


@pytest.mark.parametrize("signer", [STATS, "beta"])
def test_owners_send_nothing_for_a_decision_the_guard_did_not_sign(
    consortium: Consortium, decided: Decided, signer: str
) -> None:
    own = consortium.members[signer].sign("statement", all_allowed(decided.statement))
    under_the_guards_name = replace(own, signer=decided.statement.signer)
    with_its_signature = replace(own, signature=decided.statement.signature)
    for forged in (own, under_the_guards_name, with_its_signature):
        with consortium.refused("E-SIG-001", by="alpha"):
            decided.hand.peers.send_values("alpha", run_of(decided.asked), forged)


@pytest.mark.parametrize("place", [0, 31, 63])
def test_owners_send_nothing_for_a_decision_with_one_bit_changed(
    consortium: Consortium, decided: Decided, place: int
) -> None:
    signature = bytearray(decided.statement.signature)
    signature[place] ^= 1
    body = decided.statement.body.replace(b"\1\1\1\0", b"\1\1\1\1")
    assert body != decided.statement.body
    for forged in (
        replace(decided.statement, signature=bytes(signature)),
        replace(decided.statement, body=body),
    ):
        with consortium.refused("E-SIG-001", by="beta"):
            decided.hand.peers.send_values("beta", run_of(decided.asked), forged)


def test_another_kind_of_the_guards_signatures_is_no_decision(
    consortium: Consortium, decided: Decided
) -> None:
    guard = consortium.members[BUREAU]
    for kind in ("values", "offer"):
        with consortium.refused("E-SIG-002", by="alpha"):
            signed = guard.sign(kind, all_allowed(decided.statement))
            decided.hand.peers.send_values("alpha", run_of(decided.asked), signed)


def test_a_decision_of_another_run_is_none_of_this_run(
    consortium: Consortium, decided: Decided
) -> None:
    other = run_to_decision(consortium, SQL)
    with consortium.refused("E-RUN-012", by="alpha"):
        decided.hand.peers.send_values("alpha", run_of(other.asked), decided.statement)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: replace(d, minimum=1),
        lambda d: replace(d, guard="gamma"),
        lambda d: replace(d, counts={**d.counts, "alpha": bytes(32)}),
        lambda d: replace(d, data_versions={**d.data_versions, "alpha": bytes(32)}),
        lambda d: replace(d, counts={"alpha": d.counts["alpha"]}),
        lambda d: replace(d, question=bytes(32)),
        lambda d: replace(d, allowed=b"\2\1\1\0"),
    ],
    ids=["minimum", "guard", "counts", "data", "roster", "question", "allowed"],
)
def test_even_the_guard_cannot_have_owners_answer_what_they_did_not_count(
    consortium: Consortium, table: TestTable, change: Callable[..., object]
) -> None:
    """The guard is an accomplice: it signs whatever the requester wants."""
    hand = ByHand(consortium)
    asked = hand.asked(hand.draft(SQL))
    hand.contribute(asked, "alpha")
    honest = guess_of_decision(consortium, asked)
    signed = consortium.members[BUREAU].sign(
        "statement", replace(honest, decision=change(honest.decision))
    )
    with pytest.raises(Exception, match=r"E-RUN-012|E-CRY-012"):
        hand.peers.send_values("alpha", run_of(asked), signed)
    assert RecordKind.REFUSE in consortium.kinds("alpha", run_of(asked))
    assert RecordKind.CONTRIBUTED not in consortium.kinds("alpha", run_of(asked))


def guess_of_decision(consortium: Consortium, asked: Asked) -> GuardStatement:
    """A decision that alpha would act on: right in everything that alpha can check."""
    with consortium.members["alpha"].database.read() as session:
        stored = repository.find_run(session, run_of(asked), "owner")
    assert stored
    run = codec.decode(OwnerRun, stored.body)
    counts = codec.decode(Signed, run.counts).unsafe_open(Counts)
    decision = Decision(
        version=1,
        run_id=run_of(asked),
        guard=BUREAU,
        question=asked.question.digest,
        counts=dict.fromkeys(OWNERS, bytes(32)) | {"alpha": digest_of(counts.ciphertexts)},
        data_versions=dict.fromkeys(OWNERS, bytes(32)) | {"alpha": run.data_version},
        minimum=question_of(asked).minimum,
        allowed=b"\1\1\1\0",
    )
    return GuardStatement(1, decision, bytes(32))


def test_a_second_decision_of_the_same_run_is_refused(
    consortium: Consortium, decided: Decided
) -> None:
    """The guard is an accomplice: two suppressions of one run would give the difference."""
    first = decided.hand.peers.send_values("gamma", run_of(decided.asked), decided.statement)
    again = decided.hand.peers.send_values("gamma", run_of(decided.asked), decided.statement)
    second = consortium.members[BUREAU].sign("statement", all_allowed(decided.statement))

    with consortium.refused("E-RUN-009", by="gamma"):
        decided.hand.peers.send_values("gamma", run_of(decided.asked), second)

    assert first.values == again.values
