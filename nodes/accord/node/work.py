"""Where a node's heavy arithmetic runs: the thread of the call, processes, or a Dask cluster.

Whatever needs the node's decryption key stays in this process, in threads.  Masked
encryption needs keys of one round only and may go further away.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from typing import ParamSpec, TypeVar

from accord.node.config import WorkConfig
from accord.node.dask_cluster import DaskExecutor
from accord.privacy.work import INLINE, Work

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def open_work(config: WorkConfig) -> Iterator[Work]:
    """The executors that the configuration asks for, while the block runs.

    Raises:
        RequestError: E-CFG-015; Dask is not installed.
        UnavailableError: E-NOD-008; the scheduler does not answer.
    """
    workers = config.workers or os.cpu_count() or 1
    with ExitStack() as stack:
        near = stack.enter_context(ThreadPoolExecutor(workers, "near"))
        far: Executor = INLINE
        if config.executor == "processes":
            far = stack.enter_context(ProcessExecutor(workers))
        elif config.executor == "dask":
            far = stack.enter_context(DaskExecutor(config.scheduler))
        yield Work(far, near)


class ProcessExecutor(Executor):
    """Processes that start when there is work for them, and anew after one was killed.

    They are fresh interpreters: nothing of this one's memory, no open file, no socket.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> "Future[R]":
        """As `Executor.submit`.

        Raises:
            BrokenProcessPool: A process was killed; the next call starts new ones.
        """
        with self._lock:
            pool = self._pool = self._pool or self._start()
            try:
                return pool.submit(function, *args, **kwargs)
            except BrokenProcessPool:
                pool.shutdown(wait=False)
                self._pool = None
                raise

    def pids(self) -> list[int]:
        """Ids of the processes that run."""
        pool = self._pool
        return list(pool._processes or {}) if pool else []  # noqa: SLF001 - no public way

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:  # noqa: FBT001, FBT002 - the base's
        """End the processes; pieces not begun are dropped."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait, cancel_futures=cancel_futures)

    def _start(self) -> ProcessPoolExecutor:
        # gRPC's threads do not survive a fork.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._workers, context, initializer=_settle)


def _settle() -> None:
    """First thing in a worker: end with the node, leave Ctrl-C to it, forget its settings."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in [name for name in os.environ if name.startswith("ACCORD_")]:
        del os.environ[name]


def _end_with_parent() -> None:
    # Not the kernel's parent-death signal: it fires when the *thread* that started us ends.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
