"""A Dask cluster as executor: more machines for a member that has outgrown one.

A worker needs Accord at the same version.  It is given plaintexts and the mask and
randomness streams of one round, so cluster and network must be as trusted as the node.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

import structlog

from accord.domain.errors import AccordError, RequestError, UnavailableError

if TYPE_CHECKING:
    from distributed import Client

P = ParamSpec("P")
R = TypeVar("R")

CONNECT_S: Final = 10.0
_LOOK_EVERY_S: Final = 5.0
_CONNECT_AGAIN_S: Final = 60.0
_log = structlog.get_logger(__name__)


class DaskExecutor(Executor):
    """Sends pieces to the scheduler; one without workers counts as broken."""

    def __init__(self, scheduler: str) -> None:
        """Connect.

        Raises:
            RequestError: E-CFG-015; Dask is not installed.
            UnavailableError: E-NOD-008; the scheduler does not answer.
        """
        self._scheduler = scheduler
        self._lock = threading.Lock()
        self._client = _connect(scheduler)
        self._tried = time.monotonic()
        self._is_alone = False  # then neither old pieces nor new ones are waited for

    def submit(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> "Future[R]":
        """As `Executor.submit`.

        Raises:
            BrokenExecutor: scheduler or workers are away.
        """
        try:
            client = self._connected()
            if self._is_alone and not self.has_workers():
                raise BrokenExecutor("no Dask worker")
            inner = client.get_executor(pure=False).submit(function, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - many kinds of being away
            raise _broken(error) from None
        return _Piece(inner, self)

    @property
    def patience_s(self) -> float:
        """How long to wait for a piece before asking who works."""
        return 0 if self._is_alone else _LOOK_EVERY_S

    def has_workers(self) -> bool:
        """Whether the scheduler answers and has somebody to give work to."""
        try:
            workers = self._connected().scheduler_info(n_workers=1)["workers"]
        except Exception as error:  # noqa: BLE001 - many kinds of being away
            _broken(error)
            workers = {}
        self._is_alone = not workers
        return bool(workers)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:  # noqa: ARG002, FBT001, FBT002 - the base's
        """Leave the cluster; it goes on without us."""
        self._client.close()

    def _connected(self) -> "Client":
        """The client, after a loss a new one, tried once a minute."""
        with self._lock:
            if self._client.status == "closed":
                if time.monotonic() < self._tried + _CONNECT_AGAIN_S:
                    raise BrokenExecutor(self._scheduler)
                self._tried = time.monotonic()
                self._client = _connect(self._scheduler)
            return self._client


class _Piece(Future[R]):
    """The result of one piece; waiting for it looks now and then who still works."""

    def __init__(self, inner: "Future[R]", cluster: DaskExecutor) -> None:
        super().__init__()
        self._inner, self._cluster = inner, cluster

    def cancel(self) -> bool:
        return self._inner.cancel()

    def result(self, timeout: float | None = None) -> R:
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                return self._inner.result(self._cluster.patience_s)
            except AccordError:
                raise
            except TimeoutError:
                if until is not None and time.monotonic() >= until:
                    raise
                if not self._cluster.has_workers():
                    raise BrokenExecutor("no Dask worker") from None
            except (Exception, CancelledError) as error:  # noqa: BLE001 - workers killed, another version
                raise _broken(error) from None


def _broken(error: BaseException) -> BrokenExecutor:
    _log.warning("dask_failed", error=type(error).__name__)
    return BrokenExecutor(type(error).__name__)


def _connect(scheduler: str) -> "Client":
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ImportError:
        raise RequestError("E-CFG-015", extra="dask") from None
    try:
        return Client(scheduler, timeout=CONNECT_S, set_as_default=False, name="accord")
    except (OSError, ValueError) as error:
        raise UnavailableError("E-NOD-008", scheduler=scheduler, detail=repr(error)) from None
