"""Small tasks for `accord.cli.supervise`; ``config`` is a file a task may write."""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from accord.domain.errors import RequestError

Ready = Callable[[], None]


def serve(config: Path, stop: threading.Event, ready: Ready) -> None:
    ready()
    stop.wait()
    config.write_text("stopped gracefully")


def deaf(config: Path, stop: threading.Event, ready: Ready) -> None:
    """Does not stop when told."""
    ready()
    threading.Event().wait()


def never_ready(config: Path, stop: threading.Event, ready: Ready) -> None:
    stop.wait()


def refuse(config: Path, stop: threading.Event, ready: Ready) -> None:
    raise RequestError("E-CFG-010", address="here")


def crash(config: Path, stop: threading.Event, ready: Ready) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def crash_later(config: Path, stop: threading.Event, ready: Ready) -> None:
    ready()
    os.kill(os.getpid(), signal.SIGKILL)


def talk(config: Path, stop: threading.Event, ready: Ready) -> None:
    print("a word to the log", flush=True)  # noqa: T201 - what is tested
    serve(config, stop, ready)
