"""A key owner that wants to open one product to several sums [9]."""

import math

import pytest

from accord.domain.errors import VerificationError
from accord.privacy.modulus import (
    challenges,
    check_modulus,
    hash_to_residue,
    size_bytes,
    verify_square_free,
)
from accord.privacy.paillier import Encryptor
from accord.privacy.parameters import PROOF_ROOTS
from tests.unit.privacy.parties import (
    make_parties,
    three_owners,
)


def openings_of(n: int) -> dict[int, set[int]]:
    """Every ciphertext modulo ``n**2`` and all plaintexts it can be opened to."""
    table: dict[int, set[int]] = {}
    for r in (r for r in range(1, n) if math.gcd(r, n) == 1):
        blind = pow(r, n, n * n)
        for m in range(n):
            table.setdefault((1 + m * n) * blind % (n * n), set()).add(m)
    return table


@pytest.mark.parametrize("n", [45, 63, 75, 147])
def test_a_modulus_with_a_square_opens_one_product_to_several_sums(n):
    """[9] Why the proof is there: all of these have gcd(N, phi(N)) > 1."""
    assert any(len(opened) > 1 for opened in openings_of(n).values())


@pytest.mark.parametrize("n", [35, 21, 55])
def test_a_modulus_without_a_square_opens_to_one_sum(n):
    assert all(len(opened) == 1 for opened in openings_of(n).values())


def test_a_modulus_p_squared_q_gets_no_proof():
    """[9] Its owner knows the factors and still lacks the roots."""
    p, q = 2**107 - 1, 2**127 - 1
    n, order = p * p * q, p * (p - 1) * (q - 1)
    check_modulus(n, "mallory", 128)  # trial division alone lets it pass
    best = pow(n // p, -1, order // p)  # roots for the one in p challenges that has any
    roots = tuple(
        pow(challenge, best, n).to_bytes(size_bytes(n)) for challenge in challenges(n, "mallory")
    )
    with pytest.raises(VerificationError, match="E-CRY-003"):
        verify_square_free(n, roots, "mallory")
    images = [pow(challenge, order // p, n) for challenge in challenges(n, "mallory")]
    assert len(images) == PROOF_ROOTS
    assert 1 not in images  # no challenge is an N-th power: no root exists at all


def test_nobody_chose_the_base_of_the_randomness():
    """A chosen x could have a known discrete logarithm; a hash of N has none."""
    parties = make_parties(three_owners())
    n = parties.guard_key.n
    x = hash_to_residue(n, "obfuscator", "", 0)
    one = Encryptor(parties.guard_key.encryption_key, 1).encrypt(0, 1)
    assert int.from_bytes(one) == pow(-x * x % n, n, n * n)
