"""Anchor keys: secp256k1 keys of Ethereum accounts.

A member's anchor key can do nothing but advance its own log and vote; the log key, which
signs checkpoints, is another one.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from accord.domain.errors import RequestError

if TYPE_CHECKING:
    from eth_keys.datatypes import PrivateKey

KEY_BYTES: Final = 32
# SEC 2, version 2.0, section 2.4.1: the order of the group.
_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def new_anchor_key(random_bytes: Callable[[int], bytes]) -> bytes:
    """Draw a key, 32 bytes; ``random_bytes(n)`` returns n secret random bytes."""
    while True:
        key = random_bytes(KEY_BYTES)
        if 0 < int.from_bytes(key, "big") < _ORDER:
            return key


def anchor_address(key: bytes) -> bytes:
    """The 20-byte address of ``key``.

    Raises:
        RequestError: E-CHN-010; ``key`` is not an anchor key.
    """
    return load_key(key).public_key.to_canonical_address()


def load_key(key: bytes) -> "PrivateKey":
    """``key`` as `eth_keys` holds it; its import takes 0.2 s, hence here.

    Raises:
        RequestError: E-CHN-010; ``key`` is not an anchor key.
    """
    from eth_keys.datatypes import PrivateKey  # noqa: PLC0415 - see above

    if len(key) != KEY_BYTES or not 0 < int.from_bytes(key, "big") < _ORDER:
        raise RequestError("E-CHN-010")
    return PrivateKey(key)
