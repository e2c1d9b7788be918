"""The secret that two members share, and the keys of a run made from it.

Hybrid of X25519 (RFC 7748) and ML-KEM-768 (FIPS 203): it stays secret while one of the
two stands.  The earlier member in consortium order encapsulates to the later one; both
static X25519 keys enter, so that only the two holders can compute the secret.  Both
public keys come from member cards whose digests stand in the contract, and those digests
enter too: nobody can sit in the middle.

The KEM draws its randomness inside `cryptography`, which offers no way to inject it.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from accord.domain import codec
from accord.domain.errors import FaultError, VerificationError
from accord.privacy.prf import derive, expand, extract

X25519_BYTES: Final = 32
MLKEM_SEED_BYTES: Final = 64
MLKEM_CIPHERTEXT_BYTES: Final = 1088
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class MaskKey:
    """The private half of a member's mask key."""

    x25519: X25519PrivateKey = field(repr=False)
    mlkem: MLKEM768PrivateKey = field(repr=False)

    @property
    def x25519_public(self) -> bytes:
        """32 bytes, for the member card."""
        return self.x25519.public_key().public_bytes_raw()

    @property
    def mlkem_public(self) -> bytes:
        """1184 bytes, for the member card."""
        return self.mlkem.public_key().public_bytes_raw()

    def private_bytes(self) -> bytes:
        """96 bytes: X25519 key, ML-KEM seed.  The caller keeps them secret."""
        return self.x25519.private_bytes_raw() + self.mlkem.private_bytes_raw()


@dataclass(frozen=True, slots=True)
class PairContext:
    """Between whom: goes into the secret.

    Attributes:
        earlier: Digest of the member card that comes first in consortium order.
        later: Digest of the other one.
    """

    consortium: str
    earlier: bytes
    later: bytes


@dataclass(frozen=True, slots=True)
class PairSecret:
    """s_ij.  It never leaves the member; an inspector is given keys of one run only."""

    secret: bytes = field(repr=False)

    def run_key(self, run_id: bytes, roster: bytes) -> bytes:
        """K_ij of one run and roster: 32 bytes."""
        return derive(self.secret, "run-key", {"run_id": run_id, "roster": roster}, _KEY_BYTES)


def generate_mask_key(random_bytes: Callable[[int], bytes]) -> MaskKey:
    """A fresh mask key."""
    return parse_mask_key(random_bytes(X25519_BYTES + MLKEM_SEED_BYTES))


def parse_mask_key(data: bytes) -> MaskKey:
    """Inverse of `MaskKey.private_bytes`.

    Raises:
        FaultError: E-CRY-017; the stored key is damaged.
    """
    if len(data) != X25519_BYTES + MLKEM_SEED_BYTES:
        raise FaultError("E-CRY-017", detail="stored mask key")
    return MaskKey(
        X25519PrivateKey.from_private_bytes(data[:X25519_BYTES]),
        MLKEM768PrivateKey.from_seed_bytes(data[X25519_BYTES:]),
    )


def encapsulate(
    own: MaskKey, peer_x25519: bytes, peer_mlkem: bytes, context: PairContext
) -> tuple[PairSecret, bytes]:
    """What the earlier member does: the secret, and 1120 bytes for the later member.

    Raises:
        VerificationError: E-CRY-009; the peer's public key is unusable.
    """
    try:
        kem_secret, kem_ciphertext = MLKEM768PublicKey.from_public_bytes(peer_mlkem).encapsulate()
    except ValueError as error:
        raise VerificationError("E-CRY-009", detail=str(error)) from None
    publics = own.x25519_public + peer_x25519
    secret, tag = _combine(own, peer_x25519, kem_secret, kem_ciphertext, publics, context)
    return secret, kem_ciphertext + tag


def decapsulate(
    own: MaskKey, peer_x25519: bytes, encapsulated: bytes, context: PairContext
) -> PairSecret:
    """What the later member does with the 1120 bytes.

    Raises:
        VerificationError: E-CRY-009; they were not made by this peer for this member.
    """
    kem_ciphertext = encapsulated[:MLKEM_CIPHERTEXT_BYTES]
    try:
        kem_secret = own.mlkem.decapsulate(kem_ciphertext)
    except ValueError as error:
        raise VerificationError("E-CRY-009", detail=str(error)) from None
    publics = peer_x25519 + own.x25519_public
    secret, tag = _combine(own, peer_x25519, kem_secret, kem_ciphertext, publics, context)
    if not hmac.compare_digest(tag, encapsulated[MLKEM_CIPHERTEXT_BYTES:]):
        raise VerificationError("E-CRY-009", detail="confirmation")
    return secret


def _combine(
    own: MaskKey,
    peer_x25519: bytes,
    kem_secret: bytes,
    kem_ciphertext: bytes,
    publics: bytes,
    context: PairContext,
) -> tuple[PairSecret, bytes]:
    """The secret, and a tag that shows the peer that both hold the same one."""
    try:
        shared = own.x25519.exchange(X25519PublicKey.from_public_bytes(peer_x25519))
    except ValueError as error:  # wrong length, or a point of low order
        raise VerificationError("E-CRY-009", detail=str(error)) from None
    transcript = codec.digest(
        "pair-secret", {"kem": kem_ciphertext, "x25519": publics, "context": context}
    )
    key = extract(transcript, shared + kem_secret)
    return PairSecret(expand(key, b"secret", _KEY_BYTES)), expand(key, b"confirm", _KEY_BYTES)
