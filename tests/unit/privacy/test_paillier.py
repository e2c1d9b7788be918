"""Encryption: `phe` reads ours, we read theirs, and every opening can be checked."""

import math
import os

import pytest
from phe import paillier as phe

from accord.domain.errors import FaultError, VerificationError
from accord.privacy import arithmetic
from accord.privacy.fixed_base import FixedBase, comb_for
from accord.privacy.modulus import encode_modulus, size_bytes, verify_modulus
from accord.privacy.opening import (
    encode_ciphertext,
    multiply_ciphertexts,
    parse_ciphertext,
    verify_openings,
)
from accord.privacy.paillier import Encryptor, generate_key, parse_private_bytes
from accord.privacy.parameters import (
    INSECURE_TESTING_KEY_BITS,
    KEY_BITS,
    MAX_TABLE_NUMBERS,
)
from tests.unit.privacy.parties import key, stream

VALUES = 2000


@pytest.fixture(scope="module")
def private():
    return key("paillier")


def _plaintexts(n: int) -> list[int]:
    draw = stream("plaintexts")
    size = size_bytes(n) + 16
    edges = [0, 1, 2, n // 3, n // 3 + 1, n // 2, n - 2, n - 1]
    return edges + [int.from_bytes(draw(size)) % n for _ in range(VALUES - len(edges))]


def test_phe_decrypts_what_we_encrypt(private):
    encryptor, draw = Encryptor(private.encryption_key, VALUES), stream("exponents")
    theirs = phe.PaillierPrivateKey(
        private.encryption_key.to_phe(), private.private.p, private.private.q
    )
    for m in _plaintexts(private.n):
        c = encryptor.encrypt(m, int.from_bytes(draw(private.encryption_key.exponent_bits // 8)))
        assert theirs.raw_decrypt(int.from_bytes(c)) == m


def test_we_decrypt_what_phe_encrypts(private):
    public = private.encryption_key.to_phe()
    for m in _plaintexts(private.n):
        assert private.decrypt(encode_ciphertext(private.n, public.raw_encrypt(m))) == m


def test_phe_adds_signed_integers_under_our_keys(private):
    public = private.encryption_key.to_phe()
    assert private.private.decrypt(public.encrypt(-7) + public.encrypt(12)) == 5


def test_a_key_of_full_size_does_all_of_it():
    private = generate_key(stream("full size"))
    assert private.n.bit_length() == KEY_BITS
    assert len(encode_modulus(private.n)) == 384
    proof = private.prove_square_free("north")
    verify_modulus(private.n, proof, "north")
    encryptor = Encryptor(private.encryption_key, 4)
    m = private.n - 1
    ciphertext = encryptor.encrypt(m, 1 << 1535)
    assert len(ciphertext) == 768
    opening = private.open_ciphertext(ciphertext)
    assert (len(opening.m), len(opening.r), int.from_bytes(opening.m)) == (384, 384, m)
    verify_openings(private.n, [ciphertext], [opening])
    assert private.private.raw_decrypt(int.from_bytes(ciphertext)) == m


def test_a_table_changes_the_time_and_not_the_ciphertext(private):
    public, exponent = private.encryption_key, int.from_bytes(stream("e")(32))
    ciphertexts = {Encryptor(public, count).encrypt(5, exponent) for count in (1, 3, 40, 10**6)}
    assert len(ciphertexts) == 1


def test_the_table_grows_with_the_powers_it_serves():
    sizes = [comb_for(1536, powers).numbers for powers in (1, 2, 5, 20, 100, 1000, 10**9)]
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[-1]) == (0, MAX_TABLE_NUMBERS)


@pytest.mark.parametrize("gmp", [True, False])
@pytest.mark.parametrize("exponent_bits", [1, 16, 257])
def test_a_table_of_any_shape_gives_the_power(exponent_bits, gmp, monkeypatch):
    if not gmp:
        monkeypatch.setattr(arithmetic, "_gmp", None)
    modulus, highest = 2**89 - 1, 2**exponent_bits - 1
    exponents = {0, 1, highest, highest // 2 + 1, highest // 3, highest & 0x5A5A}
    for powers in (1, 2, 3, 8, 30, 200, 10**5):
        table = FixedBase(3, modulus, exponent_bits, powers)
        for exponent in exponents:
            assert table.power(exponent) == pow(3, exponent, modulus)


def test_a_key_used_again_meets_its_table_again_until_it_is_too_small(private):
    """Tables are kept per key: the same for as many again, a larger one for many more."""
    key = generate_key(stream("tables"), INSECURE_TESTING_KEY_BITS).encryption_key
    first = Encryptor(key, 50)._obfuscator
    assert Encryptor(key, 50)._obfuscator is first
    grown = Encryptor(key, 1000)._obfuscator
    assert grown is not first
    assert Encryptor(private.encryption_key, 50)._obfuscator not in (first, grown)
    assert Encryptor(key, 50)._obfuscator is grown


@pytest.mark.parametrize("powers", [1, 100])
def test_an_exponent_out_of_range_is_refused(powers):
    table = FixedBase(3, 1009, 16, powers)
    assert table.power(65535) == pow(3, 65535, 1009)
    for exponent in (-1, 65536):
        with pytest.raises(ValueError, match="out of range"):
            table.power(exponent)


@pytest.mark.parametrize("place", [-1, 0])
def test_a_plaintext_out_of_range_is_our_own_fault(private, place):
    with pytest.raises(FaultError, match="E-CRY-017"):
        Encryptor(private.encryption_key, 1).encrypt(place or private.n, 1)


def test_a_product_opens_to_the_sum_and_to_nothing_else(private):
    encryptor, n = Encryptor(private.encryption_key, 3), private.n
    product = multiply_ciphertexts(n, [encryptor.encrypt(m, m % 97) for m in (3, 4, n - 1)])
    opening = private.open_ciphertext(product)
    verify_openings(n, [product], [opening])
    assert int.from_bytes(opening.m) == 6
    size = size_bytes(n)
    for m, r in ((7, opening.r), (6, bytes(size)), (6, (1).to_bytes(size)), (6 + n, opening.r)):
        changed = type(opening)(m.to_bytes(size + (m > n)), r)
        with pytest.raises(VerificationError, match="E-CRY-005"):
            verify_openings(n, [product], [changed])


def test_what_is_no_ciphertext_is_rejected(private):
    n, size = private.n, 2 * size_bytes(private.n)
    for c in (0, n, private.private.p, private.private.q**2, n * n, n * n + 1):
        with pytest.raises(VerificationError, match="E-CRY-004"):
            parse_ciphertext(n, c.to_bytes(size))
    for data in (b"", bytes(size - 1) + b"\1\1"):
        with pytest.raises(VerificationError, match="E-CRY-004"):
            private.decrypt(data)


def test_keys_are_blum_and_survive_storing(private):
    p, q = private.private.p, private.private.q
    assert p % 4 == q % 4 == 3
    assert math.gcd(p - 1, q - 1) == 2
    again = parse_private_bytes(private.private_bytes())
    assert again.n == private.n
    assert again.decrypt(Encryptor(private.encryption_key, 1).encrypt(77, 5)) == 77
    assert str(p) not in repr(private)


def test_a_damaged_stored_key_is_our_own_fault(private):
    data = private.private_bytes()
    half = len(data) // 2
    broken = data[:-1] + bytes([data[-1] ^ 4])
    for wrong in (b"", bytes(len(data)), data[:-1], broken, data[:half] * 2):
        with pytest.raises(FaultError, match="E-CRY-017"):
            parse_private_bytes(wrong)


def test_keys_follow_from_the_randomness_they_are_given():
    first, again, other = (
        generate_key(stream(seed), INSECURE_TESTING_KEY_BITS).n for seed in ("a", "a", "b")
    )
    assert first == again != other
    assert generate_key(os.urandom, INSECURE_TESTING_KEY_BITS).n.bit_length() == 512


def test_results_are_the_same_without_gmp(private, monkeypatch):
    public, n = private.encryption_key, private.n

    def everything() -> list[object]:
        encryptor = Encryptor(public, 50)
        ciphertext = encryptor.encrypt(n - 5, 12345)
        opening = private.open_ciphertext(ciphertext)
        verify_openings(n, [ciphertext], [opening])
        proof = private.prove_square_free("a")
        verify_modulus(n, proof, "a", INSECURE_TESTING_KEY_BITS)
        return [ciphertext, opening, proof, generate_key(stream("k"), 256).n]

    with_gmp = everything()
    monkeypatch.setattr(arithmetic, "_gmp", None)
    assert everything() == with_gmp


@pytest.mark.parametrize("gmp", [True, False])
def test_primes_and_powers_are_told_apart(gmp, monkeypatch):
    if not gmp:
        monkeypatch.setattr(arithmetic, "_gmp", None)
    mersenne = 2**521 - 1
    assert arithmetic.is_prime(mersenne)
    assert arithmetic.is_prime(65521)
    assert not arithmetic.is_prime(mersenne * 65537)
    pseudoprimes = (561, 3215031751, 3825123056546413051)  # Carmichael; strong to 4 and 9 bases
    assert not any(arithmetic.is_prime(composite) for composite in pseudoprimes)
    for exponent in (2, 3, 5):
        assert arithmetic.is_perfect_power((2**127 - 1) ** exponent)
    assert not arithmetic.is_perfect_power((2**127 - 1) ** 2 * (2**89 - 1))
