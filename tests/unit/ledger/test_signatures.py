from dataclasses import replace
from typing import Any

import pytest

from accord.domain import codec
from accord.domain.errors import RequestError, VerificationError
from accord.domain.ids import Identity
from accord.domain.ports import Signer
from accord.domain.record import RecordKind
from accord.domain.signed import Signed
from accord.ledger.records import open_entry, parse_entry, sign_record
from accord.ledger.signatures import (
    Ed25519Key,
    Ed25519Signer,
    is_signature,
    public_key,
    verify_signed,
)
from tests.fakes.ledger import INSECURE_RECORD_KEY, Member, member_card

# RFC 8032, section 7.1, tests 1 to 3: seed, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
INSECURE_KEY = b"k" * 32


def as_port(signer: Signer) -> Signer:
    return signer


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_rfc_8032(seed: str, public: str, message: str, signature: str) -> None:
    key = Ed25519Key(bytes.fromhex(seed))
    assert key.public.hex() == public_key(bytes.fromhex(seed)).hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert is_signature(bytes.fromhex(signature), bytes.fromhex(message), key.public)


def test_a_signer_signs_what_its_public_key_verifies() -> None:
    signer = Ed25519Signer("spiffe://testland/tax_north/node", INSECURE_KEY)
    signed = as_port(signer).sign("grant", b"body")
    assert (signed.signer, signed.kind) == (signer.name, "grant")
    verify_signed(signed, signer.public, "grant")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "question"}, "E-SIG-002"),
        ({"algorithm": "none"}, "E-SIG-002"),
        ({"body": b"Body"}, "E-SIG-001"),
        ({"signer": "spiffe://testland/tax_south/node"}, "E-SIG-001"),
        ({"signature": bytes(64)}, "E-SIG-001"),
        ({"signature": b""}, "E-SIG-001"),
    ],
)
def test_a_changed_statement_is_refused(change: dict[str, Any], code: str) -> None:
    signer = Ed25519Signer("spiffe://testland/tax_north/node", INSECURE_KEY)
    signed = replace(signer.sign("grant", b"body"), **change)
    with pytest.raises(VerificationError, match=code):
        verify_signed(signed, signer.public, "grant")


def test_a_signature_under_one_kind_does_not_serve_for_another() -> None:
    signer = Ed25519Signer("spiffe://testland/tax_north/node", INSECURE_KEY)
    signed = replace(signer.sign("grant", b"body"), kind="question")
    with pytest.raises(VerificationError, match="E-SIG-001"):
        verify_signed(signed, signer.public, "question")


def test_keys_that_are_no_keys_are_refused() -> None:
    with pytest.raises(RequestError, match="E-SIG-003"):
        Ed25519Key(b"short")
    assert not is_signature(bytes(64), b"", b"short")


Y_OF_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
P = 2**255 - 19


@pytest.mark.parametrize("sign", [0, 1 << 255])
@pytest.mark.parametrize("y", [0, 1, P - 1, P, P + 1, Y_OF_ORDER_8, P - Y_OF_ORDER_8])
def test_under_a_key_of_low_order_nothing_is_a_signature(y: int, sign: int) -> None:
    """R the neutral element and s zero: the library takes it for one message in eight or more."""
    key = (y | sign).to_bytes(32, "little")
    forged = (1).to_bytes(32, "little") + bytes(32)

    assert not any(is_signature(forged, b"%d" % number, key) for number in range(64))


def test_a_secret_key_does_not_show_in_text() -> None:
    secret = bytes(range(32))
    assert secret.hex() not in repr(Ed25519Key(secret))


def test_an_entry_opens_with_its_members_card() -> None:
    appended = Member().append(RecordKind.ACCESS, purpose=b"statistics")
    assert open_entry(appended.entry, member_card()) == appended.record
    signed, record = parse_entry(appended.entry)
    assert record == appended.record
    assert signed.signer == "spiffe://testland/tax_north/node"


@pytest.mark.parametrize("name", ["tax_south", "tax_north"])
def test_an_entry_of_another_member_is_refused(name: str) -> None:
    """Whether the record or only its signer's name is another's."""
    record = Member().append().record
    signer = Ed25519Signer(Identity("testland", "tax_south").uri, INSECURE_RECORD_KEY)
    entry = sign_record(replace(record, member=name), signer)
    with pytest.raises(VerificationError, match="E-REC-002"):
        open_entry(entry, member_card())


@pytest.mark.parametrize(
    "change", [{"consortium": "elsewhere"}, {"version": 2}, {"index": -1}, {"member": "x"}]
)
def test_a_record_that_does_not_belong_here_is_refused(change: dict[str, Any]) -> None:
    signer = Ed25519Signer(Identity("testland", "tax_north").uri, INSECURE_RECORD_KEY)
    entry = sign_record(replace(Member().append().record, **change), signer)
    with pytest.raises(VerificationError, match="E-REC-002"):
        open_entry(entry, member_card())


def test_an_entry_that_is_not_canonical_is_refused() -> None:
    entry = Member().append().entry
    for bad in (entry + b"\0", b"", codec.encode(Signed("record", b"", "", "ed25519", b""))):
        with pytest.raises(RequestError, match="E-MSG-001"):
            open_entry(bad, member_card())
