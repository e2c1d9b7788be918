"""Promise 1, no record, no result: each way around a record, tried on running nodes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import text

from accord.domain import codec
from accord.domain.bundle import RecordEvidence
from accord.domain.contribution import GuardStatement, Values
from accord.domain.errors import FaultError, VerificationError
from accord.domain.record import RecordKind
from accord.domain.run import Asked, OwnerEvidence, ValuesEvidence
from accord.domain.signed import Signed
from accord.ledger.reading import check_stored, root_at
from accord.ledger.store.log_store import SqlLogStore
from accord.node.handlers.sealed import check_permit, seal_counts
from accord.node.sources.port import check_permit as check_access_permit
from accord.privacy.tally.context import context_of
from accord.privacy.tally.requester import RequesterTally
from tests.consortium.by_hand import ByHand, question_of, run_of
from tests.consortium.lab import BUREAU
from tests.consortium.tables import TestTable, spread
from tests.consortium.world import Consortium, refused

SQL = "SELECT COUNT(*), SUM(age) FROM sealed WHERE age >= 30"


@dataclass(frozen=True)
class Held:
    """Everything a requester holds after the owners' values, before any release record."""

    hand: ByHand
    asked: Asked
    contributions: tuple[OwnerEvidence, ...]
    statement: Signed
    values: dict[str, ValuesEvidence]

    @property
    def contributed(self) -> tuple[RecordEvidence, ...]:
        return tuple(value.record for value in self.values.values())

    def release(self, **changes: Any) -> RecordEvidence:
        return self.hand.release(self.asked, self.statement, self.values, **changes)

    def mask(
        self, release: RecordEvidence, contributed: Sequence[RecordEvidence] | None = None
    ) -> Signed:
        """Ask the guard for its mask."""
        return self.hand.mask(self.asked, release, contributed or self.contributed)


@pytest.fixture(scope="module")
def table(consortium: Consortium) -> TestTable:
    return consortium.add(spread("sealed"))


def run_to_values(consortium: Consortium) -> Held:
    hand = ByHand(consortium)
    asked = hand.asked(hand.draft(SQL))
    contributions = hand.contribute_all(asked)
    statement = hand.decide(asked, contributions).statement
    return Held(hand, asked, contributions, statement, hand.values(asked, statement))


@pytest.fixture(scope="module")
def held(consortium: Consortium, table: TestTable) -> Held:
    return run_to_values(consortium)


def tally_of(held: Held) -> RequesterTally:
    context = context_of(question_of(held.asked), held.asked.question.digest)
    return RequesterTally(context, held.hand.member.keys.decryption)


def opened_values(held: Held) -> dict[str, Values]:
    return {o: v.values.unsafe_open(Values) for o, v in held.values.items()}


def test_before_the_release_record_the_requester_holds_noise(
    consortium: Consortium, held: Held
) -> None:
    """The sum of all owners, decrypted, is a number near N; with the mask it is the answer."""
    key, n = held.hand.member.keys.decryption, held.hand.member.keys.decryption.n
    statement = held.statement.unsafe_open(GuardStatement)
    tally = tally_of(held)
    partial = tally.add(opened_values(held), statement)
    forged = replace(opened_values(held)["alpha"], sender=BUREAU)

    noise = [key.decrypt(product) for product in partial.products]

    assert all(number.bit_length() > n.bit_length() - 64 for number in noise)
    with pytest.raises(VerificationError, match="E-CRY-015"):
        tally.open(partial, forged, statement)


def test_one_owners_ciphertext_opened_with_the_own_key_is_noise(held: Held) -> None:
    key, n = held.hand.member.keys.decryption, held.hand.member.keys.decryption.n
    for values in opened_values(held).values():
        for ciphertext in values.ciphertexts:
            assert key.decrypt(ciphertext).bit_length() > n.bit_length() - 64


def test_no_mask_for_a_release_record_that_is_not_final(consortium: Consortium, held: Held) -> None:
    release = held.release(final=False)
    with consortium.refused("E-RUN-012", by=BUREAU) as caught:
        held.mask(replace(release, proof=None))
    assert caught.value.facts["thing"] == "release record not final"


def test_no_mask_for_a_release_record_shown_with_the_proof_of_another(
    consortium: Consortium, held: Held
) -> None:
    first = held.release()
    second = held.release(final=False)
    with consortium.refused("E-REC-003", by=BUREAU):
        held.mask(replace(second, proof=first.proof))
    assert first.proof
    moved = replace(first.proof, anchor=held.contributions[0].access.proof.anchor)  # type: ignore[union-attr] # it is final
    with consortium.refused("E-LOG-019", by=BUREAU):
        held.mask(replace(first, proof=moved))


@pytest.mark.parametrize("field", ["question", "decision", "contributions"])
def test_no_mask_for_a_release_record_of_something_else(
    consortium: Consortium, held: Held, field: str
) -> None:
    other = codec.encode({"alpha": bytes(32)}) if field == "contributions" else bytes(32)
    release = held.release(**{field: other})
    with consortium.refused("E-RUN-013", by=BUREAU):
        held.mask(release)


