"""Sealing a message to one member or person: HPKE, RFC 9180, base mode.

Suite: KEM of X25519 and ML-KEM-768 (draft-ietf-hpke-pq), HKDF-SHA256, AES-256-GCM.  The
context goes into ``info``: a message opens only where, and for what, it was sealed.  Base
mode does not say who sealed; what is sealed is signed.

The ephemeral key is drawn inside `cryptography`, which offers no way to inject it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from accord.domain.errors import FaultError, VerificationError

MLKEM_PUBLIC_BYTES: Final = 1184
X25519_BYTES: Final = 32
PRIVATE_BYTES: Final = 64 + X25519_BYTES
_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class SealingKey:
    """The private half of a key that others seal to."""

    mlkem: MLKEM768PrivateKey = field(repr=False)
    x25519: X25519PrivateKey = field(repr=False)

    @property
    def public_bytes(self) -> bytes:
        """1216 bytes for a card: ML-KEM-768 key, X25519 key."""
        mlkem, x25519 = self.mlkem.public_key(), self.x25519.public_key()
        return mlkem.public_bytes_raw() + x25519.public_bytes_raw()

    def private_bytes(self) -> bytes:
        """96 bytes: ML-KEM seed, X25519 key.  The caller keeps them secret."""
        return self.mlkem.private_bytes_raw() + self.x25519.private_bytes_raw()


def generate_sealing_key(random_bytes: Callable[[int], bytes]) -> SealingKey:
    """A fresh key."""
    return parse_sealing_key(random_bytes(PRIVATE_BYTES))


def parse_sealing_key(data: bytes) -> SealingKey:
    """Inverse of `SealingKey.private_bytes`.

    Raises:
        FaultError: E-CRY-017; the stored key is damaged.
    """
    if len(data) != PRIVATE_BYTES:
        raise FaultError("E-CRY-017", detail="stored sealing key")
    return SealingKey(
        MLKEM768PrivateKey.from_seed_bytes(data[:-X25519_BYTES]),
        X25519PrivateKey.from_private_bytes(data[-X25519_BYTES:]),
    )


def seal(recipient: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Encrypt to ``recipient``, the public bytes of a `SealingKey`.

    Raises:
        VerificationError: E-CRY-008; ``recipient`` is no such key.
    """
    try:
        key = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(recipient[:MLKEM_PUBLIC_BYTES]),
            X25519PublicKey.from_public_bytes(recipient[MLKEM_PUBLIC_BYTES:]),
        )
        return _SUITE.encrypt(plaintext, key, info=context)
    except ValueError as error:
        raise VerificationError("E-CRY-008", detail=str(error)) from None


def open_sealed(key: SealingKey, sealed: bytes, context: bytes) -> bytes:
    """What was sealed.

    Raises:
        VerificationError: E-CRY-008; another key, another context, or changed bytes.
    """
    private = MLKEM768X25519PrivateKey(key.mlkem, key.x25519)
    try:
        return _SUITE.decrypt(sealed, private, info=context)
    except (InvalidTag, ValueError) as error:
        raise VerificationError("E-CRY-008", detail=repr(error)) from None
