"""An inspector with the owner's consent recomputes what that owner sent, bit for bit."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from accord.cli.audit_bundle import compare_with_bundle
from accord.client.client import Finished
from accord.client.replay import compare_replay
from accord.domain import codec
from accord.domain.errors import (
    VerificationError,
)
from accord.domain.inspection import Replay
from accord.domain.record import RecordKind
from accord.node.runs import OwnerRun
from accord.node.store import repository
from accord.query.plan import Extract
from tests.consortium.inspecting import (
    INSPECTOR,
    PARTS,
    SQL,
    answered_run,
    changed,
    consent,
    inspect,
)
from tests.consortium.lab import BUREAU, OWNERS, STATS
from tests.consortium.tables import spread
from tests.consortium.world import Consortium

QUESTION = SQL.format(table="inspected")


@pytest.fixture(scope="module")
def run(running: Consortium) -> Finished:
    """A run that alpha's officer lets the bureau inspect."""
    return answered_run(running, "inspected")


@pytest.fixture(scope="module")
def running(consortium: Consortium) -> Consortium:
    consortium.add(spread("inspected"))
    return consortium


@pytest.fixture(scope="module")
def handed_over(running: Consortium, run: Finished) -> Replay:
    return running.client(INSPECTOR).fetch_replay(run.question.run_id, "alpha").replay


def test_an_honest_owner_sent_what_follows_from_what_it_committed_to(
    running: Consortium, run: Finished
) -> None:
    run_id = run.question.run_id
    comparison = inspect(running, run_id)
    assert comparison.equal == dict.fromkeys(PARTS, True)
    assert comparison.differing == ()
    assert run.outcome
    assert compare_with_bundle(
        comparison, run.outcome.bundle, running.client(INSPECTOR).profile.trust
    )
    kinds = running.kinds("alpha", run_id)
    assert kinds[:4] == [
        RecordKind.ACCEPT, RecordKind.ACCESS, RecordKind.CONTRIBUTED, RecordKind.CONSENT,
    ]  # fmt: skip
    assert set(kinds[4:]) == {RecordKind.INSPECT}
    assert RecordKind.INSPECT in running.kinds(BUREAU, run_id)


def test_the_pair_secrets_stay_at_home(running: Consortium, handed_over: Replay) -> None:
    encoded = codec.encode(handed_over)
    with running.members["alpha"].database.read() as session:
        for peer in ("beta", "gamma", BUREAU):
            kept = repository.find_pair_key(session, peer)
            assert kept
            assert kept.secret not in encoded
    assert set(handed_over.pair_keys) == {"beta", "gamma", BUREAU}


def test_an_owner_that_asked_itself_has_no_counts_and_is_equal(running: Consortium) -> None:
    table = running.add(spread("own_part", parts=("stats", *OWNERS)))
    done = running.ask(SQL.format(table=table.name))
    consent(running, f"{STATS}/steward", done.question.run_id)
    comparison = inspect(running, done.question.run_id, STATS)
    assert comparison.equal == dict.fromkeys(PARTS, True)


def one_more(extract: Extract) -> Extract:
    first, *rest = extract.moments
    return replace(extract, moments=((first[0] + 1, *first[1:]), *rest))


@pytest.mark.parametrize(
    ("change", "differing"),
    [
        (lambda run: replace(run, extract=one_more(run.extract)), {"extract", "values"}),
        (lambda run: replace(run, seed=bytes(32)), {"seed", "counts"}),
        (lambda run: replace(run, single_source=not run.single_source), {"counts"}),
        (
            lambda run: replace(
                run, extract=Extract(run.extract.counts[:1], run.extract.moments[:1])
            ),
            {"extract", "counts"},
        ),
    ],
    ids=["extract", "seed", "grant", "shape"],
)
def test_an_owner_that_changed_something_afterwards_is_found_out(
    running: Consortium, change: Callable[[OwnerRun], OwnerRun], differing: set[str]
) -> None:
    run_id = running.ask(QUESTION).question.run_id
    consent(running, "alpha/steward", run_id)
    changed(running, run_id, change)
    assert set(inspect(running, run_id).differing) == differing


def test_a_pair_key_that_was_changed_is_found_out(running: Consortium, run: Finished) -> None:
    alpha = running.members["alpha"]
    with alpha.database.write() as session:
        kept = repository.find_pair_key(session, "beta")
        assert kept
        repository.save_pair_key(session, "beta", replace(kept, secret=bytes(32)))
    try:
        comparison = inspect(running, run.question.run_id)
    finally:
        with alpha.database.write() as session:
            repository.save_pair_key(session, "beta", kept)
    assert set(comparison.differing) == {"pair_keys", "counts"}


def test_another_bundle_is_not_this_owners(running: Consortium, run: Finished) -> None:
    comparison = inspect(running, run.question.run_id)
    trust, other = running.client(INSPECTOR).profile.trust, running.ask(QUESTION)
    assert run.outcome
    assert other.outcome
    with pytest.raises(VerificationError) as caught:
        compare_with_bundle(comparison, other.outcome.bundle, trust)
    assert caught.value.code == "E-AUD-006"
    bent = replace(comparison, values=comparison.values[::-1] + comparison.values[:1])
    assert not compare_with_bundle(bent, run.outcome.bundle, trust)
    broken = run.outcome.bundle.replace(b"SUM(age)", b"SUM(agf)")
    with pytest.raises(VerificationError) as caught:
        compare_with_bundle(comparison, broken, trust)
    assert caught.value.code == "E-CLI-009"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda r, o: replace(r, run_id=o.run_id), "E-AUD-006"),
        (lambda r, o: replace(r, owner="beta"), "E-AUD-006"),
        (lambda r, o: replace(r, question=o.question), "E-AUD-006"),
        (lambda r, o: replace(r, data_version=bytes(32)), "E-AUD-006"),
        (lambda r, o: replace(r, access=o.access), "E-AUD-006"),
        (lambda r, o: replace(r, access=r.contributed), "E-AUD-006"),
        (lambda r, o: replace(r, access=replace(r.access, proof=None)), "E-AUD-006"),
        (lambda r, o: replace(r, access=replace(r.access, proof=o.access.proof)), "E-REC-003"),
        (lambda r, o: replace(r, contributed=None), "E-AUD-006"),
        (lambda r, o: replace(r, statement=o.statement), "E-AUD-006"),
        (lambda r, o: replace(r, statement=replace(r.statement, signature=bytes(64))), "E-SIG-001"),
    ],
)
def test_material_that_does_not_belong_together_is_refused(
    running: Consortium,
    handed_over: Replay,
    other: Replay,
    change: Callable[[Replay, Replay], Replay],
    code: str,
) -> None:
    trust, cards = running.client(INSPECTOR).profile.trust, running.members[BUREAU].signed_cards
    with pytest.raises(VerificationError) as caught:
        compare_replay(change(handed_over, other), cards, trust, handed_over.run_id, "alpha")
    assert caught.value.code == code


@pytest.fixture(scope="module")
def other(running: Consortium) -> Replay:
    run_id = running.ask(QUESTION.replace("SUM", "AVG")).question.run_id
    consent(running, "alpha/olga", run_id)
    return running.client(INSPECTOR).fetch_replay(run_id, "alpha").replay