def test_no_mask_for_the_release_record_of_another_run(consortium: Consortium, held: Held) -> None:
    other = run_to_values(consortium)
    release = other.release()
    with consortium.refused("E-RUN-012", by=BUREAU):
        held.mask(release)


def test_no_mask_for_another_members_record_nor_for_another_member(
    consortium: Consortium, held: Held
) -> None:
    """The owner alpha has the bytes of everything and still is not the requester."""
    alpha = ByHand(consortium, "alpha")
    release = alpha.release(held.asked, held.statement, held.values)
    with consortium.refused("E-SIG-001", by=BUREAU):
        held.mask(release)
    with consortium.refused("E-RUN-011"):
        alpha.mask(held.asked, release, held.contributed)


def test_no_mask_unless_every_owner_has_signed_what_is_released(
    consortium: Consortium, held: Held
) -> None:
    release, other = held.release(), run_to_values(consortium)
    alpha, *rest = held.contributed
    for wrong in (
        (alpha, alpha, alpha),
        (other.contributed[0], *rest),
        (held.contributions[0].access, *rest),
        tuple(rest),
    ):
        with refused_by_the_guard(consortium):
            held.mask(release, wrong)


def test_with_its_release_record_final_the_mask_comes_and_the_answer_opens(
    consortium: Consortium, held: Held, table: TestTable
) -> None:
    release = held.release()
    statement = held.statement.unsafe_open(GuardStatement)
    mask = held.mask(release).unsafe_open(Values)
    tally = tally_of(held)

    _, moments = tally.open(tally.add(opened_values(held), statement), mask, statement)

    truth = table.truth(SQL)
    assert (moments[0].moments[0], moments[0].moments[1]) == next(iter(truth.values()))


def test_the_guard_takes_no_counts_before_their_access_record_is_final(
    consortium: Consortium, table: TestTable
) -> None:
    hand = ByHand(consortium)
    asked = hand.asked(hand.draft(SQL))
    first, *rest = hand.contribute_all(asked)
    early = replace(first, access=replace(first.access, proof=None))
    with consortium.refused("E-RUN-012", by=BUREAU) as caught:
        hand.decide(asked, (early, *rest))
    assert caught.value.facts["thing"] == "access record not final"


def test_nothing_is_measured_or_sent_without_a_permit(held: Held) -> None:
    """At run time; `test_promise_1_types` shows that the type checker says so before."""
    with pytest.raises(FaultError, match="E-SRC-042"):
        check_access_permit(object())  # type: ignore[arg-type] # the attack
    card = held.hand.member.cards[BUREAU]
    for forged in (None, object()):
        with pytest.raises(FaultError, match="E-INT-001"):
            seal_counts(held.statement, run_of(held.asked), forged, card)  # type: ignore[arg-type] # the attack
    member = held.hand.consortium.members["alpha"]
    access = next(
        leaf.leaf_index
        for leaf in held.hand.consortium.leaves("alpha", run_of(held.asked))
        if leaf.kind is RecordKind.ACCESS
    )
    with pytest.raises(FaultError, match="E-INT-001"):
        check_permit(member.gate.send_permit(access, 1), bytes(16))


def test_a_record_changed_in_the_database_is_detected(
    consortium: Consortium, table: TestTable
) -> None:
    """By the member's own check of its store, and by the guard who is shown the record."""
    hand = ByHand(consortium)
    asked = hand.asked(hand.draft(SQL))
    contributions = hand.contribute_all(asked)
    access = codec.decode(Signed, contributions[0].access.entry)
    forged = codec.encode(replace(access, body=access.body.replace(b"alpha", b"alphb")))
    accept = consortium.leaves("alpha", run_of(asked))[0].leaf_index

    with changed_entry(consortium, "alpha", accept + 1, forged):
        with consortium.members["alpha"].database.read() as session:
            store = SqlLogStore(session)
            with pytest.raises(VerificationError, match="E-LOG-007"):
                check_stored(store, store.size(), root_at(store, store.size()))
        shown = hand.contribute(asked, "alpha")
        with refused("E-SIG-001"):
            hand.decide(asked, (shown, *contributions[1:]))

    with consortium.members["alpha"].database.read() as session:
        store = SqlLogStore(session)
        check_stored(store, store.size(), root_at(store, store.size()))


@contextmanager
def refused_by_the_guard(consortium: Consortium) -> Iterator[None]:
    """With a code that says whose record does not belong here."""
    with pytest.raises(VerificationError, match=r"E-RUN-012|E-SIG-001") as caught:
        yield
    assert caught.value.record.startswith(f"{BUREAU}#")


@contextmanager
def changed_entry(consortium: Consortium, member: str, index: int, body: bytes) -> Iterator[None]:
    """What an administrator with the database's password could do."""
    former = consortium.leaves(member)[index].body
    for value in (body, former):
        with consortium.members[member].database.write() as session:
            session.execute(
                text("UPDATE log_entry SET body = :body WHERE leaf_index = :index"),
                {"body": value, "index": index},
            )
        if value is body:
            yield
