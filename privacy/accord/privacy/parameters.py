"""Sizes and strengths, each with its source."""

from typing import Final

KEY_BITS: Final = 3072
"""Bits of a Paillier modulus: 128-bit security, NIST SP 800-57 part 1 rev. 5, table 2."""

INSECURE_TESTING_KEY_BITS: Final = 512
"""For tests that need many keys; nothing but a test may pass it."""

STATISTICAL_BITS: Final = 128
"""Surplus bits of a number before it is reduced modulo N: distance to uniform 2**-128."""

SOUNDNESS_BITS: Final = 128
"""A modulus with gcd(N, phi(N)) > 1 passes the square-free proof with 2**-128."""

TRIAL_DIVISION_BITS: Final = 16
"""A modulus has no prime factor below 2**16; each root of the proof then gives 16 bits.

Goldberg, Reyzin, Sagga, Baldimtsi, "Efficient Noninteractive Certification of RSA Moduli
and Beyond", ASIACRYPT 2019, section 3: soundness error per root is at most 1/alpha, where
alpha is a lower bound of the prime factors.
"""

PROOF_ROOTS: Final = SOUNDNESS_BITS // TRIAL_DIVISION_BITS

SEED_BYTES: Final = 32
"""Seed of a run, from which a party derives all its randomness."""

PRIME_DISTANCE_BITS: Final = 100
"""|p - q| > 2**(bits / 2 - 100): FIPS 186-5, appendix A.1.3."""

MAX_TABLE_NUMBERS: Final = 1 << 15
"""Largest table of a fixed base: 6144 bits each, 26 MB."""

MAX_TABLES: Final = 4
"""Keys whose tables a process keeps; a run encrypts under two."""
