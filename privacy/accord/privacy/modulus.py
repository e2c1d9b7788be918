"""What makes a foreign Paillier modulus fit for use.

An opening (m, r) of a product is unique only if gcd(N, phi(N)) = 1; a modulus such as
p**2 * q lets its owner open one product to several sums.  The owner therefore shows N-th
roots of numbers that a hash derives from N: Goldberg, Reyzin, Sagga, Baldimtsi, ASIACRYPT
2019, section 3.  The verifier takes N and the owner from the member card it trusts, and
derives the challenges itself.

Imports neither `phe` nor, by itself, `gmpy2`: the stand-alone verifier uses it.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Final

from accord.domain import codec
from accord.domain.errors import VerificationError
from accord.privacy import arithmetic
from accord.privacy.parameters import (
    KEY_BITS,
    PROOF_ROOTS,
    STATISTICAL_BITS,
    TRIAL_DIVISION_BITS,
)
from accord.privacy.work import INLINE, Grain, spread

_ROOTS: Final = Grain(items=1, least=2)  # 8 ms each


def size_bytes(n: int) -> int:
    """Bytes of a number modulo ``n``: 384 for 3072 bits."""
    return -(-n.bit_length() // 8)


def encode_modulus(n: int) -> bytes:
    """Big-endian, as it stands in a member card."""
    return n.to_bytes(size_bytes(n))


def key_digest(n: int) -> bytes:
    """Identity of an encryption key; masks and ciphertext randomness bind it."""
    return codec.digest("paillier-key", encode_modulus(n))


def verify_modulus(
    n: int,
    proof: Sequence[bytes],
    owner: str,
    minimum_bits: int = KEY_BITS,
    near: Executor = INLINE,
) -> None:
    """Check everything that the member card claims about its modulus.

    Raises:
        VerificationError: E-CRY-001 too short; E-CRY-002 no modulus; E-CRY-003 no proof.
    """
    check_modulus(n, owner, minimum_bits)
    verify_square_free(n, proof, owner, near)


def check_modulus(n: int, owner: str, minimum_bits: int = KEY_BITS) -> None:
    """Check what needs no proof: size, odd, composite, no small factor, no perfect power.

    Raises:
        VerificationError: E-CRY-001 too short; E-CRY-002 one of the others.
    """
    if n.bit_length() < minimum_bits:
        raise VerificationError("E-CRY-001", owner=owner, bits=n.bit_length(), minimum=minimum_bits)
    if (
        arithmetic.has_small_factor(n)
        or arithmetic.is_perfect_power(n)
        or arithmetic.power(2, n - 1, n) == 1
    ):
        raise VerificationError("E-CRY-002", owner=owner)


def verify_square_free(n: int, proof: Sequence[bytes], owner: str, near: Executor = INLINE) -> None:
    """Check the N-th roots of a member card.

    Pre-condition: `check_modulus` passed; the trial division is part of the soundness.

    Raises:
        VerificationError: E-CRY-003.
    """
    size = size_bytes(n)
    roots = [int.from_bytes(root) for root in proof]
    fits = len(proof) == PROOF_ROOTS and all(
        len(data) == size and 0 < root < n for data, root in zip(proof, roots, strict=True)
    )
    if not fits or spread(near, partial(_powers, n), roots, _ROOTS) != challenges(n, owner):
        raise VerificationError("E-CRY-003", owner=owner)


def _powers(n: int, roots: Sequence[int]) -> list[int]:
    return arithmetic.powers(roots, n, n)


def challenges(n: int, owner: str) -> tuple[int, ...]:
    """The numbers whose N-th roots the key owner must show, uniform modulo N."""
    return tuple(hash_to_residue(n, "square-free", owner, index) for index in range(PROOF_ROOTS))


def hash_to_residue(n: int, purpose: str, owner: str, index: int) -> int:
    """A number modulo ``n`` that nobody chose: SHAKE256 over everything that is claimed."""
    statement = codec.encode(
        {
            "accord": f"{purpose}/v1",
            "n": encode_modulus(n),
            "owner": owner,
            "roots": PROOF_ROOTS,
            "trial_division_bits": TRIAL_DIVISION_BITS,
            "index": index,
        }
    )
    length = size_bytes(n) + STATISTICAL_BITS // 8
    return int.from_bytes(hashlib.shake_256(statement).digest(length)) % n
