"""A foreign modulus is used only if its owner cannot open a product to two sums."""

import pytest

from accord.domain.errors import VerificationError
from accord.privacy.modulus import (
    challenges,
    check_modulus,
    size_bytes,
    verify_modulus,
    verify_square_free,
)
from accord.privacy.parameters import (
    INSECURE_TESTING_KEY_BITS,
    PROOF_ROOTS,
    SOUNDNESS_BITS,
    TRIAL_DIVISION_BITS,
)
from tests.unit.privacy.parties import key

BITS = INSECURE_TESTING_KEY_BITS
MERSENNE_521, MERSENNE_127 = 2**521 - 1, 2**127 - 1


def test_an_honest_modulus_passes():
    private = key("modulus")
    verify_modulus(private.n, private.prove_square_free("north"), "north", BITS)


def test_a_short_key_is_rejected_unless_a_test_asks_for_it():
    private = key("modulus")
    with pytest.raises(VerificationError, match="E-CRY-001") as caught:
        verify_modulus(private.n, private.prove_square_free("north"), "north")
    assert caught.value.facts == {"owner": "north", "bits": 512, "minimum": 3072}


@pytest.mark.parametrize(
    "n",
    [
        MERSENNE_521 * 2,
        MERSENNE_521 * 3,
        MERSENNE_521 * 65521,
        MERSENNE_521,
        MERSENNE_521**2,
        MERSENNE_127**5,
    ],
    ids=["even", "by 3", "by 65521", "prime", "square", "fifth power"],
)
def test_what_is_no_product_of_large_primes_is_rejected(n):
    with pytest.raises(VerificationError, match="E-CRY-002"):
        check_modulus(n, "north", BITS)


def test_the_proof_belongs_to_one_modulus_and_one_owner():
    private, other = key("modulus"), key("another modulus")
    proof = private.prove_square_free("north")
    for n, owner in ((private.n, "south"), (other.n, "north")):
        with pytest.raises(VerificationError, match="E-CRY-003"):
            verify_square_free(n, proof, owner)


def test_a_changed_proof_is_rejected():
    private = key("modulus")
    proof, size = private.prove_square_free("north"), size_bytes(private.n)
    root = int.from_bytes(proof[0])
    for wrong in (
        (),
        proof[:-1],
        (*proof, proof[0]),
        proof[::-1],
        (bytes(size), *proof[1:]),
        ((root + private.n).to_bytes(size + 1), *proof[1:]),
        (private.n.to_bytes(size), *proof[1:]),
    ):
        with pytest.raises(VerificationError, match="E-CRY-003"):
            verify_square_free(private.n, wrong, "north")


def test_the_number_of_roots_gives_the_stated_soundness():
    assert PROOF_ROOTS * TRIAL_DIVISION_BITS >= SOUNDNESS_BITS
    n = key("modulus").n
    assert len(set(challenges(n, "north"))) == PROOF_ROOTS
    assert all(0 < challenge < n for challenge in challenges(n, "north"))
