"""An inspection by the bureau's officer, for the tests of inspections."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from accord.client.client import Finished
from accord.client.replay import Comparison, compare_replay
from accord.domain import codec
from accord.node.runs import OWNER, OwnerRun
from accord.node.store import repository
from tests.consortium.lab import BUREAU
from tests.consortium.world import LATER, Consortium

SQL = "SELECT region, COUNT(*), SUM(age) FROM {table} GROUP BY region"
INSPECTOR = f"{BUREAU}/olga"
PARTS = ("extract", "seed", "pair_keys", "counts", "values")


def consent(
    running: Consortium, who: str, run_id: bytes, to: str = BUREAU, until: datetime = LATER
) -> str:
    return running.client(who).consent(run_id, to, until)


def inspect(
    running: Consortium, run_id: bytes, owner: str = "alpha", who: str = INSPECTOR
) -> Comparison:
    delivery = running.client(who).fetch_replay(run_id, owner)
    trust = running.client(who).profile.trust
    return compare_replay(delivery.replay, delivery.cards, trust, run_id, owner)


def changed(running: Consortium, run_id: bytes, change: Callable[[OwnerRun], OwnerRun]) -> None:
    """What alpha could do to its own database after the run."""
    with running.members["alpha"].database.write() as session:
        stored = repository.find_run(session, run_id, OWNER)
        assert stored
        body = codec.encode(change(codec.decode(OwnerRun, stored.body)))
        repository.save_run(session, replace(stored, body=body))


def answered_run(running: Consortium, table: str) -> Finished:
    """A run that alpha's officer lets the bureau inspect."""
    done = running.ask(SQL.format(table=table))
    consent(running, "alpha/olga", done.question.run_id)
    return done
