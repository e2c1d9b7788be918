"""Ed25519 (RFC 8032): the signatures of statements, records and checkpoints.

The arithmetic is `cryptography`'s; of this package only the ledger's seal
(`accord.ledger.evm.seal`) uses it beside this module.  Keys travel as 32 bytes: the seed
as secret half, the compressed point as public half.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from accord.domain.errors import RequestError, VerificationError
from accord.domain.signed import ED25519, Signed, signing_input

KEY_BYTES: Final = 32
# y of the points of order 1, 2, 4 and 8 on edwards25519, and the two that reduce to one.
_PRIME: Final = 2**255 - 19
_Y_OF_ORDER_8: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_LOW_ORDER: Final = frozenset(
    {0, 1, _PRIME - 1, _PRIME, _PRIME + 1, _Y_OF_ORDER_8, _PRIME - _Y_OF_ORDER_8}
)


class Ed25519Key:
    """One secret key."""

    __slots__ = ("_key", "public")

    def __init__(self, private_key: bytes) -> None:
        if len(private_key) != KEY_BYTES:
            raise RequestError("E-SIG-003", size=len(private_key))
        self._key: Final = Ed25519PrivateKey.from_private_bytes(private_key)
        self.public: Final = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Sign raw bytes: 64 bytes, the same for the same message."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"Ed25519Key(public={self.public.hex()})"


class Ed25519Signer:
    """A `accord.domain.ports.Signer` that holds its key in memory."""

    __slots__ = ("_key", "_name")

    def __init__(self, name: str, private_key: bytes) -> None:
        self._name = name
        self._key = Ed25519Key(private_key)

    @property
    def name(self) -> str:
        """SPIFFE name that goes into `Signed.signer`."""
        return self._name

    @property
    def public(self) -> bytes:
        """Public key, 32 bytes."""
        return self._key.public

    def sign(self, kind: str, body: bytes) -> Signed:
        """Sign a statement (see `accord.domain.signed.signing_input`)."""
        signature = self._key.sign(signing_input(kind, body, self._name))
        return Signed(kind, body, self._name, ED25519, signature)


def public_key(private_key: bytes) -> bytes:
    """The public half of a secret key: 32 bytes."""
    return Ed25519Key(private_key).public


def verify_signed(signed: Signed, public_key: bytes, kind: str) -> None:
    """Check that ``signed`` is a statement of ``kind`` by the holder of ``public_key``.

    Who that holder is, and whether it may say so, is the caller's to decide: the name in
    ``signed.signer`` is covered by the signature but chosen by the signer.

    Raises:
        VerificationError: E-SIG-002, it is another kind or algorithm; E-SIG-001, the
            signature does not hold.
    """
    if signed.kind != kind or signed.algorithm != ED25519:
        raise VerificationError("E-SIG-002", kind=signed.kind, expected=kind)
    message = signing_input(signed.kind, signed.body, signed.signer)
    if not is_signature(signed.signature, message, public_key):
        raise VerificationError("E-SIG-001", kind=kind, signer=signed.signer)


def is_signature(signature: bytes, message: bytes, public_key: bytes) -> bool:
    """Whether ``signature`` over ``message`` was made by the holder of ``public_key``.

    Under a key of low order one signature holds for any message, so whoever put it on its
    card could deny everything; the library does not look.  Chalkias, Garillot, Nikolaenko,
    "Taming the many EdDSAs", SSR 2020, section 3.
    """
    if _is_low_order(public_key):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _is_low_order(public_key: bytes) -> bool:
    sign_bit = 1 << 255
    return int.from_bytes(public_key, "little") & ~sign_bit in _LOW_ORDER
