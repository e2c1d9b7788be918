"""A node or a ledger as a process of its own, which can be killed, or kills itself.

python -m tests.consortium.process ledger LAB
python -m tests.consortium.process node LAB MEMBER [before|after KIND]

With the last two it sends itself SIGKILL right before, or right after, it hands over the
transaction that anchors a record of that kind.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from accord.ledger.evm_anchor import EvmAnchor
from accord.ledger.store.database import Database
from accord.ledger.store.log_store import SqlLogStore
from accord.node.bootstrap import run_node
from accord.node.config import load_node_config
from tests.consortium.lab import Lab
from tests.consortium.world import run_ledger

ROOT = Path(__file__).parents[2]
READY = "ready"


@contextmanager
def process(*arguments: str, log: Path) -> Iterator[subprocess.Popen[str]]:
    """Start one, wait until it serves, and make sure that it is gone in the end."""
    with log.open("a") as stderr:
        started = subprocess.Popen(
            [sys.executable, "-m", "tests.consortium.process", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    try:
        assert started.stdout
        assert started.stdout.readline().strip() == READY, log.read_text()
        yield started
    finally:
        started.kill()
        started.wait()
        assert started.stdout
        started.stdout.close()


def die_around_anchor(url: str, when: str, kind: str) -> None:
    """Have this process killed around the anchoring of the first record of ``kind``."""
    database, send = Database(url), EvmAnchor.send

    def send_and_die(self: EvmAnchor, raw_tx: bytes) -> None:
        last = _last_kind(database) == kind
        if last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        send(self, raw_tx)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)

    EvmAnchor.send = send_and_die  # type: ignore[method-assign] # this process only


def _last_kind(database: Database) -> str:
    with database.read() as session:
        log = SqlLogStore(session)
        return log.leaves(log.size() - 1, 1)[0].kind.value


def main(what: str, folder: str, *rest: str) -> None:
    lab, stop = Lab(Path(folder)), threading.Event()

    def ready() -> None:
        print(READY, flush=True)  # noqa: T201 - the parent reads it

    if what == "ledger":
        run_ledger(lab, ready, stop)
        return
    config = load_node_config(lab.node_toml(rest[0]))
    if rest[1:]:
        die_around_anchor(config.database(), *rest[1:])
    run_node(config, stop, ready)


if __name__ == "__main__":
    main(*sys.argv[1:])
