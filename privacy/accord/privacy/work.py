"""Heavy arithmetic in pieces, for any `concurrent.futures.Executor`.

A piece is a module-level function and plain values, so that it can travel to another
process or machine.  The pieces do not depend on one another and give the same bytes
wherever they are computed.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass
from itertools import chain
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


class Inline(Executor):
    """Computes in the thread of the caller."""

    def submit(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> "Future[R]":
        """A future that is done."""
        future: Future[R] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - the future raises it
            future.set_exception(error)
        return future


INLINE: Final = Inline()


@dataclass(frozen=True, slots=True)
class Work:
    """Where a member's heavy arithmetic runs.

    Attributes:
        far: For masked encryption, which needs keys of one round only; may be other
            processes or machines.
        near: For whatever needs the decryption key, which never leaves the process;
            threads gain, since GMP's powers do not hold the interpreter's lock.
    """

    far: Executor = INLINE
    near: Executor = INLINE


WORK_INLINE: Final = Work()


@dataclass(frozen=True, slots=True)
class Grain:
    """How work is cut.

    Attributes:
        items: Items of one piece.
        least: With fewer items in all, cutting costs more than it gains.
    """

    items: int
    least: int


def spread(
    executor: Executor,
    function: Callable[[Sequence[T]], Sequence[R]],
    items: Sequence[T],
    grain: Grain,
) -> tuple[R, ...]:
    """``function`` over ``items`` piece by piece, in order.

    A piece whose executor has broken is computed here: the result is the same.

    Raises:
        Exception: What ``function`` raises for the first piece that fails.
    """
    if executor is INLINE or len(items) < grain.least:
        return tuple(function(items))
    pieces = [items[at : at + grain.items] for at in range(0, len(items), grain.items)]
    futures = [_submit(executor, function, piece) for piece in pieces]
    try:
        return tuple(
            chain.from_iterable(
                _result(future, function, piece)
                for future, piece in zip(futures, pieces, strict=True)
            )
        )
    finally:
        for future in futures:
            future.cancel()  # those that an error made useless


def _submit(
    executor: Executor, function: Callable[[Sequence[T]], Sequence[R]], piece: Sequence[T]
) -> "Future[Sequence[R]]":
    try:
        return executor.submit(function, piece)
    except BrokenExecutor as error:
        future: Future[Sequence[R]] = Future()
        future.set_exception(error)
        return future


def _result(
    future: "Future[Sequence[R]]",
    function: Callable[[Sequence[T]], Sequence[R]],
    piece: Sequence[T],
) -> Sequence[R]:
    try:
        return future.result()
    except (BrokenExecutor, CancelledError):
        return function(piece)
