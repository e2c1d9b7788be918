"""Integer arithmetic, with GMP where it is installed.

The stand-alone verifier runs without `gmpy2`; results are the same, several times slower.
Neither way is constant-time; keys are protected by who may run code beside them.
"""

import math
from collections.abc import Sequence
from functools import cache
from itertools import count
from typing import Final

from accord.privacy.parameters import TRIAL_DIVISION_BITS

try:
    import gmpy2 as _gmp
except ImportError:
    _gmp = None  # every function below asks first

# A random candidate of 1536 bits needs 4 rounds for an error of 2**-128: FIPS 186-5, table
# B.1.  GMP counts its Baillie-PSW test as the first 24 of its repetitions.
_MILLER_RABIN_ROUNDS: Final = 16
_GMP_REPETITIONS: Final = 24 + 8


def big(value: int) -> int:
    """The same number in the representation that multiplies fastest."""
    return value if _gmp is None else _gmp.mpz(value)  # acts as an int


def power(base: int, exponent: int, modulus: int) -> int:
    """``base**exponent mod modulus``."""
    if _gmp is None:
        return pow(base, exponent, modulus)
    return int(_gmp.powmod(base, exponent, modulus))


def powers(bases: Sequence[int], exponent: int, modulus: int) -> list[int]:
    """``base**exponent mod modulus`` of each base; with GMP other threads go on meanwhile."""
    if _gmp is None or not bases:
        return [pow(base, exponent, modulus) for base in bases]
    return [int(each) for each in _gmp.powmod_base_list(list(bases), exponent, modulus)]


def multiply(factors: tuple[int, ...], modulus: int) -> int:
    """Product of ``factors`` modulo ``modulus``."""
    product, wide = big(1), big(modulus)
    for factor in factors:
        product = product * factor % wide
    return int(product)


def invert(value: int, modulus: int) -> int:
    """Inverse modulo ``modulus``.

    Raises:
        ValueError: there is none.
    """
    return pow(value, -1, modulus)


def gcd(value: int, other: int) -> int:
    """Greatest common divisor."""
    return math.gcd(value, other) if _gmp is None else int(_gmp.gcd(value, other))


def is_prime(candidate: int) -> bool:
    """Whether ``candidate``, which was drawn at random, is prime; wrong with 2**-128."""
    if _gmp is not None:
        return bool(_gmp.is_prime(candidate, _GMP_REPETITIONS))
    if candidate < 1 << TRIAL_DIVISION_BITS:
        return candidate in _small_primes()
    return not has_small_factor(candidate) and all(
        _passes_miller_rabin(candidate, base)
        for base in sorted(_small_primes())[:_MILLER_RABIN_ROUNDS]
    )


def has_small_factor(value: int) -> bool:
    """Whether a prime below 2**TRIAL_DIVISION_BITS divides ``value``."""
    return math.gcd(value, _primorial()) != 1


def is_perfect_power(value: int) -> bool:
    """Whether ``value`` is ``a**b`` with ``b >= 2``.

    Pre-condition: ``value`` is positive and has no small factor, which bounds ``b``.
    """
    if _gmp is not None:
        return bool(_gmp.is_power(value))
    exponents = range(2, value.bit_length() // TRIAL_DIVISION_BITS + 1)
    return any(_root(value, exponent) ** exponent == value for exponent in exponents)


def _root(value: int, exponent: int) -> int:
    """Largest ``a`` with ``a**exponent <= value``, by Newton's method from above."""
    guess = 1 << -(-value.bit_length() // exponent)
    for _ in count():
        better = ((exponent - 1) * guess + value // guess ** (exponent - 1)) // exponent
        if better >= guess:
            break
        guess = better
    return guess


def _passes_miller_rabin(candidate: int, base: int) -> bool:
    odd, twos = candidate - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    residue = pow(base, odd, candidate)
    if residue in (1, candidate - 1):
        return True
    for _ in range(twos - 1):
        residue = residue * residue % candidate
        if residue == candidate - 1:
            return True
    return False


@cache
def _small_primes() -> frozenset[int]:
    limit = 1 << TRIAL_DIVISION_BITS
    sieve = bytearray([1]) * limit
    sieve[:2] = b"\0\0"
    for number in range(2, math.isqrt(limit) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, limit, number)))
    return frozenset(number for number in range(limit) if sieve[number])


@cache
def _primorial() -> int:
    return math.prod(_small_primes())
