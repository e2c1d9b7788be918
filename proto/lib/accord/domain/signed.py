"""A signed statement: canonical bytes, who signed, the signature.

The signature covers `signing_input`, which binds the kind of statement, so that a
signature under a grant can never be shown as one under a question.
"""

from dataclasses import dataclass
from typing import Final, TypeVar

from accord.domain import codec

ED25519: Final = "ed25519"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement and one Ed25519 signature.

    Attributes:
        kind: Kind of statement, e.g. ``"grant"``; part of what is signed.
        body: Canonical CBOR of the statement.
        signer: SPIFFE name of the node or person.
        algorithm: Always ``"ed25519"`` today.
        signature: 64 bytes over `signing_input`.
    """

    kind: str
    body: bytes
    signer: str
    algorithm: str
    signature: bytes

    @property
    def digest(self) -> bytes:
        """Identity of the statement: digest of kind and body, not of the signature."""
        return codec.digest_bytes(self.kind, self.body)

    def unsafe_open(self, kind: type[T]) -> T:
        """Decode the body without looking at the signature; verify first."""
        return codec.decode(kind, self.body)


def signing_input(kind: str, body: bytes, signer: str) -> bytes:
    """The bytes an Ed25519 signature of a `Signed` covers."""
    return codec.encode({"accord": "signed/v1", "kind": kind, "signer": signer, "body": body})
