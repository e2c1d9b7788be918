"""Executors of a node: the same bytes wherever they are computed, whatever is killed."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from accord.domain.errors import RequestError, UnavailableError
from accord.node import dask_cluster
from accord.node.config import WorkConfig, load_node_config
from accord.node.work import ProcessExecutor, open_work
from accord.privacy.tally.encryption import ENCRYPTIONS
from accord.privacy.work import INLINE, Grain, spread
from tests.unit.node.test_config import GOOD, error_of
from tests.unit.privacy.parties import Parties, Run, make_parties, make_plan, uniform_cells

GRAIN = Grain(items=2, least=4)
CELLS = ENCRYPTIONS.least * 15  # both rounds of short keys are cut


@pytest.fixture(scope="module")
def parties() -> Parties:
    owners = dict.fromkeys(("north", "south"), uniform_cells(CELLS, 20, 5000))
    return make_parties(owners, plan=make_plan(CELLS))


@pytest.fixture(scope="module")
def inline(parties: Parties) -> Run:
    return parties.run()


@pytest.fixture
def processes() -> Iterator[ProcessExecutor]:
    with ProcessExecutor(2) as executor:
        yield executor


def process_ids(items) -> list[int]:
    return [os.getpid()] * len(items)


def settings_seen(items) -> list[str]:
    return [name for name in os.environ if name.startswith("ACCORD_")] or [""] * len(items)


def die(items) -> list[int]:
    """Ends any process but the one that counts itself in the items."""
    if os.getpid() not in items:
        os.kill(os.getpid(), signal.SIGKILL)
    return list(items)


def test_processes_say_byte_by_byte_what_one_thread_says(parties, inline):
    with open_work(WorkConfig(workers=2)) as work:
        assert isinstance(work.far, ProcessExecutor)
        assert parties.with_work(work).run() == inline
        assert len(work.far.pids()) == 2


def test_inline_stays_in_the_thread_of_the_call():
    with open_work(WorkConfig(executor="inline")) as work:
        assert work.far is INLINE


def test_processes_start_with_the_first_work_that_is_large_enough(processes):
    assert spread(processes, process_ids, range(3), GRAIN) == (os.getpid(),) * 3
    assert processes.pids() == []
    assert os.getpid() not in spread(processes, process_ids, range(4), GRAIN)
    assert len(processes.pids()) == 2


def test_a_killed_process_costs_time_and_nothing_else(processes):
    items = [os.getpid()] * 8  # what kills a worker is harmless here
    assert spread(processes, die, items, GRAIN) == tuple(items)
    first, *rest = (spread(processes, process_ids, range(8), GRAIN) for _ in range(2))
    assert {os.getpid()} != set(first) | set(rest[0])
    assert os.getpid() not in rest[0]


def test_a_process_has_none_of_the_settings_of_the_node(processes, monkeypatch):
    monkeypatch.setenv("ACCORD_NODE_DATABASE_URL", "postgresql://accord:secret@localhost/accord")
    assert set(spread(processes, settings_seen, range(4), GRAIN)) == {""}


def test_processes_end_with_the_executor(processes):
    spread(processes, process_ids, range(4), GRAIN)
    pids = processes.pids()
    processes.shutdown()
    assert processes.pids() == []
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="Linux tells the end of any process")
def test_processes_end_with_a_node_that_is_killed():
    program = (
        "import time\n"
        "from accord.node.work import ProcessExecutor\n"
        "if __name__ == '__main__':\n"
        "    executor = ProcessExecutor(2)\n"
        "    executor.submit(abs, -1).result()\n"
        "    print(*executor.pids(), flush=True)\n"
        "    executor.submit(time.sleep, 60)\n"
        "    input()\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as node:
        ends = [os.pidfd_open(int(pid)) for pid in node.stdout.readline().split()]
        node.kill()
    assert ends
    for end in ends:
        assert select.select([end], [], [], 30)[0]
        os.close(end)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('executor = "proceses"', "work.executor"),
        ("workers = -1", "work.workers"),
        ('executor = "dask"', "work.scheduler"),
        ('executor = "dask"\nscheduler = "10.0.0.9:8786"', "work.scheduler"),
        ('executor = "dask"\nscheduler = "tcp://10.0.0.9:8786"', "work.scheduler"),
    ],
)
def test_a_wrong_setting_is_named_with_an_example(tmp_path, text, key):
    error = error_of(tmp_path / "node.toml", f"{GOOD}[work]\n{text}\n")
    assert (error.code, error.facts["key"]) == ("E-CFG-005", key)


@pytest.mark.parametrize("scheduler", ["tls://10.0.0.9:8786", "tcp://127.0.0.1:8786"])
def test_a_cluster_is_reached_by_tls_or_on_this_machine(tmp_path, scheduler):
    file = tmp_path / "node.toml"
    file.write_text(f'{GOOD}[work]\nexecutor = "dask"\nscheduler = "{scheduler}"\n')
    assert load_node_config(file).work.scheduler == scheduler


def test_a_node_without_dask_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    config = WorkConfig(executor="dask", scheduler="tcp://127.0.0.1:1")
    with pytest.raises(RequestError, match="E-CFG-015"), open_work(config):
        pass


def test_a_scheduler_that_is_away_is_named(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(dask_cluster, "CONNECT_S", 0.2)
    config = WorkConfig(executor="dask", scheduler="tcp://127.0.0.1:1")
    with pytest.raises(UnavailableError, match="E-NOD-008"), open_work(config):
        pass
