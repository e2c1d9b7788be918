"""Products of ciphertexts and their openings, without any key.

A Paillier ciphertext is C = (1 + m N) r**N mod N**2.  Who knows the factors of N can
publish (m, r); anybody can multiply the committed ciphertexts and compare.  For a modulus
checked by `accord.privacy.modulus` there is exactly one (m, r).
"""

import math
from collections.abc import Sequence

from accord.domain.contribution import Opening
from accord.domain.errors import VerificationError
from accord.privacy import arithmetic
from accord.privacy.modulus import size_bytes


def encode_ciphertext(n: int, c: int) -> bytes:
    """Big-endian in twice the bytes of N: 768 for 3072 bits."""
    return c.to_bytes(2 * size_bytes(n))


def parse_ciphertext(n: int, data: bytes) -> int:
    """The number behind ``data``.

    Raises:
        VerificationError: E-CRY-004; it is no element of the multiplicative group
            modulo N**2, or has another length.
    """
    c = int.from_bytes(data)
    if len(data) != 2 * size_bytes(n) or not 0 < c < n * n or math.gcd(c, n) != 1:
        raise VerificationError("E-CRY-004")
    return c


def multiply_ciphertexts(n: int, ciphertexts: Sequence[bytes]) -> bytes:
    """An encryption of the sum of the plaintexts modulo N.

    Raises:
        VerificationError: E-CRY-004.
    """
    factors = tuple(parse_ciphertext(n, ciphertext) for ciphertext in ciphertexts)
    return encode_ciphertext(n, arithmetic.multiply(factors, n * n))


def encode_opening(n: int, m: int, r: int) -> Opening:
    """Both numbers big-endian in the bytes of N."""
    return Opening(m=m.to_bytes(size_bytes(n)), r=r.to_bytes(size_bytes(n)))


def verify_opening(n: int, ciphertext: bytes, opening: Opening) -> None:
    """Check that ``ciphertext`` is (1 + m N) r**N mod N**2.

    Raises:
        VerificationError: E-CRY-004 no ciphertext; E-CRY-005 not its opening.
    """
    c, size = parse_ciphertext(n, ciphertext), size_bytes(n)
    m, r = int.from_bytes(opening.m), int.from_bytes(opening.r)
    if (
        len(opening.m) != size
        or len(opening.r) != size
        or not (m < n and 0 < r < n)
        or (1 + m * n) * arithmetic.power(r, n, n * n) % (n * n) != c
    ):
        raise VerificationError("E-CRY-005")
