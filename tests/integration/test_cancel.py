"""A cancelled run is over for everybody: recorded by all, and nothing of it is answered."""

from threading import Lock
from typing import Any

import pytest

from accord.client.summaries import Cancelled
from accord.domain.errors import (
    AccordError,
    RefusalError,
    RequestError,
    UnavailableError,
    VerificationError,
)
from accord.domain.record import RecordKind
from accord.domain.run import CANCELLATION, Cancellation
from accord.domain.signed import Signed
from accord.node.handlers.contribute import Contribute
from accord.node.handlers.coordinate import Coordinate
from tests.consortium.by_hand import ByHand, run_of, run_to_decision
from tests.consortium.lab import BUREAU, OWNERS, STATS
from tests.consortium.tables import spread
from tests.consortium.world import ANA, Consortium

SQL = "SELECT COUNT(*), SUM(age) FROM cancelled"


@pytest.fixture(scope="module")
def running(consortium: Consortium) -> Consortium:
    consortium.add(spread("cancelled"), STATS, "gamma")
    return consortium


def latest(running: Consortium) -> bytes:
    return running.client(ANA).runs(1)[0].run_id


def cancel_before(
    running: Consortium, patch: pytest.MonkeyPatch, of: type, step: str
) -> tuple[bytes, Cancelled, AccordError]:
    """Ask, and cancel the run from the side right before somebody takes a step."""
    take, done, lock = getattr(of, step), [], Lock()

    def cancel(self: Any, *arguments: Any) -> Any:
        with lock:
            if not done:
                done.append(running.client(ANA).cancel(latest(running)))
        return take(self, *arguments)

    with patch.context() as inside:
        inside.setattr(of, step, cancel)
        with pytest.raises(RefusalError) as caught:
            running.ask(SQL)
    return latest(running), done[0], caught.value


@pytest.mark.parametrize(
    ("of", "step"),
    [
        (Contribute, "_accept"),
        (Contribute, "_measure"),
        (Contribute, "_record"),
        (Contribute, "_send"),
        (Coordinate, "_decide"),
        (Coordinate, "_values"),
        (Coordinate, "_release"),
    ],
)
def test_a_run_in_progress_ends_and_everybody_has_it_on_record(
    running: Consortium, monkeypatch: pytest.MonkeyPatch, of: type, step: str
) -> None:
    run_id, cancelled, error = cancel_before(running, monkeypatch, of, step)
    assert (error.code, error.record) == ("E-RUN-019", cancelled.record)
    assert set(cancelled.told) == {*OWNERS, BUREAU}
    assert cancelled.missed == ()
    assert running.kinds(STATS, run_id) == [RecordKind.APPLY, RecordKind.ABORT]
    assert running.fields(cancelled.record)["code"] == b"E-RUN-019"
    for member in (*OWNERS, BUREAU):
        kinds = running.kinds(member, run_id)
        assert kinds.count(RecordKind.ABORT) == 1
        assert set(kinds[kinds.index(RecordKind.ABORT) + 1 :]) <= {RecordKind.REFUSE}
    detail = running.client(ANA).show_run(run_id)
    assert (detail.run.state, detail.bundle) == ("cancelled", b"")


