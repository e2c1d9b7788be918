"""HKDF-SHA256 (RFC 5869) and the pseudorandom numbers a run derives from it.

Every input is named and encoded unambiguously (canonical CBOR), so that two different
uses of one key never meet.

Where many numbers are needed, one HKDF gives the key of a stream, and SHAKE256 (FIPS 202)
of that key and a place the number there.  Behind a secret prefix of fixed length a sponge
is a pseudorandom function: Bertoni, Daemen, Peeters, Van Assche, "On the security of the
keyed sponge construction", SKEW 2011.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

from accord.domain import codec

_HASH: Final = "sha256"
_HASH_BYTES: Final = 32
_STREAM_KEY_BYTES: Final = 32
_PLACE_BYTES: Final = 8
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


def stream_key(key: bytes, purpose: str, fields: Fields) -> bytes:
    """Key of a stream: 32 bytes."""
    return derive(key, purpose, fields, _STREAM_KEY_BYTES)


def stream_integer(key: bytes, place: int, bits: int) -> int:
    """The number of ``bits`` bits, rounded up to whole bytes, at ``place`` of a stream."""
    sponge = hashlib.shake_256(key + place.to_bytes(_PLACE_BYTES))
    return int.from_bytes(sponge.digest(-(-bits // 8)))
