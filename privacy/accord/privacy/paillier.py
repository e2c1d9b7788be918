"""Additively homomorphic encryption of numbers modulo N.

Scheme: Paillier, EUROCRYPT 1999, with the encryption of Damgard, Jurik, Nielsen, "A
Generalization of Paillier's Public-Key System", IJIS 2010, section 4: the randomness is a
power of h_s = (-x**2)**N modulo N**2 with an exponent of |N|/2 bits.  Here x is derived
from N by a hash, so that nobody has to trust who chose it.  Keys are `phe` keys; what
`phe` encrypts we decrypt, and the reverse.  `phe` floats are never used: their exponent
travels in clear.

Semantic security of the short exponent is an assumption beyond decisional composite
residuosity.  Contributions do not lean on it: their plaintexts are masked.
"""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from phe import paillier as phe

from accord.domain.contribution import Opening
from accord.domain.errors import FaultError
from accord.privacy import arithmetic, modulus
from accord.privacy.fixed_base import FixedBase
from accord.privacy.opening import encode_ciphertext, encode_opening, parse_ciphertext
from accord.privacy.parameters import KEY_BITS, MAX_TABLES, PRIME_DISTANCE_BITS
from accord.privacy.work import INLINE, Grain, spread

DECRYPTIONS: Final = Grain(items=2, least=4)
"""A ciphertext takes 8 to 12 ms."""

_GROWTH: Final = 4

RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """The public half.

    Attributes:
        n: Modulus; pre-condition: `accord.privacy.modulus.verify_modulus` passed.
    """

    n: int

    @property
    def exponent_bits(self) -> int:
        """Bits of the randomness of one encryption, whole bytes, at least |N|/2."""
        return 8 * -(-self.n.bit_length() // 16)

    @property
    def digest(self) -> bytes:
        """Identity of the key, 32 bytes."""
        return modulus.key_digest(self.n)

    def to_phe(self) -> phe.PaillierPublicKey:
        """The same key for a user of `phe`."""
        return phe.PaillierPublicKey(self.n)


class Encryptor:
    """Encrypts under one key; ``encryptions`` says for how many a table may be built.

    The table outlives the encryptor, and grows when a key is used more than expected.  It
    follows from N alone, so it is no secret.
    """

    def __init__(self, key: EncryptionKey, encryptions: int, expected: int = 0) -> None:
        """``expected`` is the number of encryptions of the whole run, of which these are some."""
        self.key = key
        self._n = arithmetic.big(key.n)
        self._n_squared = self._n * self._n
        self._obfuscator = _obfuscator(key).expect(encryptions, expected)

    def encrypt(self, m: int, exponent: int) -> bytes:
        """``(1 + m N) h_s**exponent mod N**2``, big-endian.

        Pre-condition: the exponent is uniform over `EncryptionKey.exponent_bits` bits and
        serves one plaintext only.

        Raises:
            FaultError: E-CRY-017; ``m`` is not in ``[0, N)``.
        """
        if not 0 <= m < self.key.n:
            raise FaultError("E-CRY-017", detail="plaintext out of range")
        c = (1 + m * self._n) * self._obfuscator.power(exponent) % self._n_squared
        return encode_ciphertext(self.key.n, int(c))


@dataclass(frozen=True, slots=True)
class DecryptionKey:
    """The private half; p = q = 3 (mod 4) and gcd(p - 1, q - 1) = 2."""

    private: phe.PaillierPrivateKey = field(repr=False)

    @property
    def n(self) -> int:
        """Modulus."""
        return self.private.public_key.n

    @property
    def encryption_key(self) -> EncryptionKey:
        """The public half."""
        return EncryptionKey(self.n)

    def private_bytes(self) -> bytes:
        """Both primes, big-endian, in equal halves.  The caller keeps them secret."""
        size = modulus.size_bytes(self.n) // 2
        return self.private.p.to_bytes(size) + self.private.q.to_bytes(size)

    def decrypt(self, ciphertext: bytes) -> int:
        """Plaintext in ``[0, N)``.

        Raises:
            VerificationError: E-CRY-004.
        """
        return self.decrypt_all([ciphertext])[0]

    def decrypt_all(self, ciphertexts: Sequence[bytes], near: Executor = INLINE) -> tuple[int, ...]:
        """Their plaintexts; errors as in `decrypt`."""
        return spread(near, self._decrypt, ciphertexts, DECRYPTIONS)

    def open_ciphertext(self, ciphertext: bytes) -> Opening:
        """Plaintext and randomness, for anybody to check.

        Raises:
            VerificationError: E-CRY-004.
        """
        return self.open_all([ciphertext])[0]

    def open_all(
        self, ciphertexts: Sequence[bytes], near: Executor = INLINE
    ) -> tuple[Opening, ...]:
        """Their openings; errors as in `open_ciphertext`."""
        return spread(near, self._open, ciphertexts, DECRYPTIONS)

    def prove_square_free(self, owner: str) -> tuple[bytes, ...]:
        """N-th roots for the member card of ``owner``; see `accord.privacy.modulus`."""
        size = modulus.size_bytes(self.n)
        roots = self._roots(modulus.challenges(self.n, owner))
        return tuple(root.to_bytes(size) for root in roots)

    def _open(self, ciphertexts: Sequence[bytes]) -> list[Opening]:
        plaintexts = self._decrypt(ciphertexts)
        roots = self._roots([int.from_bytes(ciphertext) for ciphertext in ciphertexts])
        pairs = zip(plaintexts, roots, strict=True)
        return [encode_opening(self.n, m, root) for m, root in pairs]

    def _decrypt(self, ciphertexts: Sequence[bytes]) -> list[int]:
        values = [parse_ciphertext(self.n, ciphertext) for ciphertext in ciphertexts]
        p, q = self.private.p, self.private.q
        return self._combine(_decrypt_modulo(p, q, values), _decrypt_modulo(q, p, values))

    def _roots(self, values: Sequence[int]) -> list[int]:
        """The N-th roots modulo N."""
        p, q = self.private.p, self.private.q
        return self._combine(_roots_modulo(p, self.n, values), _roots_modulo(q, self.n, values))

    def _combine(self, modulo_p: Sequence[int], modulo_q: Sequence[int]) -> list[int]:
        """Numbers modulo N from their remainders: Chinese remainder theorem."""
        p, q = self.private.p, self.private.q
        inverse = arithmetic.invert(p, q)
        return [a + p * ((b - a) * inverse % q) for a, b in zip(modulo_p, modulo_q, strict=True)]


def _decrypt_modulo(prime: int, other: int, values: Sequence[int]) -> list[int]:
    """Plaintexts modulo one prime: Paillier 1999, section 7, with g = 1 + N."""
    square = prime * prime
    powers = arithmetic.powers([value % square for value in values], prime - 1, square)
    factor = arithmetic.invert(-other, prime)
    return [(power - 1) // prime * factor % prime for power in powers]


def _roots_modulo(prime: int, n: int, values: Sequence[int]) -> list[int]:
    exponent = arithmetic.invert(n, prime - 1)
    return arithmetic.powers([value % prime for value in values], exponent, prime)


def generate_key(random_bytes: RandomBytes, bits: int = KEY_BITS) -> DecryptionKey:
    """A fresh key; ``bits`` is a multiple of 16."""
    while True:
        p, q = _random_prime(random_bytes, bits // 2), _random_prime(random_bytes, bits // 2)
        if math.gcd(p - 1, q - 1) == 2 and abs(p - q) >> max(bits // 2 - PRIME_DISTANCE_BITS, 0):  # noqa: PLR2004 - the smallest possible
            return _assemble(p, q)


def parse_private_bytes(data: bytes) -> DecryptionKey:
    """Inverse of `DecryptionKey.private_bytes`.

    Raises:
        FaultError: E-CRY-017; the stored key is damaged.
    """
    half = len(data) // 2
    p, q = int.from_bytes(data[:half]), int.from_bytes(data[half:])
    if (
        len(data) != modulus.size_bytes(p * q or 1)
        or p == q
        or math.gcd(p - 1, q - 1) != 2  # noqa: PLR2004 - the smallest possible
        or not (_is_whole(p) and _is_whole(q))
    ):
        raise FaultError("E-CRY-017", detail="stored decryption key")
    return _assemble(p, q)


def _is_whole(factor: int) -> bool:
    """Whether a stored prime is undamaged; our own key is no attack, so one Fermat test does."""
    return factor % 4 == 3 and arithmetic.power(2, factor - 1, factor) == 1  # noqa: PLR2004 - Blum


def _assemble(p: int, q: int) -> DecryptionKey:
    return DecryptionKey(phe.PaillierPrivateKey(phe.PaillierPublicKey(p * q), p, q))


def _random_prime(random_bytes: RandomBytes, bits: int) -> int:
    """A prime = 3 (mod 4) whose two top bits are set, so that a product has full length."""
    while True:
        candidate = int.from_bytes(random_bytes(bits // 8)) | 0b11 << (bits - 2) | 0b11
        if arithmetic.is_prime(candidate):
            return candidate


class _Obfuscator:
    """The table for h_s of one key, made for four times the powers asked for so far.

    A key is used again, so that the larger table pays by the second run; all tables together
    cost a third more than the last.  Threads that meet here at worst
    build one twice; a lock could be held for good in a process forked meanwhile.
    """

    def __init__(self, key: EncryptionKey) -> None:
        self._key = key
        self._asked = self._planned = 0
        self._table: FixedBase | None = None

    def expect(self, powers: int, planned: int) -> FixedBase:
        """A table fit for ``powers`` more powers; a new one for ``planned`` or more."""
        self._asked += powers
        table = self._table
        if table is None or self._asked > self._planned:
            n, self._planned = self._key.n, _GROWTH * max(self._asked, planned)
            base, bits = _obfuscator_base(n), self._key.exponent_bits
            table = self._table = FixedBase(base, n * n, bits, self._planned)
        return table


_obfuscator = lru_cache(maxsize=MAX_TABLES)(_Obfuscator)


@lru_cache(maxsize=64)
def _obfuscator_base(n: int) -> int:
    """h_s = (-x**2)**N mod N**2 with x = hash(N)."""
    x = modulus.hash_to_residue(n, "obfuscator", "", 0)
    return arithmetic.power(-x * x % n, n, n * n)
