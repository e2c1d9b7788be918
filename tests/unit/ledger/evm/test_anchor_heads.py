import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.domain.errors import RequestError, VerificationError
from accord.ledger.evm.accounts import anchor_address, new_anchor_key
from accord.ledger.evm.heads import HeadDomain, head_digest, sign_head, verify_head

KEY = b"\1" * 32
DOMAIN = HeadDomain(20261, b"c" * 20)
LOG, ROOT = b"l" * 32, b"r" * 32


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 2**63), st.binary(min_size=32, max_size=32), st.integers(0, 2**64 - 1))
def test_signature_equals_that_of_another_implementation(
    chain_id: int, root: bytes, size: int
) -> None:
    domain = {
        "name": "AccordLedger",
        "version": "1",
        "chainId": chain_id,
        "verifyingContract": "0x" + DOMAIN.contract.hex(),
    }
    fields = [("logId", "bytes32"), ("size", "uint64"), ("root", "bytes32")]
    message = encode_typed_data(
        domain,
        {"Head": [{"name": name, "type": kind} for name, kind in fields]},
        {"logId": LOG, "size": size, "root": root},
    )

    expected = Account.sign_message(message, KEY).signature

    ours = sign_head(KEY, HeadDomain(chain_id, DOMAIN.contract), LOG, size, root)
    assert ours == bytes(expected)


def test_only_the_signer_and_only_the_signed_head_are_accepted() -> None:
    signature = sign_head(KEY, DOMAIN, LOG, 7, ROOT)
    address = anchor_address(KEY)
    verify_head(address, signature, DOMAIN, log_id=LOG, size=7, root=ROOT)

    for changed in [
        (anchor_address(b"\2" * 32), signature, DOMAIN, LOG, 7, ROOT),
        (address, signature, HeadDomain(1, DOMAIN.contract), LOG, 7, ROOT),
        (address, signature, HeadDomain(DOMAIN.chain_id, b"d" * 20), LOG, 7, ROOT),
        (address, signature, DOMAIN, b"m" * 32, 7, ROOT),
        (address, signature, DOMAIN, LOG, 8, ROOT),
        (address, signature, DOMAIN, LOG, 7, b"s" * 32),
    ]:
        who, what, domain, log_id, size, root = changed
        with pytest.raises(VerificationError) as caught:
            verify_head(who, what, domain, log_id=log_id, size=size, root=root)
        assert caught.value.code == "E-CHN-009"


def test_every_damaged_signature_is_refused() -> None:
    signature = sign_head(KEY, DOMAIN, LOG, 7, ROOT)
    damaged = [
        signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :] for at in range(65)
    ]
    damaged += [b"", signature[:-1], signature + b"\0", bytes(65), b"\xff" * 65]

    for each in [*damaged, bytes(64) + b"\x1b", b"\xff" * 64 + b"\x1b"]:
        with pytest.raises(VerificationError):
            verify_head(anchor_address(KEY), each, DOMAIN, log_id=LOG, size=7, root=ROOT)


def test_the_digest_is_pinned() -> None:
    """Changing it would make all signed heads worthless as evidence."""
    digest = head_digest(DOMAIN, LOG, 7, ROOT)

    assert digest.hex() == "fa6eb74619f79c05b213ecdc67676cde44aa9eebf834f7cb92b69ae78374667e"


def test_a_key_is_drawn_from_the_given_randomness_and_within_the_group() -> None:
    draws = iter([bytes(32), b"\xff" * 32, KEY])

    assert new_anchor_key(lambda _: next(draws)) == KEY


def test_an_address_is_that_of_another_implementation() -> None:
    assert anchor_address(KEY) == bytes.fromhex(Account.from_key(KEY).address[2:])


@pytest.mark.parametrize("key", [b"", b"\1" * 31, bytes(32), b"\xff" * 32])
def test_what_is_no_key_is_refused(key: bytes) -> None:
    with pytest.raises(RequestError) as caught:
        anchor_address(key)

    assert caught.value.code == "E-CHN-010"
