"""Messages that are raised, mixed, doubled, forged or replayed, really sent.

Numbers in brackets are those of the threat table.
"""

import dataclasses
import hashlib

import pytest

from accord.domain.contribution import digest_of
from accord.domain.errors import AccordError, RefusalError, VerificationError
from accord.privacy.modulus import (
    size_bytes,
)
from accord.privacy.opening import encode_ciphertext, multiply_ciphertexts
from accord.privacy.packing import pack
from accord.privacy.paillier import Encryptor
from accord.privacy.tally.layouts import count_layout, unpack_counts
from accord.privacy.tally.owner import Said
from tests.unit.privacy.parties import (
    Parties,
    make_parties,
    three_owners,
)


def raised(parties: Parties, canary: int) -> dict:
    """[3] The coordinator multiplies ten people into every cell of the first owner."""
    counts, n = parties.counts(), parties.guard_key.n
    layout = count_layout(parties.context, n)
    flags = [10, 10, 0, 0, 0] * parties.context.plan.cells
    extra = [value - (1 - canary) * top(layout, i) for i, value in enumerate(pack(layout, flags))]
    encryptor = Encryptor(parties.guard_key.encryption_key, len(extra))
    changed = tuple(
        multiply_ciphertexts(n, [theirs, encryptor.encrypt(ours, 7)])
        for theirs, ours in zip(counts["north"].ciphertexts, extra, strict=True)
    )
    return {**counts, "north": dataclasses.replace(counts["north"], ciphertexts=changed)}


def top(layout, index: int) -> int:
    """The canary of one plaintext, alone."""
    return 1 << pack(layout, [0] * sum(map(len, layout.plaintexts)))[index].bit_length() - 1


def test_a_coordinator_that_adds_a_contribution_breaks_the_canary():
    parties = make_parties(three_owners(1, 5))
    with pytest.raises(VerificationError, match="E-CRY-007"):
        parties.guard().decide(raised(parties, canary=1), parties.data_versions)


def test_a_coordinator_that_raises_counts_is_refused_by_the_owner_it_spoke_for():
    parties = make_parties(three_owners(3, 5))
    verdict = parties.guard().decide(raised(parties, canary=0), parties.data_versions)
    decision = verdict.statement.decision
    assert decision.allowed == b"\1\1"  # the guard alone is fooled, as its product is
    committed = parties.owner("north").commitments()["counts"]
    assert decision.counts["north"] != committed  # so is nobody who reads the access record
    with pytest.raises(VerificationError, match="E-CRY-012"):
        parties.owner("north").values(decision)


def test_the_partial_sum_does_not_unpack():
    parties = make_parties(three_owners())
    run = parties.run()
    stolen_mask = dataclasses.replace(
        run.mask,
        ciphertexts=tuple(encode_ciphertext(parties.requester_key.n, 1) for _ in run.openings),
    )
    statement = dataclasses.replace(run.statement, mask=digest_of(stolen_mask.ciphertexts))
    with pytest.raises(VerificationError, match="E-CRY-007"):
        parties.requester().open(run.partial, stolen_mask, statement)


def test_a_requester_that_sends_counts_all_the_same_is_refused():
    """[4]"""
    parties = make_parties(three_owners(1, 5), requester="west")
    lie = make_parties(three_owners(500, 5)).owner("west").counts()
    with pytest.raises(RefusalError, match="E-CRY-011") as caught:
        parties.guard().decide({**parties.counts(), "west": lie}, parties.data_versions)
    assert caught.value.facts == {"members": "west"}


def test_a_second_roster_shares_no_mask_with_the_first_and_its_messages_do_not_mix():
    """[5] {A, B, C} and {A, B} under one run id: nothing cancels across."""
    wide = make_parties(three_owners())
    narrow = make_parties({o: three_owners()[o] for o in ("north", "south")})
    assert wide.context.roster != narrow.context.roster
    keys = [parties.secrets("north").pair_keys["south"] for parties in (wide, narrow)]
    assert keys[0] != keys[1]
    run = wide.run()
    for message in (
        lambda: narrow.owner("north").values(run.statement.decision),
        lambda: narrow.requester().add(narrow_values(run.values), run.statement),
        lambda: narrow.guard().decide(narrow_values(run.counts), narrow.data_versions),
    ):
        with pytest.raises(VerificationError):
            message()


