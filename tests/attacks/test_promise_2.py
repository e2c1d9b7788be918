"""Promise 2, nobody sees a part: decisions, rosters and counts that somebody made up.

The attacker is the requester's node, with its own keys; where a test gives it the keys of
another member, that member is the attacker's accomplice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from accord.domain import codec
from accord.domain.contribution import Counts, Decision, GuardStatement, digest_of
from accord.domain.record import RecordKind
from accord.domain.run import COUNTS, Asked, OwnerEvidence
from accord.domain.signed import Signed
from accord.node.handlers.sealed import seal_question
from accord.node.runs import OwnerRun
from accord.node.store import repository
from accord.privacy.sealing import seal
from tests.consortium.by_hand import ByHand, question_of, run_of
from tests.consortium.lab import BUREAU, OWNERS, STATS
from tests.consortium.tables import TestTable, people, spread
from tests.consortium.world import Consortium, refused

SQL = "SELECT region, COUNT(*), SUM(age) FROM split GROUP BY region"


@dataclass(frozen=True)
class Decided:
    """A run after the guard's decision."""

    hand: ByHand
    asked: Asked
    contributions: tuple[OwnerEvidence, ...]
    statement: Signed


@pytest.fixture(scope="module")
def table(consortium: Consortium) -> TestTable:
    return consortium.add(spread("split"))


@pytest.fixture(scope="module")
def decided(consortium: Consortium, table: TestTable) -> Decided:
    hand = ByHand(consortium)
    asked = hand.asked(hand.draft(SQL))
    contributions = hand.contribute_all(asked)
    return Decided(hand, asked, contributions, hand.decide(asked, contributions).statement)


@pytest.fixture(scope="module")
def contributed(consortium: Consortium, table: TestTable) -> Decided:
    """A run that the guard has not decided on."""
    hand = ByHand(consortium)
    asked = hand.asked(hand.draft(SQL))
    contributions = hand.contribute_all(asked)
    return Decided(hand, asked, contributions, consortium.members[BUREAU].sign("statement", b""))


def all_allowed(statement: Signed) -> GuardStatement:
    """The decision with every cell released, small ones too."""
    opened = statement.unsafe_open(GuardStatement)
    return replace(opened, decision=replace(opened.decision, allowed=b"\1" * 4))


# Decisions


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
    consortium: Consortium, decided: Decided, contributed: Decided
) -> None:
    with consortium.refused("E-RUN-012", by="alpha"):
        decided.hand.peers.send_values("alpha", run_of(contributed.asked), decided.statement)


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


# Rosters


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


def test_the_same_rows_are_not_answered_under_a_second_roster(consortium: Consortium) -> None:
    """All three, then alpha and beta alone: the difference would be gamma's numbers."""
    rows = {part: people("regrouped", part, 40) for part in OWNERS}
    consortium.add(TestTable("regrouped", rows))
    consortium.ask("SELECT COUNT(*) FROM regrouped")
    fewer = TestTable("regrouped", rows, OWNERS[:2])
    for part in fewer.parts:
        consortium.publish(fewer, part)
    with consortium.refused("E-RUN-010", by="alpha"):
        consortium.ask("SELECT COUNT(*) FROM regrouped")


def test_nor_under_another_name_of_the_table(consortium: Consortium) -> None:
    """The rows are what is answered, whatever the table is called."""
    rows = {part: people("renamed", part, 40) for part in OWNERS}
    consortium.add(TestTable("renamed", rows))
    consortium.ask("SELECT COUNT(*) FROM renamed")
    consortium.add(TestTable("disguised", rows, OWNERS[1:]))
    with consortium.refused("E-RUN-010", by="beta"):
        consortium.ask("SELECT COUNT(*) FROM disguised")


# Counts


def forged_counts(
    consortium: Consortium, run: Decided, place: int, signer: str, other: Counts
) -> tuple[OwnerEvidence, ...]:
    """One owner's counts replaced by those that ``signer`` signs, sealed as they should be."""
    signed = consortium.members[signer].sign(COUNTS, other)
    card = consortium.members[STATS].cards[BUREAU]
    sealed = seal(card.hpke_key, codec.encode(signed), b"counts/" + run_of(run.asked))
    changed = list(run.contributions)
    changed[place] = replace(changed[place], sealed_counts=sealed)
    return tuple(changed)


