"""The tally: specification first, then the state machines against it."""

import dataclasses
from datetime import UTC, datetime

import pytest

from accord.domain import codec
from accord.domain.contribution import digest_of
from accord.domain.errors import (
    AccordError,
    FaultError,
    RefusalError,
    RequestError,
    VerificationError,
)
from accord.domain.question import Question
from accord.privacy.disclosure import Reason
from accord.privacy.tally.context import context_of
from accord.privacy.tally.owner import Said
from accord.privacy.verify import unpack_openings, verify_contributions, verify_opening
from accord.query.plan import MAX_CELLS
from tests.unit.privacy.parties import (
    Parties,
    make_parties,
    make_plan,
    three_owners,
    uniform_cells,
)


@pytest.fixture
def parties() -> Parties:
    return make_parties(three_owners())


def test_the_specification_gives_the_plain_sums_of_released_cells():
    small = {**three_owners(cells=1), "east": [((1, 1), (1, 7))]}
    cells = {owner: [*rows, ((1, 1), (1, 9))] for owner, rows in small.items()}
    transcript = make_parties(cells).specify()
    assert transcript.decision.allowed == b"\1\0"
    assert transcript.reasons == (Reason.RELEASED, Reason.TOO_FEW)
    assert [moment.moments for moment in transcript.moments] == [(61, 15007)]


@pytest.mark.parametrize("requester", ["statistics", "west"])
@pytest.mark.parametrize("cells", [1, 2, 40])
def test_state_machines_say_byte_by_byte_what_the_specification_says(requester, cells):
    parties = make_parties(three_owners(cells=cells), requester=requester)
    run, specified = parties.run(), parties.specify()
    assert {o: c.ciphertexts for o, c in run.counts.items()} == specified.counts
    assert run.statement.decision == specified.decision
    assert run.verdict.reasons == specified.reasons
    said = {**run.values, "bureau": run.mask}
    assert {o: v.ciphertexts for o, v in said.items()} == specified.values
    assert run.openings == specified.openings
    assert run.moments == specified.moments
    assert run.partial.digests == {o: digest_of(c) for o, c in specified.values.items()}


def test_an_outsider_checks_the_openings_without_any_key(parties):
    run, n = parties.run(), parties.requester_key.n
    values = (*run.values.values(), run.mask)
    decision = run.statement.decision
    verify_contributions(parties.context, decision, n, values)
    verify_opening(n, values, run.openings)
    assert unpack_openings(parties.context, decision, n, run.openings) == run.moments


def test_an_outsider_sees_a_missing_or_doubled_contribution(parties):
    run, n = parties.run(), parties.requester_key.n
    values, decision = (*run.values.values(), run.mask), run.statement.decision
    for wrong, code in ((values[1:], "E-CRY-011"), ((*values, values[0]), "E-CRY-010")):
        with pytest.raises(AccordError, match=code):
            verify_contributions(parties.context, decision, n, wrong)
        with pytest.raises(VerificationError, match="E-CRY-005"):
            verify_opening(n, wrong, run.openings)
    with pytest.raises(VerificationError, match="E-CRY-005"):
        verify_opening(n, values, ())


def test_a_changed_opening_is_seen(parties):
    run, n = parties.run(), parties.requester_key.n
    values = (*run.values.values(), run.mask)
    m = (int.from_bytes(run.openings[0].m) + 1).to_bytes(len(run.openings[0].m))
    with pytest.raises(VerificationError, match="E-CRY-005"):
        verify_opening(n, values, (dataclasses.replace(run.openings[0], m=m), *run.openings[1:]))


def test_nothing_released_is_an_answer_without_numbers():
    run = make_parties(three_owners(rows=1, total=5)).run()
    assert (run.statement.decision.allowed, run.moments, run.openings) == (b"\0\0", (), ())


def test_the_same_arguments_give_the_same_bytes_after_a_crash(parties):
    run = parties.run()
    decision = run.statement.decision
    again = parties.owner("south", Said(decision=decision.digest()))
    assert again.counts() == run.counts["south"]
    assert again.values(decision) == run.values["south"]
    restored = parties.owner("south", Said(run.counts["south"]))
    assert restored.counts() is run.counts["south"]
    assert restored.values(decision) == run.values["south"]
    guard = parties.guard(decided=decision)
    assert guard.decide(run.counts, parties.data_versions) == run.verdict
    assert guard.mask(run.statement) == run.mask


def test_commitments_cover_extract_seed_pair_keys_and_counts(parties):
    ours = parties.owner("south").commitments()
    assert ours.keys() == {"extract", "seed", "pair_keys", "counts"}
    assert all(len(value) == 32 for value in ours.values())
    other = make_parties(three_owners(total=5001)).owner("south").commitments()
    assert [field for field in ours if ours[field] != other[field]] == ["extract"]
    other = parties.with_run(1).owner("south").commitments()
    assert {field for field in ours if ours[field] != other[field]} == {
        "seed",
        "pair_keys",
        "counts",
    }


