"""The thread that works through the outbox.

Woken by every append and by a timer, so that records of other processes on the same
database are found too.
"""

import logging
import threading
from dataclasses import dataclass

from accord.domain.errors import AccordError, RefusalError, UnavailableError
from accord.ledger.heads import HeadState
from accord.ledger.outbox import Outbox
from accord.ledger.progress import Progress

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to ask; all in seconds.

    Attributes:
        idle_s: Between two looks at a log that did not wake us.
        poll_first_s: First wait for a transaction to become final; doubles each time.
        poll_last_s: Longest such wait.
        retry_first_s: First wait while chain or database are away; doubles each time.
        retry_last_s: Longest such wait.
        resend_s: A transaction not final for so long is compared and sent again.
    """

    idle_s: float = 1.0
    poll_first_s: float = 0.002
    poll_last_s: float = 0.5
    retry_first_s: float = 0.1
    retry_last_s: float = 15.0
    resend_s: float = 20.0


class Publisher:
    """Runs one outbox until it is stopped or chain and log disagree."""

    def __init__(self, outbox: Outbox, progress: Progress, pace: Pace | None = None) -> None:
        self._outbox = outbox
        self._progress = progress
        self._pace = pace or Pace()
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="accord-outbox", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread and wait for it; what is under way is resumed at the next start."""
        self._stopped.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def wake(self) -> None:
        """Say that something was appended and committed."""
        self._woken.set()

    def _run(self) -> None:
        waits = _Waits(self._pace)
        while not self._stopped.is_set():
            self._woken.clear()
            try:
                wait_s = self._turn(waits)
            except (UnavailableError, RefusalError) as error:
                _LOGGER.warning("the head cannot go on now: %s", error)
                wait_s = self._away(waits)
            except AccordError as error:
                _LOGGER.critical("anchoring has stopped: %s", error)
                self._progress.announce(error)
                return
            except Exception:  # nothing is lost: what was stored is taken up again
                _LOGGER.exception("the outbox could not go on")
                wait_s = self._away(waits)
            self._wait(wait_s, any_append=waits.idle)

    def _turn(self, waits: "_Waits") -> float:
        state = self._outbox.step()
        if state is HeadState.SIGNED:
            if waits.polled_s >= self._pace.resend_s:
                self._outbox.compare_again()
                waits.polled_s = 0.0
            return waits.next_poll()
        waits.settle()
        if state is HeadState.FINAL:
            self._progress.announce()
        waits.idle = state is None
        return self._pace.idle_s if waits.idle else 0.0

    def _away(self, waits: "_Waits") -> float:
        self._outbox.compare_again()
        return waits.next_retry()

    def _wait(self, seconds: float, *, any_append: bool) -> None:
        if any_append:
            self._woken.wait(seconds)
        elif seconds:
            self._stopped.wait(seconds)


class _Waits:
    """Growing pauses."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self.settle()

    def settle(self) -> None:
        self.idle = False
        self.polled_s = 0.0
        self._poll_s = self._pace.poll_first_s
        self._retry_s = self._pace.retry_first_s

    def next_poll(self) -> float:
        self.idle = False
        wait_s, self._poll_s = self._poll_s, min(2 * self._poll_s, self._pace.poll_last_s)
        self._retry_s = self._pace.retry_first_s
        self.polled_s += wait_s
        return wait_s

    def next_retry(self) -> float:
        self.idle = False
        wait_s, self._retry_s = self._retry_s, min(2 * self._retry_s, self._pace.retry_last_s)
        return wait_s