@pytest.mark.parametrize("signer", [STATS, "alpha", "beta"])
def test_the_coordinator_cannot_raise_an_owners_counts(
    consortium: Consortium, contributed: Decided, signer: str
) -> None:
    """Not under its own signature, and not with alpha's help: the access record binds alpha."""
    run = run_of(contributed.asked)
    key = consortium.members[STATS].encryption_key(BUREAU)
    ten = (key.n * 10 + 1).to_bytes(768)  # (1 + 10 N): ten more rows, in the first slot
    made = Counts(1, run, "alpha", contributed.asked.question.digest, (ten,))
    code = "E-RUN-012" if signer == "alpha" else "E-SIG-001"
    with consortium.refused(code, by=BUREAU):
        contributions = forged_counts(consortium, contributed, 0, signer, made)
        contributed.hand.decide(contributed.asked, contributions)


def test_sealed_counts_with_one_bit_changed_do_not_open(
    consortium: Consortium, contributed: Decided
) -> None:
    first, *rest = contributed.contributions
    sealed = bytearray(first.sealed_counts)
    sealed[-1] ^= 1
    with consortium.refused("E-CRY-008", by=BUREAU):
        contributed.hand.decide(
            contributed.asked, (replace(first, sealed_counts=bytes(sealed)), *rest)
        )


def rosters(given: Sequence[OwnerEvidence]) -> dict[str, tuple[OwnerEvidence, ...]]:
    alpha, beta, gamma = given
    return {
        "dropped": (alpha, beta),
        "repeated": (alpha, beta, gamma, gamma),
        "alpha for gamma": (alpha, beta, alpha),
        "none": (),
    }


@pytest.mark.parametrize("case", ["dropped", "repeated", "alpha for gamma", "none"])
def test_no_owners_counts_are_dropped_or_repeated(
    consortium: Consortium, contributed: Decided, case: str
) -> None:
    with consortium.refused("E-RUN-012", by=BUREAU):
        contributed.hand.decide(contributed.asked, rosters(contributed.contributions)[case])


def test_no_owners_counts_are_passed_off_as_anothers(
    consortium: Consortium, contributed: Decided
) -> None:
    alpha, beta, gamma = contributed.contributions
    for forged in (
        replace(alpha, owner="gamma"),
        replace(gamma, sealed_counts=alpha.sealed_counts),
    ):
        with consortium.refused("E-SIG-001", by=BUREAU):
            contributed.hand.decide(contributed.asked, (alpha, beta, forged))


def test_counts_of_another_run_do_not_count(
    consortium: Consortium, decided: Decided, contributed: Decided
) -> None:
    """Neither with that run's records nor with this run's."""
    alpha, *rest = contributed.contributions
    other = decided.contributions[0]
    with consortium.refused("E-RUN-012", by=BUREAU):
        contributed.hand.decide(contributed.asked, (other, *rest))
    with consortium.refused("E-CRY-008", by=BUREAU):
        contributed.hand.decide(
            contributed.asked, (replace(alpha, sealed_counts=other.sealed_counts), *rest)
        )


def test_the_guard_decides_once(consortium: Consortium, decided: Decided) -> None:
    """The same contributions get the same bytes; others are a second decision."""
    again = decided.hand.decide(decided.asked, decided.contributions)
    alpha, *rest = decided.contributions
    with consortium.refused("E-RUN-009", by=BUREAU):
        decided.hand.decide(decided.asked, (replace(alpha, access=alpha.accept), *rest))
    assert again.statement == decided.statement


def test_the_guard_tells_its_decision_to_the_requester_alone(
    consortium: Consortium, decided: Decided
) -> None:
    """Beta has the question, as every owner has, and somebody gave it the contributions."""
    with consortium.refused("E-RUN-015", by=BUREAU):
        ByHand(consortium, "beta").decide(decided.asked, decided.contributions)


# Run ids


def test_a_replayed_run_id_serves_no_other_question(
    consortium: Consortium, decided: Decided
) -> None:
    """Refused and recorded at an owner, at the guard and at the own node."""
    hand, run_id = decided.hand, run_of(decided.asked)
    replayed = hand.draft("SELECT COUNT(*) FROM split", run_id=run_id)
    asked = hand.asked(replayed)
    with consortium.refused("E-RUN-008", by="alpha"):
        hand.contribute(asked, "alpha")
    with consortium.refused("E-RUN-008", by=BUREAU):
        hand.decide(asked, decided.contributions)

    done = consortium.ask("SELECT SUM(age) FROM split")
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
