"""Small interfaces that several packages need; the composition root fills them."""

from datetime import datetime
from typing import Protocol

from accord.domain.signed import Signed


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Aware UTC time."""
        ...


class Signer(Protocol):
    """Holds one Ed25519 signing key."""

    @property
    def name(self) -> str:
        """SPIFFE name that goes into `Signed.signer`."""
        ...

    def sign(self, kind: str, body: bytes) -> Signed:
        """Sign a statement (see `accord.domain.signed.signing_input`)."""
        ...