def test_the_requester_that_is_an_owner_sends_no_counts_but_values():
    parties = make_parties(three_owners(), requester="west")
    assert parties.owner("west").counts().ciphertexts == ()
    assert parties.owner("west").commitments()["counts"] == digest_of(())
    run = parties.run()
    assert set(run.counts) == {"north", "south"}
    assert run.moments[0].moments == (60, 15000)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"run_id": b"\1" * 16},
        {"question": b"\1" * 32},
        {"owner": "south"},
        {"ciphertexts": ()},
    ],
)
def test_the_guard_rejects_counts_of_another_run(parties, change):
    counts = parties.counts()
    counts["north"] = dataclasses.replace(counts["north"], **change)
    with pytest.raises(VerificationError, match="E-CRY-010"):
        parties.guard().decide(counts, parties.data_versions)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"run_id": b"\1" * 16},
        {"question": b"\1" * 32},
        {"sender": "south"},
        {"decision": b"\1" * 32},
        {"ciphertexts": ()},
    ],
)
def test_the_requester_rejects_values_of_another_run(parties, change):
    run = parties.run()
    values = {**run.values, "north": dataclasses.replace(run.values["north"], **change)}
    with pytest.raises(VerificationError, match="E-CRY-010"):
        parties.requester().add(values, run.statement)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"run_id": b"\1" * 16},
        {"guard": "north"},
        {"question": b"\1" * 32},
        {"minimum": 1},
        {"counts": {}},
        {"data_versions": {}},
        {"allowed": b"\1"},
        {"allowed": b"\2\1"},
    ],
)
def test_everybody_rejects_a_decision_about_something_else(parties, change):
    run = parties.run()
    decision = dataclasses.replace(run.statement.decision, **change)
    with pytest.raises(VerificationError, match="E-CRY-012"):
        parties.owner("north").values(decision)
    statement = dataclasses.replace(run.statement, decision=decision)
    with pytest.raises(VerificationError, match="E-CRY-012"):
        parties.requester().add(run.values, statement)


def test_a_statement_without_a_commitment_to_the_mask_is_rejected(parties):
    run = parties.run()
    statement = dataclasses.replace(run.statement, mask=b"")
    with pytest.raises(VerificationError, match="E-CRY-012"):
        parties.requester().open(run.partial, run.mask, statement)


def test_an_owner_rejects_a_decision_over_other_counts_or_data_than_its_own(parties):
    decision = parties.run().statement.decision
    for field in ("counts", "data_versions"):
        wrong = {**getattr(decision, field), "north": b"\1" * 32}
        with pytest.raises(VerificationError, match="E-CRY-012"):
            parties.owner("north").values(dataclasses.replace(decision, **{field: wrong}))


def test_a_mask_other_than_the_committed_one_is_rejected(parties):
    run = parties.run()
    other = parties.run().values["north"].ciphertexts
    mask = dataclasses.replace(run.mask, ciphertexts=other)
    with pytest.raises(VerificationError, match="E-CRY-015"):
        parties.requester().open(run.partial, mask, run.statement)


def test_the_guard_sends_no_mask_for_a_statement_it_did_not_make(parties):
    run = parties.run()
    guard = parties.guard()
    with pytest.raises(RefusalError, match="E-CRY-014"):
        guard.mask(run.statement)


def test_a_guard_that_asks_or_holds_data_is_refused(parties):
    for change in (
        {"guard": "north"},
        {"guard": "statistics"},
        {"owners": ("north",)},
        {"owners": ("north", "west"), "requester": "west"},
        {"owners": ("north", "north")},
    ):
        with pytest.raises(RefusalError, match="E-CRY-018"):
            dataclasses.replace(parties.context, **change)


def test_impossible_numbers_are_a_bad_request(parties):
    for change in ({"version": 9}, {"run_id": b""}, {"question": b""}, {"minimum": 0}):
        with pytest.raises(RequestError, match="E-CRY-019"):
            dataclasses.replace(parties.context, **change)
    for plan in (
        make_plan(2, counts=()),
        make_plan(2, bounds=()),
        make_plan(0),
        make_plan(MAX_CELLS + 1),
    ):
        with pytest.raises(RequestError, match="E-CRY-019"):
            dataclasses.replace(parties.context, plan=plan)


def test_an_extract_that_does_not_fit_the_plan_is_our_own_fault(parties):
    wrong = make_parties({**three_owners(), "south": uniform_cells(1, 20, 5)})
    with pytest.raises(FaultError, match="E-CRY-016"):
        wrong.owner("south")
    wrong = make_parties({**three_owners(), "south": uniform_cells(2, 1025, 5)})
    with pytest.raises(FaultError, match="E-CRY-016"):
        wrong.owner("south").counts()


def test_a_missing_pair_key_or_a_short_seed_is_our_own_fault(parties):
    secrets = parties.secrets("south")
    with pytest.raises(FaultError, match="E-CRY-017"):
        dataclasses.replace(secrets, seed=b"short")
    with pytest.raises(FaultError, match="E-CRY-017"):
        dataclasses.replace(parties.owner("south")._secrets, seed=b"")


def test_a_context_follows_from_the_question(parties):
    context, moment = parties.context, datetime(2026, 1, 1, tzinfo=UTC)
    question = Question(
        version=1,
        run_id=context.run_id,
        requester=context.requester,
        analyst="ann",
        sql="SELECT",
        plan=codec.encode(context.plan),
        purpose="p",
        table_digest=b"",
        owners=context.owners,
        guard=context.guard,
        grants={},
        minimum=context.minimum,
        asked=moment,
        expires=moment,
        dry_run=False,
    )
    assert context_of(question, context.question) == context
