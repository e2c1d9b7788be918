"""How waiting threads learn that a head became final, or that none ever will."""

import threading

from accord.domain.errors import AccordError


class Progress:
    """A counter that only grows, and an alarm that is raised once and for all."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0
        self._alarm: AccordError | None = None

    @property
    def count(self) -> int:
        """Read it before looking for what you wait for; see `wait_beyond`."""
        with self._changed:
            return self._count

    @property
    def alarm(self) -> AccordError | None:
        """Why anchoring has stopped for good; None while it has not."""
        with self._changed:
            return self._alarm

    def announce(self, alarm: AccordError | None = None) -> None:
        """Wake all who wait."""
        with self._changed:
            self._count += 1
            self._alarm = self._alarm or alarm
            self._changed.notify_all()

    def wait_beyond(self, count: int, timeout_s: float) -> None:
        """Return when the counter is larger than ``count``, or when time is up.

        Raises:
            AccordError: the alarm.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._alarm or self._count > count, timeout_s)
        self.check()

    def check(self) -> None:
        """Do nothing while anchoring goes on.

        Raises:
            AccordError: the alarm.
        """
        alarm = self.alarm
        if alarm is not None:
            raise alarm.with_traceback(None)  # one object for all; its traceback must not grow
