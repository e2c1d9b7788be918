"""An interrupted run goes on: the same answer, no record missing or doubled."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from accord.client.client import Finished
from accord.client.progress import Step
from accord.domain.errors import RequestError, UnavailableError
from accord.domain.record import RecordKind
from accord.node.sources.duckdb import DuckDBSource
from accord.verify.bundle import verify_bundle
from tests.consortium.lab import BUREAU, MEMBERS, OWNERS, STATS, Lab, copy_lab
from tests.consortium.process import process
from tests.consortium.tables import TestTable, people, spread
from tests.consortium.world import ANA, Consortium
from tests.integration.test_crash import (
    Ledger,
    as_process,
    assert_nothing_missing_or_doubled,
)

SQL = "SELECT COUNT(*), SUM(age) FROM people"
MINUTE = timedelta(minutes=1)
OF_AN_OWNER = [RecordKind.ACCEPT, RecordKind.ACCESS, RecordKind.CONTRIBUTED]


@pytest.fixture(scope="module")
def ledger(
    lab_template: Lab, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Lab, Ledger]]:
    lab = copy_lab(lab_template, tmp_path_factory.mktemp("resume") / "lab")
    ledger = Ledger(lab)
    ledger.start()
    yield lab, ledger
    ledger.kill()


@pytest.fixture(scope="module")
def running(ledger: tuple[Lab, Ledger]) -> Iterator[Consortium]:
    with Consortium(ledger[0], ledger=False) as consortium:
        consortium.add(PEOPLE)
        yield consortium


PEOPLE = spread("people")


def interrupted(running: Consortium, sql: str = SQL, **options: Any) -> bytes:
    """Ask while somebody is away; returns the run."""
    with pytest.raises(UnavailableError):
        running.ask(sql, **options)
    return running.client(ANA).runs(1)[0].run_id


def assert_resumes(running: Consortium, run_id: bytes, table: TestTable = PEOPLE) -> Finished:
    """The run ends with the answer that it would have had, and its evidence holds."""
    running.wait_reachable()
    assert running.client(ANA).show_run(run_id).run.state == "interrupted"
    done = running.client(ANA).resume(run_id)
    assert done.outcome
    assert done.bundle
    assert done.question.run_id == run_id
    truth = next(iter(table.truth(SQL.replace("people", table.name)).values()))
    assert [int(cell) for cell in done.bundle.answer.rows[0]] == list(truth)
    assert verify_bundle(done.outcome.bundle, running.client(ANA).profile.trust).failed is None
    assert running.client(ANA).show_run(run_id).run.state == "finished"
    assert running.kinds(BUREAU, run_id) == [RecordKind.GUARD]
    own = running.kinds(STATS, run_id)
    assert (own.count(RecordKind.APPLY), own.count(RecordKind.RELEASE)) == (1, 1)
    for member in MEMBERS:
        assert_nothing_missing_or_doubled(running, member)
    return done


@pytest.mark.parametrize("stage", ["granted", "recorded", "sent", "decided", "added"])
def test_a_requester_killed_at_any_stage_goes_on(running: Consortium, stage: str) -> None:
    running.stop_node(STATS)
    log = running.lab.folder / "stats.log"
    with process("node", str(running.lab.folder), STATS, log=log) as victim:
        running.wait_reachable()

        def kill(step: Step) -> None:
            if step.stage == stage:
                os.kill(victim.pid, signal.SIGKILL)

        with pytest.raises(UnavailableError):
            running.ask(SQL, progress=kill)
    running.start_node(STATS)
    run_id = running.client(ANA).runs(1)[0].run_id
    assert_resumes(running, run_id)
    for owner in OWNERS:
        assert running.kinds(owner, run_id) == OF_AN_OWNER
    assert running.kinds(STATS, run_id).count(RecordKind.INTERRUPT) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_requester_killed_around_its_release_releases_once(
    running: Consortium, when: str
) -> None:
    with as_process(running, STATS, when, "release"), pytest.raises(UnavailableError):
        running.ask(SQL)
    run_id = running.client(ANA).runs(1)[0].run_id
    with running.refused("E-RUN-020"):
        running.client(ANA).cancel(run_id)
    assert_resumes(running, run_id)
    with pytest.raises(RequestError) as caught:
        running.client(ANA).resume(run_id)
    assert (caught.value.code, caught.value.facts["state"]) == ("E-RUN-021", "finished")


@pytest.mark.parametrize(("member", "kind"), [("alpha", "access"), (BUREAU, "guard")])
def test_a_run_goes_on_when_the_member_that_was_away_is_back(
    running: Consortium, member: str, kind: str
) -> None:
    with as_process(running, member, "after", kind):
        run_id = interrupted(running)
    assert_resumes(running, run_id)
    for owner in OWNERS:
        assert running.kinds(owner, run_id) == OF_AN_OWNER


def fails_once(self: DuckDBSource, *_: object, **__: object) -> None:
    raise UnavailableError("E-NET-005", member="alpha")


def test_an_owner_that_accepted_and_did_not_measure_takes_it_up(
    running: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(DuckDBSource, "measure", fails_once)
        run_id = interrupted(running)
    assert_resumes(running, run_id)
    for owner in OWNERS:
        kinds = running.kinds(owner, run_id)
        assert [kind for kind in kinds if kind != RecordKind.REFUSE] == OF_AN_OWNER
    used = {state.runs_used for state in running.client("alpha/steward").grants()}
    runs = [run for run in running.client(ANA).runs(1000) if run.state != "dry_run"]
    assert used == {len(runs)}


def test_over_other_rows_a_run_does_not_go_on(
    running: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = running.add(spread("moved"))
    with monkeypatch.context() as patch:
        patch.setattr(DuckDBSource, "measure", fails_once)
        run_id = interrupted(running, SQL.replace("people", "moved"))
    rows = {**table.rows, "alpha": people("moved-later", "alpha", 61)}
    running.publish(TestTable("moved", rows), "alpha")
    with running.refused("E-RUN-023", by="alpha") as caught:
        running.client(ANA).resume(run_id)
    assert caught.value.facts["owner"] == "alpha"
    assert running.client(ANA).show_run(run_id).run.state == "refused"


def test_an_expired_question_is_not_gone_on_with(
    running: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(DuckDBSource, "measure", fails_once)
        run_id = interrupted(running)
    expires = running.client(ANA).show_run(run_id).run.expires
    for member in (STATS, "alpha"):  # its own node sees to it, and so does every owner
        running.clocks[member].ahead = 11 * MINUTE
        try:
            with running.refused("E-RUN-003", by="" if member == STATS else member) as caught:
                running.client(ANA).resume(run_id)
        finally:
            running.clocks[member].ahead = timedelta()
        assert caught.value.facts["expired"] == expires


def test_a_run_is_resumed_by_its_analyst_alone_and_not_while_it_runs(running: Consortium) -> None:
    codes = []

    def resume(step: Step) -> None:
        if step.stage == "decided":
            with pytest.raises(RequestError) as caught:
                running.client(ANA).resume(running.client(ANA).runs(1)[0].run_id)
            codes.append(caught.value.code)

    done = running.ask(SQL, progress=resume)
    assert codes == ["E-RUN-022"]
    for call in ("show_run", "cancel"):
        with pytest.raises(RequestError) as caught:
            getattr(running.client(f"{STATS}/bob"), call)(done.question.run_id)
        assert caught.value.code == "E-RUN-011"
