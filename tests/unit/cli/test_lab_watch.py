"""A lab goes on when one of its processes ends, and says how to start that one again."""

import threading
from pathlib import Path

from accord.cli.lab_child import Task
from accord.cli.lab_run import _LEDGER, _NODE, _while_running
from accord.cli.supervise import Supervisor
from accord.domain.errors import AccordError, RequestError, UnavailableError


def _task(name: str, folder: Path) -> Task:
    return Task(name, f"tests.unit.cli.tasks:{name}", folder / f"{name}.out", folder / "log")


def test_the_others_are_watched_on(tmp_path: Path) -> None:
    stop, heard = threading.Event(), list[AccordError]()

    def ended(error: AccordError) -> None:
        heard.append(error)
        stop.set()

    with Supervisor(()) as supervisor:
        supervisor.start([_task("serve", tmp_path), _task("crash_later", tmp_path)])
        supervisor.wait_ready()
        supervisor.watch(stop, ended)
        alive = supervisor.pids()

    assert [(error.code, error.facts["name"]) for error in heard] == [("E-LAB-012", "crash_later")]
    assert "serve" in alive
    assert (tmp_path / "serve.out").read_text() == "stopped gracefully"


def test_the_command_that_starts_it_again_is_told(tmp_path: Path, monkeypatch) -> None:
    tasks = [
        Task("ledger", _LEDGER, tmp_path / "ledger.toml", tmp_path / "log"),
        Task("alder", _NODE, tmp_path / "node.toml", tmp_path / "log"),
    ]
    monkeypatch.setattr("accord.cli.lab_run.lab_tasks", lambda _folder: tasks)
    for name, command in (
        ("ledger", f"accord ledger run {tmp_path}/ledger.toml"),
        ("alder", f"accord node run {tmp_path}/node.toml"),
    ):
        died = UnavailableError("E-LAB-012", name=name, log="log")
        told = _while_running(died, tmp_path)
        assert (told.code, told.facts["command"]) == ("E-LAB-014", command)


def test_what_a_process_said_itself_is_passed_on(tmp_path: Path) -> None:
    said = RequestError("E-CFG-010", address="here")

    assert _while_running(said, tmp_path) is said
