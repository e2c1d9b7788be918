"""Children are started, watched, stopped, and never outlive their supervisor."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from accord.cli.lab_child import Task
from accord.cli.supervise import Supervisor
from accord.domain.errors import RequestError, UnavailableError
from tests.unit.cli.processes import of_session, wait_gone

ROOT = Path(__file__).parents[3]


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    with Supervisor(()) as supervisor:
        yield supervisor


def task(name: str, folder: Path) -> Task:
    return Task(name, f"tests.unit.cli.tasks:{name}", folder / f"{name}.out", folder / "log")


def test_a_task_that_serves_is_stopped_gracefully(tmp_path: Path) -> None:
    with Supervisor(()) as supervisor:
        supervisor.start([task("serve", tmp_path)])
        ready: list[str] = []
        supervisor.wait_ready(progress=ready.append)
        pids = set(supervisor.pids().values())

    assert ready == ["serve"]
    assert (tmp_path / "serve.out").read_text() == "stopped gracefully"
    assert wait_gone(pids, 0) == set()


def test_a_task_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    with Supervisor(()) as supervisor:
        supervisor.start([task("deaf", tmp_path)])
        supervisor.wait_ready()
        pids = set(supervisor.pids().values())
        supervisor.stop(0.1)

    assert wait_gone(pids, 0) == set()


def test_a_task_that_gives_up_says_why(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start([task("serve", tmp_path), task("refuse", tmp_path)])
    with pytest.raises(RequestError) as caught:
        supervisor.wait_ready()

    assert (caught.value.code, caught.value.facts) == ("E-CFG-010", {"address": "here"})
    assert "E-CFG-010" in (tmp_path / "log").read_text()


def test_a_task_that_dies_before_it_serves_is_named(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start([task("crash", tmp_path)])
    with pytest.raises(UnavailableError) as caught:
        supervisor.wait_ready()

    assert caught.value.code == "E-LAB-012"
    assert caught.value.facts == {"name": "crash", "log": str(tmp_path / "log")}


def test_a_task_whose_folder_is_gone_ends_without_a_word(tmp_path: Path) -> None:
    """As after an early Ctrl-C, when the lab's folder goes before its last process came up."""
    program = (
        "from multiprocessing import Pipe; from pathlib import Path\n"
        "from accord.cli.lab_child import Task, run_task\n"
        f"log = Path({str(tmp_path / 'gone' / 'log')!r})\n"
        "ours, theirs = Pipe()\n"
        "run_task(Task('serve', 'tests.unit.cli.tasks:serve', log, log), theirs)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "")


def test_a_task_that_dies_later_ends_the_watch(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start([task("crash_later", tmp_path), task("serve", tmp_path)])
    with pytest.raises(UnavailableError) as caught:
        _run(supervisor)

    assert (caught.value.code, caught.value.facts["name"]) == ("E-LAB-012", "crash_later")


def _run(supervisor: Supervisor) -> None:
    """It may die while the other is still getting ready, or after."""
    supervisor.wait_ready()
    supervisor.watch(threading.Event())


def test_a_task_that_takes_too_long_is_named(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start([task("never_ready", tmp_path)])
    with pytest.raises(UnavailableError) as caught:
        supervisor.wait_ready(timeout_s=0.2)

    assert caught.value.code == "E-LAB-013"
    assert caught.value.facts["seconds"] == "0.2"


def test_the_watch_ends_when_told(supervisor: Supervisor, tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    supervisor.start([task("serve", tmp_path)])
    supervisor.wait_ready()

    supervisor.watch(stop)


def test_what_a_task_prints_goes_to_its_log(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start([task("talk", tmp_path)])
    supervisor.wait_ready()

    assert "a word to the log" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("word", ["SIGINT", "SIGKILL"])
@pytest.mark.parametrize("stage", ["begun", "entered", "started", "ready"])
def test_no_process_is_left_whenever_the_supervisor_is_ended(
    tmp_path: Path, stage: str, word: str
) -> None:
    """Ctrl-C reaches the whole group, as a terminal sends it; a kill reaches one process."""
    with _supervised(tmp_path, stage) as process:
        started = of_session(process.pid)
        if word == "SIGINT":
            for pid in started:
                subprocess.run(["kill", "-INT", str(pid)], check=False, stderr=subprocess.DEVNULL)
        else:
            process.send_signal(signal.SIGKILL)
        process.wait(30)

    assert wait_gone(started | of_session(process.pid), 10) == set()
    assert of_session(process.pid) == set()


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGKILL])
def test_the_server_of_processes_ends_at_once_though_it_is_still_importing(
    tmp_path: Path, word: int
) -> None:
    with _supervised(tmp_path, "entered", "tests.unit.cli.slow_import") as process:
        started = of_session(process.pid)
        process.send_signal(word)
        process.wait(30)

    assert wait_gone(started, 10) == set()


def _supervised(folder: Path, stage: str, *preloaded: str) -> subprocess.Popen[str]:
    """The program in a session of its own, once it has said ``stage``."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.cli.supervised", str(folder), *preloaded],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    while process.stdout.readline().strip() != stage:
        assert process.poll() is None
    return process
