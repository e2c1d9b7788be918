"""Start processes, know when each serves, stop them; none outlives the supervisor.

Children come from one ``forkserver`` that has imported the heavy modules before: ten
processes start in a quarter of the time that ten interpreters take (measured: 1.6 s
against 6.1 s).  Only processes started here are ever signalled.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import connection, forkserver, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from types import TracebackType
from typing import Any, Final, Self

from accord.cli import forkserver_rope
from accord.cli.lab_child import READY, STOP, Failed, Task, run_task
from accord.domain.error_metadata import error_from_pairs
from accord.domain.errors import AccordError, FaultError, UnavailableError

PRELOAD: Final = (
    "accord.node.bootstrap",
    "accord.cli.ledger_process",
    "accord.cli.lab_child",
    "accord.cli.main",
    "alembic.command",
    "duckdb",
    "eth_keys.datatypes",
    "grpc",
    "phe",
    "sqlalchemy.dialects.sqlite",
    "sqlglot",
    "web3",
)
READY_TIMEOUT_S: Final = 60.0
STOP_GRACE_S: Final = 8.0
_KILL_WAIT_S: Final = 5.0
_LOOK_EVERY_S: Final = 0.2


@dataclass(slots=True)
class _Child:
    task: Task
    control: Connection
    theirs: Connection | None
    process: ForkServerProcess | None = None
    ready: bool = False

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.pid is not None and self.process.is_alive()


def preload(modules: Sequence[str] = PRELOAD) -> None:
    """Start importing for later children, in the background; returns at once.

    There is one server a process: a second call, whatever its modules, changes nothing.

    The server and its children never see Ctrl-C: it is blocked while the server starts,
    and children inherit that.
    """
    multiprocessing.set_forkserver_preload([forkserver_rope.__name__, *modules])
    resource_tracker.ensure_running()  # else it is started below, and unblocks the signal
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    os.environ[forkserver_rope.VARIABLE] = str(os.getpid())
    try:
        forkserver.ensure_running()
    finally:
        del os.environ[forkserver_rope.VARIABLE]
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


class Supervisor:
    """Runs tasks; leave its ``with`` block and all of them have ended."""

    def __init__(self, modules: Sequence[str] = PRELOAD) -> None:
        self._modules = modules
        self._children: list[_Child] = []
        self._context = multiprocessing.get_context("forkserver")

    def __enter__(self) -> Self:
        """Start preloading; tasks are started by `start`."""
        preload(self._modules)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End every task: gracefully, or at once if this is an interruption."""
        self.stop(0 if kind is not None and not issubclass(kind, Exception) else STOP_GRACE_S)

    def start(self, tasks: Sequence[Task]) -> None:
        """Start ``tasks``; they get ready on their own."""
        for task in tasks:
            ours, theirs = self._context.Pipe()
            child = _Child(task, ours, theirs)
            self._children.append(child)  # first: an interruption must find the pipe
            child.process = self._context.Process(
                target=run_task, args=(task, theirs), name=task.name
            )
            child.process.start()
            theirs.close()
            child.theirs = None

    def wait_ready(
        self,
        timeout_s: float = READY_TIMEOUT_S,
        progress: Callable[[str], None] = lambda _name: None,
    ) -> None:
        """Wait until every started task serves; ``progress`` hears each name.

        Raises:
            UnavailableError: E-LAB-012 one has ended; E-LAB-013 one takes too long.
            AccordError: what a task reported when it gave up.
        """
        deadline = time.monotonic() + timeout_s
        while waiting := [child for child in self._children if not child.ready]:
            for child in self._heard(waiting, deadline - time.monotonic()):
                self._receive(child)
                progress(child.task.name)
            if time.monotonic() >= deadline and not all(child.ready for child in waiting):
                late = next(child.task for child in waiting if not child.ready)
                raise UnavailableError(
                    "E-LAB-013", name=late.name, seconds=f"{timeout_s:g}", log=str(late.log)
                )

    def watch(
        self, stop: threading.Event, ended: Callable[[AccordError], None] | None = None
    ) -> None:
        """Return when ``stop`` is set.

        Args:
            stop: Set by whoever wants an end.
            ended: Hears of a task that has ended by itself, and the others go on; without
                it, and for the last task, that is an error.

        Raises:
            UnavailableError: E-LAB-012; a task has ended by itself.
            AccordError: what it reported when it gave up.
        """
        watched = list(self._children)
        while not stop.is_set():
            for child in self._heard(watched, _LOOK_EVERY_S):
                try:
                    self._receive(child)
                except AccordError as error:
                    watched.remove(child)
                    if ended is None or not watched:
                        raise
                    ended(error)

    def pids(self) -> dict[str, int]:
        """Process id of every started task, by name."""
        processes = {child.task.name: child.process for child in self._children}
        return {name: each.pid for name, each in processes.items() if each and each.pid}

    def stop(self, grace_s: float = STOP_GRACE_S) -> None:
        """End all tasks, the last started first to be told; kill who takes longer."""
        try:
            for child in reversed(self._children):
                _tell_to_stop(child)
            _join(self._children, grace_s)
        finally:
            self._kill()

    def _kill(self) -> None:
        for child in self._children:
            # Its end of the pipe goes, and so ends also a child that is still on its way.
            child.control.close()
            if child.theirs is not None:
                child.theirs.close()
            if child.alive and child.process is not None:
                child.process.kill()
        _join(self._children, _KILL_WAIT_S)
        self._children.clear()

    def _heard(self, children: Sequence[_Child], timeout_s: float) -> list[_Child]:
        """Children that have said something or have ended."""
        pipes: list[Any] = [child.control for child in children]
        spoken = connection.wait(pipes, max(timeout_s, 0))
        return [child for child in children if child.control in spoken]

    def _receive(self, child: _Child) -> None:
        try:
            message = child.control.recv()
        except (EOFError, OSError):
            facts = {"name": child.task.name, "log": str(child.task.log)}
            raise UnavailableError("E-LAB-012", **facts) from None
        if isinstance(message, Failed):
            raise _reported(message)
        child.ready = child.ready or message == READY


def _tell_to_stop(child: _Child) -> None:
    try:
        child.control.send(STOP)
    except OSError:
        return  # it has ended


def _join(children: Sequence[_Child], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    for child in children:
        if child.alive and child.process is not None:
            child.process.join(max(deadline - time.monotonic(), 0))


def _reported(message: Failed) -> AccordError:
    return error_from_pairs(message.pairs) or FaultError("E-INT-001", detail="empty report")
