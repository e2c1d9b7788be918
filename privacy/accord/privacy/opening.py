"""Products of ciphertexts and their openings, without any key.

A Paillier ciphertext is C = (1 + m N) r**N mod N**2.  Who knows the factors of N can
publish (m, r); anybody can multiply the committed ciphertexts and compare.  For a modulus
checked by `accord.privacy.modulus` there is exactly one (m, r).
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Final

from accord.domain.contribution import Opening
from accord.domain.errors import VerificationError
from accord.privacy import arithmetic
from accord.privacy.modulus import size_bytes
from accord.privacy.work import INLINE, Grain, spread

POWERS: Final = Grain(items=1, least=2)
"""A power modulo N**2 takes 20 ms and more: worth a thread each."""


def encode_ciphertext(n: int, c: int) -> bytes:
    """Big-endian in twice the bytes of N: 768 for 3072 bits."""
    return c.to_bytes(2 * size_bytes(n))


def parse_ciphertext(n: int, data: bytes) -> int:
    """The number behind ``data``.

    Raises:
        VerificationError: E-CRY-004; it is no element of the multiplicative group
            modulo N**2, or has another length.
    """
    return _unit(n, _parse(n, data))


def multiply_ciphertexts(n: int, ciphertexts: Sequence[bytes]) -> bytes:
    """An encryption of the sum of the plaintexts modulo N.

    Raises:
        VerificationError: E-CRY-004; one of them is no ciphertext.
    """
    factors = tuple(_parse(n, ciphertext) for ciphertext in ciphertexts)
    # A product is coprime to N only if every factor is: one search for divisors does.
    return encode_ciphertext(n, _unit(n, arithmetic.multiply(factors, n * n)))


def _parse(n: int, data: bytes) -> int:
    c = int.from_bytes(data)
    if len(data) != 2 * size_bytes(n) or not 0 < c < n * n:
        raise VerificationError("E-CRY-004")
    return c


def _unit(n: int, c: int) -> int:
    if arithmetic.gcd(c, n) != 1:
        raise VerificationError("E-CRY-004")
    return c


def encode_opening(n: int, m: int, r: int) -> Opening:
    """Both numbers big-endian in the bytes of N."""
    return Opening(m=m.to_bytes(size_bytes(n)), r=r.to_bytes(size_bytes(n)))


def verify_openings(
    n: int, ciphertexts: Sequence[bytes], openings: Sequence[Opening], near: Executor = INLINE
) -> None:
    """Check that every ciphertext is (1 + m N) r**N mod N**2 of its opening.

    Raises:
        VerificationError: E-CRY-004 no ciphertext; E-CRY-005 not its opening.
    """
    spread(near, partial(_verify, n), list(zip(ciphertexts, openings, strict=True)), POWERS)


def _verify(n: int, claims: Sequence[tuple[bytes, Opening]]) -> list[None]:
    parsed = [(parse_ciphertext(n, c), *_parse_opening(n, opening)) for c, opening in claims]
    powers = arithmetic.powers([r for _, _, r in parsed], n, n * n)
    for (c, m, _), power in zip(parsed, powers, strict=True):
        if (1 + m * n) * power % (n * n) != c:
            raise VerificationError("E-CRY-005")
    return [None] * len(claims)


def _parse_opening(n: int, opening: Opening) -> tuple[int, int]:
    size, m, r = size_bytes(n), int.from_bytes(opening.m), int.from_bytes(opening.r)
    if len(opening.m) != size or len(opening.r) != size or not (m < n and 0 < r < n):
        raise VerificationError("E-CRY-005")
    return m, r