def narrow_values(messages):
    return {owner: messages[owner] for owner in ("north", "south")}


@pytest.mark.parametrize("roster", [("north", "south"), ("north", "south", "west", "east")])
def test_a_member_missing_or_added_is_refused(roster):
    parties = make_parties(three_owners())
    run = parties.run()
    counts = {o: run.counts.get(o, run.counts["north"]) for o in roster}
    with pytest.raises(RefusalError, match="E-CRY-011"):
        parties.guard().decide(counts, parties.data_versions)
    values = {o: run.values.get(o, run.values["north"]) for o in roster}
    with pytest.raises(RefusalError, match="E-CRY-011"):
        parties.requester().add(values, run.statement)


def test_a_second_decision_is_refused_even_after_a_restart():
    """[10] Two complementary sets of allowed cells."""
    parties = make_parties(three_owners())
    first = parties.run().statement.decision
    second = dataclasses.replace(first, allowed=b"\0\1")
    owner = parties.owner("north")
    owner.values(first)
    for machine in (owner, parties.owner("north", Said(decision=first.digest()))):
        with pytest.raises(RefusalError, match="E-CRY-013"):
            machine.values(second)
        assert machine.values(first)


def test_second_counts_are_refused_even_after_a_restart():
    """[7, 10] Trying other counts until the guard allows more."""
    parties = make_parties(three_owners())
    counts, guard = parties.counts(), parties.guard()
    decision = guard.decide(counts, parties.data_versions).statement.decision
    other = make_parties(three_owners(21)).counts()
    for machine in (guard, parties.guard(decided=decision)):
        with pytest.raises(RefusalError, match="E-CRY-014"):
            machine.decide(other, parties.data_versions)
        with pytest.raises(RefusalError, match="E-CRY-014"):
            machine.decide(counts, {**parties.data_versions, "north": b"\1" * 32})
        assert machine.decide(counts, parties.data_versions).statement.decision == decision


@pytest.mark.parametrize("kind", ["zero", "n", "p", "square", "long"])
def test_a_ciphertext_outside_the_group_is_rejected_by_everybody(kind):
    parties = make_parties(three_owners())
    run = parties.run()

    def poison(key) -> bytes:
        n = key.n
        number = {"zero": 0, "n": n, "p": key.private.p, "square": n * n, "long": 1}[kind]
        return number.to_bytes(2 * size_bytes(n) + (kind == "long"))

    north = run.counts["north"]
    spoilt = (poison(parties.guard_key), *north.ciphertexts[1:])
    counts = {**run.counts, "north": dataclasses.replace(north, ciphertexts=spoilt)}
    with pytest.raises(VerificationError, match="E-CRY-020"):
        parties.guard().decide(counts, parties.data_versions)
    values = run.values["north"]
    spoilt = (poison(parties.requester_key), *values.ciphertexts[1:])
    said = {**run.values, "north": dataclasses.replace(values, ciphertexts=spoilt)}
    with pytest.raises(VerificationError, match="E-CRY-020"):
        parties.requester().add(said, run.statement)


def test_a_run_replayed_under_another_question_or_run_never_opens():
    parties = make_parties(three_owners())
    run = parties.run()
    question = hashlib.sha256(b"another question").digest()
    for change in ({"question": question}, {"run_id": b"\7" * 16}):
        other = dataclasses.replace(parties, context=dataclasses.replace(parties.context, **change))
        with pytest.raises(AccordError, match="E-CRY-010"):
            other.guard().decide(run.counts, parties.data_versions)
        renamed = {o: dataclasses.replace(c, **change) for o, c in run.counts.items()}
        mixed = {**{o: other.owner(o).counts() for o in run.counts}, "north": renamed["north"]}
        with pytest.raises(VerificationError, match="E-CRY-007"):
            other.guard().decide(mixed, parties.data_versions)


def test_the_guard_opens_sums_only():
    """[2] What it opens is the joint count, and its own share of data is none."""
    parties = make_parties(three_owners(20))
    context, n = parties.context, parties.guard_key.n
    counts = parties.counts()
    columns = zip(*(counts[o].ciphertexts for o in context.count_ring), strict=True)
    opened = [parties.guard_key.decrypt(multiply_ciphertexts(n, column)) for column in columns]
    cells = unpack_counts(count_layout(context, n), opened, 2)
    assert [cell.terms for cell in cells] == [(60, 60), (60, 60)]
