"""A member or the ledger is away: a deadline, who it was, what was recorded, and again it works."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from accord.domain.errors import UnavailableError
from accord.domain.record import RecordKind
from accord.node.handlers.values import SendValues
from accord.verify.bundle import verify_bundle
from tests.consortium.lab import BUREAU, OWNERS, STATS, Lab, copy_lab
from tests.consortium.process import process
from tests.consortium.tables import PURPOSE, spread
from tests.consortium.world import ANA, Consortium
from tests.integration.test_crash import Ledger

SQL = "SELECT COUNT(*), SUM(age) FROM people"
DAY = timedelta(days=1)
SHORT = {"peer_s": 3, "contribute_s": 5, "anchor_s": 2, "ledger_s": 1}


@pytest.fixture(scope="module")
def ledger(lab_template: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    lab = copy_lab(lab_template, tmp_path_factory.mktemp("outage") / "lab", SHORT)
    ledger = Ledger(lab)
    ledger.start()
    yield ledger
    ledger.kill()


@pytest.fixture(scope="module")
def running(ledger: Ledger) -> Iterator[Consortium]:
    with Consortium(ledger.lab, ledger=False) as consortium:
        consortium.add(spread("people"))
        yield consortium


def assert_asking_again_works(running: Consortium) -> None:
    running.wait_reachable()
    running.wait_anchored()
    done = running.ask(SQL)
    assert done.outcome
    assert verify_bundle(done.outcome.bundle, running.client(ANA).profile.trust).failed is None


@contextmanager
def stopped(running: Consortium, member: str) -> Iterator[None]:
    running.stop_node(member)
    try:
        yield
    finally:
        running.start_node(member)


def test_a_member_that_is_down_is_named_before_anybody_does_anything(
    running: Consortium,
) -> None:
    """Whether the question is to be drafted, or has been drafted and signed before."""
    draft = running.client(ANA).draft(SQL, PURPOSE)
    with stopped(running, "beta"):
        for ask in (lambda: running.ask(SQL), lambda: running.client(ANA).run_question(draft)):
            with running.refused("E-NET-001", by=STATS) as caught:
                ask()
            assert caught.value.facts["member"] == "beta"
    assert running.kinds(STATS, draft.run_id) == [RecordKind.REFUSE]
    for owner in OWNERS:
        assert running.kinds(owner, draft.run_id) == []
    assert_asking_again_works(running)


def test_a_guard_that_is_down_is_named_before_any_value_is_sent(running: Consortium) -> None:
    running.ask(SQL)  # owners that have never met the guard would miss it first, for a pair key
    with stopped(running, BUREAU), running.refused("E-NET-001", by=STATS) as caught:
        running.ask(SQL)
    run_id = running.client(ANA).runs(1)[0].run_id
    assert caught.value.facts["member"] == BUREAU
    for owner in OWNERS:
        assert running.kinds(owner, run_id) == [RecordKind.ACCEPT, RecordKind.ACCESS]
    assert_asking_again_works(running)


def test_a_member_that_hangs_is_given_up_after_the_deadline(running: Consortium) -> None:
    """Its process is stopped, not ended: connections stay open and nothing answers."""
    running.stop_node("gamma")
    log = running.lab.folder / "gamma.log"
    with process("node", str(running.lab.folder), "gamma", log=log) as victim:
        running.wait_reachable()
        draft = running.client(ANA).draft(SQL, PURPOSE)
        os.kill(victim.pid, signal.SIGSTOP)
        try:
            with running.refused("E-NET-002", by=STATS) as caught:
                running.client(ANA).run_question(draft)
        finally:
            os.kill(victim.pid, signal.SIGCONT)
    running.start_node("gamma")
    assert caught.value.facts["member"] == "gamma"
    assert float(str(caught.value.facts["seconds"])) in SHORT.values()
    assert_asking_again_works(running)


def test_without_the_ledger_nothing_leaves_an_owner(running: Consortium, ledger: Ledger) -> None:
    """The access records wait; the counts are not sent, and the guard hears nothing."""
    ledger.kill()
    steps = []
    with running.refused("E-LOG-017", by="alpha") as caught:
        running.ask(SQL, progress=steps.append)
    health = running.client(ANA).status()
    run_id = running.client(ANA).runs(1)[0].run_id
    recorded = {owner: running.kinds(owner, run_id) for owner in OWNERS}
    ledger.start()

    assert isinstance(caught.value, UnavailableError)
    assert health.ledger
    assert health.final < health.sequenced
    assert not {"anchored", "sent", "decided"} & {str(step.stage) for step in steps}
    expected = [RecordKind.ACCEPT, RecordKind.ACCESS, RecordKind.REFUSE]
    assert recorded == dict.fromkeys(OWNERS, expected)
    assert running.kinds(BUREAU, run_id) == []
    assert_asking_again_works(running)


def test_an_answer_that_was_released_is_not_lost_when_an_owner_goes_then(
    running: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The values are asked for a second time, for their proofs; by then alpha is away."""
    send, calls = SendValues.__call__, threading.Semaphore(1)

    def once(self: SendValues, *arguments: object) -> object:
        if self.member.name == "alpha" and not calls.acquire(blocking=False):
            raise UnavailableError("E-NET-005", member="alpha")
        return send(self, *arguments)  # type: ignore[arg-type] # handed on as they came

    monkeypatch.setattr(SendValues, "__call__", once)
    done = running.ask(SQL)
    assert done.outcome
    assert verify_bundle(done.outcome.bundle, running.client(ANA).profile.trust).failed is None


def test_records_that_wait_too_long_for_the_ledger_stop_new_work(
    running: Consortium, ledger: Ledger
) -> None:
    """The clocks of alpha and stats are put forward by a day while the ledger is away."""
    ledger.kill()
    with running.refused("E-GRT-001"):
        running.ask(SQL, "another purpose")  # leaves records that wait
    try:
        for member in ("alpha", STATS):
            running.clocks[member].ahead += DAY
        with running.refused("E-LOG-018", by=STATS):
            running.ask(SQL)
    finally:
        for member in ("alpha", STATS):
            running.clocks[member].ahead -= DAY
        ledger.start()
    assert_asking_again_works(running)