def test_it_is_cancelled_once_and_not_resumed(
    running: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, cancelled, _ = cancel_before(running, monkeypatch, Contribute, "_measure")
    with running.refused("E-RUN-019") as again:
        running.client(ANA).cancel(run_id)
    assert again.value.record == cancelled.record
    with running.refused("E-RUN-019"):
        running.client(ANA).resume(run_id)
    assert running.kinds(STATS, run_id).count(RecordKind.ABORT) == 1


def test_a_released_run_is_not_cancelled(running: Consortium) -> None:
    done = running.ask(SQL)
    with running.refused("E-RUN-020"):
        running.client(ANA).cancel(done.question.run_id)
    assert running.client(ANA).show_run(done.question.run_id).run.state == "finished"


def test_a_refused_run_has_nothing_to_cancel_or_to_resume(running: Consortium) -> None:
    with running.refused("E-GRT-001"):
        running.ask(SQL, "another purpose")
    run_id = latest(running)
    for call in ("cancel", "resume"):
        with pytest.raises(RequestError) as caught:
            getattr(running.client(ANA), call)(run_id)
        assert (caught.value.code, caught.value.facts) == ("E-RUN-021", {"state": "refused"})


def cancellation(hand: ByHand, run_id: bytes, question: bytes) -> Signed:
    return hand.member.sign(CANCELLATION, Cancellation(1, run_id, question))


def test_after_it_owners_and_guard_answer_nothing_of_the_run(running: Consortium) -> None:
    """Even if the requester's own node would go on."""
    run = run_to_decision(running, SQL)
    hand, asked = run.hand, run.asked
    values = hand.values(asked, run.statement)
    release = hand.release(asked, run.statement, values)
    signed = cancellation(hand, run_of(asked), asked.question.digest)
    for member in (*OWNERS, BUREAU):
        place = hand.peers.abort(member, run_of(asked), signed)
        assert hand.peers.abort(member, run_of(asked), signed) == place  # recorded once
        assert running.fields(place)["question"] == asked.question.digest

    contributed = [values[owner].record for owner in OWNERS]
    calls = {
        "alpha": lambda: hand.contribute(asked, "alpha"),
        "beta": lambda: hand.peers.send_values("beta", run_of(asked), run.statement),
        BUREAU: lambda: hand.mask(asked, release, contributed),
    }
    for member, call in calls.items():
        with running.refused("E-RUN-019", by=member):
            call()
    with running.refused("E-RUN-019", by=BUREAU):
        hand.decide(asked, run.contributions)


def test_a_cancellation_that_is_faster_than_the_question_holds(running: Consortium) -> None:
    hand = ByHand(running)
    asked = hand.asked(hand.draft(SQL))
    hand.peers.abort(
        "alpha", run_of(asked), cancellation(hand, run_of(asked), asked.question.digest)
    )
    with running.refused("E-RUN-019", by="alpha"):
        hand.contribute(asked, "alpha")
    assert running.kinds("alpha", run_of(asked)) == [RecordKind.ABORT, RecordKind.REFUSE]


def test_another_member_cannot_end_the_run(running: Consortium) -> None:
    """Owners know the run id, and may tell."""
    run, other = run_to_decision(running, SQL), ByHand(running, "gamma")
    run_id, digest = run_of(run.asked), run.asked.question.digest
    with running.refused("E-RUN-011"):
        other.peers.abort("alpha", run_id, cancellation(other, run_id, digest))
    with pytest.raises(VerificationError):
        other.peers.abort("alpha", run_id, cancellation(run.hand, run_id, digest))
    with running.refused("E-RUN-012"):
        run.hand.peers.abort("alpha", bytes(16), cancellation(run.hand, run_id, digest))
    assert RecordKind.ABORT not in running.kinds("alpha", run_id)
    assert set(run.hand.values(run.asked, run.statement)) == set(OWNERS)

    fresh = run.hand.asked(run.hand.draft(SQL))  # before alpha has heard of the question
    other.peers.abort(
        "alpha", run_of(fresh), cancellation(other, run_of(fresh), fresh.question.digest)
    )
    assert run.hand.contribute(fresh, "alpha").owner == "alpha"


def test_an_interrupted_run_is_cancelled_and_members_not_told_are_named(
    running: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise UnavailableError("E-NET-005", member="alpha")

    with monkeypatch.context() as patch:
        patch.setattr(Contribute, "_measure", fails)
        with pytest.raises(UnavailableError):
            running.ask(SQL)
    run_id = latest(running)
    running.stop_node("beta")
    try:
        cancelled = running.client(ANA).cancel(run_id)
    finally:
        running.start_node("beta")
        running.wait_reachable()
    assert cancelled.missed == ("beta",)
    assert set(cancelled.told) == {"alpha", "gamma", BUREAU}
    kinds = [RecordKind.APPLY, RecordKind.INTERRUPT, RecordKind.ABORT]
    assert running.kinds(STATS, run_id) == kinds
