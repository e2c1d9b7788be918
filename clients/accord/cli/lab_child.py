"""What a supervised child process does; `accord.cli.supervise` is the other side.

The child listens on one end of a pipe.  The word "stop" ends it gracefully; the end of the
pipe means that the supervisor is gone, and ends it at once.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from accord.cli.children import ask_kernel_to_kill
from accord.domain.error_metadata import Pairs, error_to_pairs
from accord.domain.errors import AccordError

STOP: Final = "stop"
READY: Final = "ready"
_LOG_MODE: Final = 0o600
# Python's own.  The preloaded ledger has raised it, see `accord.ledger.evm.embedded.server`.
_RECURSION_LIMIT: Final = 1000

Entry = Callable[[Path, threading.Event, Callable[[], None]], None]


@dataclass(frozen=True, slots=True)
class Task:
    """One process.

    Attributes:
        name: For people, e.g. the member's id.
        entry: ``module:function``, called with configuration, stop event and a function
            to call once it serves.
        log: File that standard output and error are appended to.
    """

    name: str
    entry: str
    config: Path
    log: Path


@dataclass(frozen=True, slots=True)
class Failed:
    """Sent to the supervisor by a child that could not go on."""

    pairs: Pairs


def run_task(task: Task, control: Connection) -> None:
    """Run ``task`` until it ends, is told to stop, or the supervisor is gone."""
    ask_kernel_to_kill()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the supervisor's to act on
    stop = threading.Event()
    threading.Thread(target=_listen, args=(control, stop), daemon=True).start()
    _redirect(task.log)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        module, _, function = task.entry.partition(":")
        entry: Entry = getattr(import_module(module), function)
        entry(task.config, stop, lambda: _tell(control, READY))
    except AccordError as error:
        _note(error)
        _tell(control, Failed(error_to_pairs(error)))


def run_node_task(config: Path, stop: threading.Event, ready: Callable[[], None]) -> None:
    """The entry of a member's node."""
    from accord.node.bootstrap import run_node  # noqa: PLC0415 - preloaded, or only here
    from accord.node.config import load_node_config  # noqa: PLC0415

    sys.setrecursionlimit(_RECURSION_LIMIT)
    run_node(load_node_config(config), stop, ready)


def run_ledger_task(config: Path, stop: threading.Event, ready: Callable[[], None]) -> None:
    """The entry of the embedded ledger."""
    from accord.cli.ledger_process import run_ledger  # noqa: PLC0415 - preloaded, or only here
    from accord.node.config import load_ledger_config  # noqa: PLC0415

    run_ledger(load_ledger_config(config), stop, ready)


def _listen(control: Connection, stop: threading.Event) -> None:
    try:
        while control.recv() != STOP:
            pass
    except (EOFError, OSError):
        os._exit(1)  # nobody is left to wait for a graceful end; storage survives a kill
    stop.set()


def _tell(control: Connection, message: Any) -> None:
    try:
        control.send(message)
    except OSError:
        os._exit(1)


def _redirect(log: Path) -> None:
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _LOG_MODE)
    except FileNotFoundError:
        os._exit(1)  # an early Ctrl-C: the lab's folder went before this process came up
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def _note(error: AccordError) -> None:
    facts: Mapping[str, object] = error.facts
    print(f"{error.code} {dict(facts)} {error.detail}", file=sys.stderr, flush=True)  # noqa: T201 - the log
