"""HKDF-SHA256 (RFC 5869) and the pseudorandom numbers a run derives from it.

Every input is named and encoded unambiguously (canonical CBOR), so that two different
uses of one key never meet.
"""

import hmac
from collections.abc import Mapping
from typing import Final

from accord.domain import codec

_HASH: Final = "sha256"
_HASH_BYTES: Final = 32
_MAX_BYTES: Final = 255 * _HASH_BYTES  # RFC 5869, section 2.3

Fields = Mapping[str, bytes | str | int]


def extract(salt: bytes, material: bytes) -> bytes:
    """HKDF-Extract: 32 bytes."""
    return hmac.digest(salt or bytes(_HASH_BYTES), material, _HASH)


def expand(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand.

    Raises:
        ValueError: ``length`` is above 8160 bytes.
    """
    if length > _MAX_BYTES:
        raise ValueError(f"{length} bytes asked, HKDF gives {_MAX_BYTES}")
    blocks, block = [], b""
    for counter in range(1, -(-length // _HASH_BYTES) + 1):
        block = hmac.digest(key, block + info + bytes([counter]), _HASH)
        blocks.append(block)
    return b"".join(blocks)[:length]


def derive(key: bytes, purpose: str, fields: Fields, length: int) -> bytes:
    """``length`` bytes that depend on the key, what they are for, and every field."""
    info = codec.encode({"accord": f"{purpose}/v1", "fields": fields})
    return expand(key, info, length)


def derive_integer(key: bytes, purpose: str, fields: Fields, bits: int) -> int:
    """A number of ``bits`` bits, rounded up to whole bytes."""
    return int.from_bytes(derive(key, purpose, fields, -(-bits // 8)))
