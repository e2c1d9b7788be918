"""For whom a command acts: the profile, and a client for the person's own node."""

from datetime import UTC, datetime
from pathlib import Path

from accord.cli.session import Session
from accord.client.client import Client
from accord.client.profile import choose_profile, load_profile


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Aware UTC time."""
        return datetime.now(UTC)


def open_client(session: Session, option: Path | None) -> Client:
    """A client for the person named by ``--as`` or ACCORD_PROFILE.

    Raises:
        RequestError: E-CFG-013 nobody is named; E-CFG-014 and others, the profile is unusable.
    """
    return Client.open(load_profile(choose_profile(option, session.environ)), SystemClock())
