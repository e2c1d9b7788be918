"""Nodes that keep their state on PostgreSQL, among others on SQLite: asked, killed, cut off."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from accord.domain.errors import UnavailableError, explain
from accord.domain.record import RecordKind
from accord.domain.run import GuardEvidence
from accord.node.bootstrap import serving
from accord.node.config import load_node_config
from accord.node.handlers.coordinate import Coordinate
from accord.verify.bundle import verify_bundle
from tests.consortium.lab import OWNERS, STATS, Lab, copy_lab
from tests.consortium.tables import spread
from tests.consortium.world import ANA, Consortium, MovableClock
from tests.databases.server import PostgresServer
from tests.integration.test_crash import (
    Ledger,
    as_process,
    assert_asking_again_works,
    assert_nothing_missing_or_doubled,
    crash_run,
)

SQL = "SELECT region, COUNT(*), SUM(age) FROM people GROUP BY region"
ON_POSTGRESQL = (STATS, "alpha")


@pytest.fixture(scope="module")
def server(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """A server that only these tests stop."""
    server = PostgresServer(postgres.package)
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="module")
def running(
    lab_template: Lab, server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Consortium]:
    lab = copy_lab(lab_template, tmp_path_factory.mktemp("postgresql") / "lab")
    for member in ON_POSTGRESQL:
        keep_at(lab, member, server.create(member))
    ledger = Ledger(lab)
    ledger.start()
    with Consortium(lab, ledger=False) as consortium:
        consortium.add(spread("people"))
        yield consortium
    ledger.kill()


def keep_at(lab: Lab, member: str, url: str) -> None:
    """Put the URL above the tables of the member's configuration."""
    path = lab.node_toml(member)
    path.write_text(f'database_url = "{url}"\n{path.read_text()}')


@contextmanager
def away(server: PostgresServer) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


def test_a_question_is_answered_and_verified(running: Consortium, server: PostgresServer) -> None:
    done = running.ask(SQL)

    assert done.outcome
    assert verify_bundle(done.outcome.bundle, running.client(ANA).profile.trust).failed is None
    for member in ON_POSTGRESQL:
        assert running.members[member].database.engine.dialect.name == "postgresql"
        assert_nothing_missing_or_doubled(running, member)


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_owner_killed_around_sending_its_anchor(running: Consortium, when: str) -> None:
    with as_process(running, "alpha", when, "access"):
        _, run_id = crash_run(running)

    kinds = running.kinds("alpha", run_id)
    assert kinds[:2] == [RecordKind.ACCEPT, RecordKind.ACCESS]
    assert_asking_again_works(running)
    assert running.kinds("alpha", run_id) == kinds
    assert_nothing_missing_or_doubled(running, "alpha")


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_requester_killed_around_its_release(running: Consortium, when: str) -> None:
    with as_process(running, STATS, when, "release"), pytest.raises(UnavailableError):
        running.ask(SQL)

    run = running.client(ANA).runs(1)[0]
    kinds = running.kinds(STATS, run.run_id)
    assert kinds[:2] == [RecordKind.APPLY, RecordKind.RELEASE]
    assert_asking_again_works(running)
    assert running.kinds(STATS, run.run_id) == kinds
    assert_nothing_missing_or_doubled(running, STATS)


def test_while_the_database_is_away_callers_hear_one_code_and_then_all_goes_on(
    running: Consortium, server: PostgresServer
) -> None:
    """Neither the requester's own node nor an owner says more; none of them is restarted."""
    calls = (
        lambda: running.client(ANA).runs(1),
        lambda: running.ask(SQL),
        lambda: running.client(ANA).status(),
        lambda: running.client("alpha/steward").grants(),
    )
    with away(server):
        for call in calls:
            with running.refused("E-STO-002") as caught:
                call()
            said = f"{caught.value} {caught.value.facts} {explain(caught.value)}"
            assert not [word for word in (str(server.folder), "postgresql:") if word in said]
    assert str(server.folder) not in running.log_text()

    assert_asking_again_works(running)
    for member in ON_POSTGRESQL:
        assert_nothing_missing_or_doubled(running, member)


def test_a_database_that_goes_while_a_question_runs_loses_no_record(
    running: Consortium, server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a run was interrupted is recorded later, and then it can be gone on with."""
    decide = Coordinate._decide

    def stop_and_decide(self: Coordinate, *arguments: Any) -> GuardEvidence:
        server.stop()
        return decide(self, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Coordinate, "_decide", stop_and_decide)
        with running.refused("E-STO-002"):
            running.ask(SQL)
    server.start()
    analyst = running.client(ANA)
    run = analyst.runs(1)[0]
    running.wait_reachable()
    done = analyst.resume(run.run_id)

    assert done.outcome
    assert verify_bundle(done.outcome.bundle, analyst.profile.trust).failed is None
    assert running.kinds(STATS, run.run_id)[:2] == [RecordKind.APPLY, RecordKind.INTERRUPT]
    assert analyst.show_run(run.run_id).run.state == "finished"
    assert_asking_again_works(running)
    for member in (*ON_POSTGRESQL, *OWNERS):
        assert_nothing_missing_or_doubled(running, member)


def test_a_node_without_its_database_does_not_start(
    lab_template: Lab, server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lab = copy_lab(lab_template, tmp_path_factory.mktemp("nowhere") / "lab")
    keep_at(lab, "alpha", f"postgresql://accord@/nowhere?host={server.folder}")
    config = load_node_config(lab.node_toml("alpha"))

    with pytest.raises(UnavailableError) as caught, serving(config, MovableClock()):
        pass

    assert caught.value.code == "E-STO-001"
    assert str(server.folder) not in f"{caught.value} {explain(caught.value)}"
