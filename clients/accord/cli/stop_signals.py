"""How a process of ours is told to stop: SIGTERM from a service manager, SIGINT from Ctrl-C."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


def stop_on_signals() -> threading.Event:
    """An event that either signal sets; for a process that serves until then."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    return stop


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM and SIGHUP interrupt like Ctrl-C, so that everything is cleaned up as then."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    names = (signal.SIGTERM, signal.SIGHUP)
    former = [signal.signal(name, interrupt) for name in names]
    try:
        yield
    finally:
        for name, handler in zip(names, former, strict=True):
            signal.signal(name, handler)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Put off interruptions, so that a clean-up is not itself left half done.

    A handler, not a signal mask: a mask covers one thread, and Python handles a signal that
    any thread of the process received.

    Raises:
        KeyboardInterrupt: At the end; one came in between.
    """
    came: list[int] = []
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    former = [signal.signal(name, lambda number, _: came.append(number)) for name in names]
    try:
        yield
    finally:
        for name, handler in zip(names, former, strict=True):
            signal.signal(name, handler)
    if came:
        raise KeyboardInterrupt
