"""A tally on a Dask cluster of two worker processes, one of which is killed in the middle."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from accord.node.config import WorkConfig
from accord.node.work import open_work
from accord.privacy.tally.encryption import ENCRYPTIONS
from accord.privacy.work import Work
from tests.unit.privacy.parties import Parties, make_parties, make_plan, uniform_cells

if "CI" not in os.environ:
    pytest.importorskip("distributed", reason="pip install 'accord[dask]'")
from distributed import Client

CELLS = ENCRYPTIONS.least * 15
HERE = ["--host", "127.0.0.1", "--no-dashboard"]


@dataclass
class Cluster:
    address: str
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with ExitStack() as stack:
        log = stack.enter_context((tmp_path / "dask.log").open("wb"))

        def start(what: str, *arguments: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *HERE, *arguments]
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        file = str(tmp_path / "scheduler.json")
        start("scheduler", "--port", "0", "--scheduler-file", file)
        one = ("--scheduler-file", file, "--nthreads", "1", "--no-nanny")
        workers = [start("worker", *one) for _ in range(2)]
        with Client(scheduler_file=file, set_as_default=False, timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address
        yield Cluster(address, workers)


@dataclass
class Killing(Executor):
    """Hands pieces on, and kills a worker when it has handed on some of them."""

    inner: Executor
    worker: subprocess.Popen[bytes]
    pieces: int = 0

    def submit(self, function, /, *args, **kwargs):
        future = self.inner.submit(function, *args, **kwargs)
        self.pieces += 1
        if self.pieces == 3:
            self.worker.kill()
        return future


def make() -> Parties:
    owners = dict.fromkeys(("north", "south"), uniform_cells(CELLS, 20, 5000))
    return make_parties(owners, plan=make_plan(CELLS))


def test_a_worker_killed_in_the_middle_changes_no_byte(cluster: Cluster):
    config = WorkConfig(executor="dask", scheduler=cluster.address)
    with open_work(config) as work:
        killing = Killing(work.far, cluster.workers[0])
        assert make().with_work(Work(killing, work.near)).run() == make().run()
    assert killing.pieces >= 5 * (ENCRYPTIONS.least // ENCRYPTIONS.items)
    assert cluster.workers[0].wait() < 0
    assert cluster.workers[1].poll() is None


def test_without_any_worker_the_node_computes_itself(cluster: Cluster):
    config = WorkConfig(executor="dask", scheduler=cluster.address)
    with open_work(config) as work:
        for worker in cluster.workers:
            worker.kill()
        assert make().with_work(work).run() == make().run()
