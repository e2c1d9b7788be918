"""``accord lab up`` and ``down``: a lab's ledger and nodes as processes of this machine.

``lab.pid`` names the supervisor and its children by process id *and* start time, since a
process id alone may by now belong to somebody else.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from accord.cli.lab_child import Task
from accord.cli.supervise import READY_TIMEOUT_S, Supervisor
from accord.domain.error_metadata import error_from_pairs, error_to_pairs
from accord.domain.errors import AccordError, RequestError, UnavailableError
from accord.domain.trust_file import load_trust

PID_FILE: Final = "lab.pid"
LOG_FILE: Final = "lab.log"
DOWN_GRACE_S: Final = 20.0
_NODE: Final = "accord.cli.lab_child:run_node_task"
_LEDGER: Final = "accord.cli.lab_child:run_ledger_task"
_START_FIELD: Final = 22  # proc(5): starttime
_POLL_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class ProcessName:
    """A process, safe against reuse of its id.

    Attributes:
        start: Clock ticks since boot, as the kernel tells it.
    """

    pid: int
    start: int


def lab_tasks(folder: Path) -> list[Task]:
    """Ledger and nodes of the lab in ``folder``, the ledger first.

    Raises:
        RequestError: E-LAB-009; ``folder`` holds no lab.  E-CFG-011 as `load_trust`.
    """
    folder = folder.absolute()
    for name in ("trust.json", "ledger/ledger.toml"):
        if not (folder / name).is_file():
            raise RequestError("E-LAB-009", folder=str(folder), file=name)
    members = load_trust(folder / "trust.json").members
    ledger = folder / "ledger"
    nodes = {member: folder / member / "node" for member in members}
    return [
        Task("ledger", _LEDGER, ledger / "ledger.toml", ledger / "ledger.log"),
        *(Task(name, _NODE, node / "node.toml", node / "node.log") for name, node in nodes.items()),
    ]


@contextmanager
def running_lab(
    folder: Path,
    *,
    timeout_s: float = READY_TIMEOUT_S,
    progress: Callable[[str], None] = lambda _name: None,
) -> Iterator[Supervisor]:
    """The lab in ``folder``, serving while the ``with`` block runs.

    Raises:
        RequestError: E-LAB-009; E-LAB-010 it is running already.
        AccordError: See `Supervisor.wait_ready`.
    """
    tasks = lab_tasks(folder)
    with _pid_file(folder) as write, Supervisor() as supervisor:
        supervisor.start(tasks)
        write(supervisor.pids())
        supervisor.wait_ready(timeout_s, progress)
        yield supervisor


def lab_up(
    folder: Path,
    *,
    stop: threading.Event | None = None,
    progress: Callable[[str], None] = lambda _name: None,
    ready: Callable[[], None] = lambda: None,
    ended: Callable[[AccordError], None] = lambda _error: None,
) -> None:
    """Run the lab until ``stop`` is set, SIGTERM arrives or Ctrl-C interrupts.

    To be called in the main thread; ``ready`` is called once every process serves, ``ended``
    when one of them has ended by itself: the others go on, as they would on machines of
    their own.
    """
    stop = stop or threading.Event()
    serving = threading.Event()

    def on_terminate(*_: object) -> None:
        stop.set()
        if not serving.is_set():
            raise KeyboardInterrupt  # nothing is under way yet that deserves a graceful end

    former = signal.signal(signal.SIGTERM, on_terminate)
    try:
        with running_lab(folder, progress=progress) as supervisor:
            serving.set()
            ready()
            with suppress(KeyboardInterrupt):  # the usual way to say "enough": end gracefully
                supervisor.watch(stop, lambda error: ended(_while_running(error, folder)))
    finally:
        signal.signal(signal.SIGTERM, former)


def lab_up_detached(folder: Path) -> int:
    """Run the lab in the background; return the supervisor's id once every process serves.

    Raises:
        AccordError: As `running_lab`; nothing runs then.
    """
    lab_tasks(folder)  # its error needs no second process
    read, write = os.pipe()
    command = [sys.executable, "-m", "accord.cli.lab_detached", str(folder.absolute()), str(write)]
    descriptor = os.open(folder / LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(read, "rb") as report, os.fdopen(descriptor, "wb") as log:
        try:
            process = subprocess.Popen(  # noqa: S603 - our own module
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(write,),
                start_new_session=True,
            )
        finally:
            os.close(write)
        try:
            _raise_reported(report.read(), folder)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    return process.pid


def lab_down(folder: Path) -> list[str]:
    """End the processes of a running lab; returns their names.

    Raises:
        RequestError: E-LAB-011; it is not running.
    """
    path = folder / PID_FILE
    supervisor, children = _read_pid_file(path)
    alive = [name for name, process in children.items() if _is(process)]
    if supervisor is None or not (_is(supervisor) or alive):
        path.unlink(missing_ok=True)
        raise RequestError("E-LAB-011", folder=str(folder))
    if _is(supervisor):
        os.kill(supervisor.pid, signal.SIGTERM)
        _wait_gone(supervisor, DOWN_GRACE_S)
    for process in (supervisor, *children.values()):
        if _is(process):
            os.kill(process.pid, signal.SIGKILL)
            _wait_gone(process, DOWN_GRACE_S)
    path.unlink(missing_ok=True)
    return alive


def report_from_background(folder: Path, descriptor: int) -> None:
    """What the background supervisor does; see `lab_up_detached`."""
    with os.fdopen(descriptor, "w") as report:
        try:
            lab_up(folder, ready=lambda: _report(report, {}), ended=_log)
        except KeyboardInterrupt:
            return  # told to stop while starting
        except AccordError as error:
            _log(error)
            if not report.closed:
                _report(report, dict(error_to_pairs(error)))


def _while_running(error: AccordError, folder: Path) -> AccordError:
    """The same, for a lab whose other processes go on."""
    if error.code != "E-LAB-012":
        return error
    task = next(task for task in lab_tasks(folder) if task.name == error.facts["name"])
    command = f"accord {'ledger' if task.entry == _LEDGER else 'node'} run {task.config}"
    return UnavailableError("E-LAB-014", name=task.name, log=str(task.log), command=command)


def _log(error: AccordError) -> None:
    print(error, file=sys.stderr, flush=True)  # noqa: T201 - the log


def _report(report: Any, pairs: Mapping[str, str]) -> None:
    report.write(json.dumps(pairs))
    report.close()


def _raise_reported(text: bytes, folder: Path) -> None:
    if not text:
        log = str(folder / LOG_FILE)
        raise UnavailableError("E-LAB-012", name="lab", log=log)
    error = error_from_pairs(json.loads(text).items())
    if error is not None:
        raise error


@contextmanager
def _pid_file(folder: Path) -> Iterator[Callable[[Mapping[str, int]], None]]:
    path = folder / PID_FILE
    supervisor, _ = _read_pid_file(path)
    if supervisor is not None and _is(supervisor):
        raise RequestError("E-LAB-010", folder=str(folder), pid=supervisor.pid)
    path.unlink(missing_ok=True)  # of a supervisor that was killed

    def write(pids: Mapping[str, int]) -> None:
        named = {name: [pid, _start(pid)] for name, pid in pids.items()}
        own = [os.getpid(), _start(os.getpid())]
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps({"supervisor": own, "processes": named}))
        fresh.replace(path)

    try:
        with path.open("x"):
            pass
    except FileExistsError:
        raise RequestError("E-LAB-010", folder=str(folder), pid=0) from None
    try:
        write({})
        yield write
    finally:
        path.unlink(missing_ok=True)


def _read_pid_file(path: Path) -> tuple[ProcessName | None, dict[str, ProcessName]]:
    try:
        value = json.loads(path.read_text())
        processes = {name: ProcessName(*each) for name, each in value["processes"].items()}
        return ProcessName(*value["supervisor"]), processes
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None, {}  # none, or torn by a crash: nothing that could be ended safely


def _start(pid: int) -> int:
    """Start time of a process; 0 if there is none or the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    fields = text.rpartition(")")[2].split()  # the name before may hold blanks
    is_zombie = fields[0] == "Z"
    return 0 if is_zombie else int(fields[_START_FIELD - 3])


def _is(process: ProcessName) -> bool:
    return process.start != 0 and _start(process.pid) == process.start


def _wait_gone(process: ProcessName, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while _is(process) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
