"""Key files, and cards as a node believes them."""

import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from accord.domain import codec
from accord.domain.card import MemberCard, PersonCard, Trust
from accord.domain.errors import AccordError, RequestError, VerificationError
from accord.domain.ids import Identity, MemberRole, PersonRole
from accord.domain.run import MEMBER_CARD, PERSON_CARD
from accord.domain.signed import Signed
from accord.ledger.evm.accounts import anchor_address
from accord.ledger.signatures import Ed25519Signer, public_key
from accord.node.cards import ModulusCache, load_member_cards, open_person_card
from accord.node.keys import NodeKeys, generate_node_keys
from accord.node.pki import certificate_der
from accord.privacy.modulus import encode_modulus
from accord.privacy.parameters import INSECURE_TESTING_KEY_BITS as BITS
from tests.unit.node.pki_world import CONSORTIUM, NOW, World

WORLD = World()


def card_of(member: str, keys: NodeKeys) -> MemberCard:
    return MemberCard(
        version=1,
        consortium=CONSORTIUM,
        member=member,
        position=list(WORLD.cas).index(member),
        title_en=member,
        title_zh=member,
        roles=(MemberRole.OWNER,),
        tls_ca=certificate_der(WORLD.cas[member].certificate),
        record_key=public_key(keys.record),
        log_key=public_key(keys.log),
        log_id=bytes([1]) * 32,
        anchor_address=anchor_address(keys.anchor),
        mask_x25519=keys.mask.x25519_public,
        mask_mlkem=keys.mask.mlkem_public,
        hpke_key=keys.sealing.public_bytes,
        paillier_n=encode_modulus(keys.decryption.n),
        paillier_proof=keys.decryption.prove_square_free(member),
    )


KEYS = {
    member: generate_node_keys(WORLD.node(member), secrets.token_bytes, BITS)
    for member in WORLD.cas
}
CARDS = {member: card_of(member, keys) for member, keys in KEYS.items()}


def signed(member: str, card: MemberCard) -> Signed:
    signer = Ed25519Signer(Identity(CONSORTIUM, member).uri, KEYS[member].record)
    return signer.sign(MEMBER_CARD, codec.encode(card))


def trust_in(cards: dict[str, Signed]) -> Trust:
    members = {member: each.digest for member, each in cards.items()}
    return Trust(1, CONSORTIUM, 1, bytes(32), bytes(20), bytes(32), bytes(32), members)


def written(folder: Path, cards: dict[str, Signed]) -> Path:
    for member, each in cards.items():
        (folder / f"{member}.card").write_bytes(codec.encode(each))
    return folder


SIGNED = {member: signed(member, card) for member, card in CARDS.items()}


def error_of(tmp_path: Path, changed: MemberCard, trust: Trust | None = None) -> AccordError:
    cards = {**SIGNED, "tax": signed("tax", changed)}
    folder = written(tmp_path, cards)
    with pytest.raises(AccordError) as caught:
        load_member_cards(folder, trust or trust_in(cards), ModulusCache(tmp_path, BITS))
    return caught.value


def test_keys_come_back_as_they_were_saved(tmp_path: Path) -> None:
    KEYS["tax"].save(tmp_path)

    loaded = NodeKeys.load(tmp_path)

    loaded.check_card(CARDS["tax"])
    assert loaded.tls == KEYS["tax"].tls
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("*.key")} == {0o600}


def test_keys_of_another_member_do_not_fit_the_card() -> None:
    with pytest.raises(RequestError) as caught:
        KEYS["health"].check_card(CARDS["tax"])
    assert caught.value.code == "E-CFG-009"
    assert caught.value.facts == {"member": "tax", "thing": "record key"}


def test_a_key_file_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    KEYS["tax"].save(tmp_path)
    (tmp_path / "log.key").chmod(0o640)

    with pytest.raises(RequestError) as caught:
        NodeKeys.load(tmp_path)

    assert caught.value.code == "E-CFG-007"
    assert caught.value.facts["mode"] == "640"


@pytest.mark.parametrize("name", ["record", "anchor", "mask", "sealing", "decryption", "tls"])
def test_a_missing_key_file_is_named(tmp_path: Path, name: str) -> None:
    KEYS["tax"].save(tmp_path)
    (tmp_path / f"{name}.key").unlink()

    with pytest.raises(RequestError) as caught:
        NodeKeys.load(tmp_path)

    assert caught.value.code == "E-CFG-006"
    assert str(caught.value.facts["file"]).endswith(f"{name}.key")


@pytest.mark.parametrize("name", ["record", "anchor", "mask", "sealing", "decryption"])
def test_a_damaged_key_file_is_named(tmp_path: Path, name: str) -> None:
    KEYS["tax"].save(tmp_path)
    path = tmp_path / f"{name}.key"
    path.write_text(path.read_text().strip()[:-2])

    with pytest.raises(RequestError) as caught:
        NodeKeys.load(tmp_path)

    assert caught.value.code == "E-CFG-008"


def test_a_key_in_another_keys_place_is_refused(tmp_path: Path) -> None:
    """A log key is as long as a record key; signing records with it would go unnoticed."""
    KEYS["tax"].save(tmp_path)
    (tmp_path / "log.key").replace(tmp_path / "record.key")

    with pytest.raises(RequestError) as caught:
        NodeKeys.load(tmp_path)

    assert caught.value.code == "E-CFG-008"


def test_no_secret_is_in_the_repr_of_keys() -> None:
    keys = KEYS["tax"]

    for secret in (repr(keys.record), repr(keys.anchor), str(int(keys.decryption.private.p))):
        assert secret not in repr(keys)


def test_cards_load_in_consortium_order(tmp_path: Path) -> None:
    folder = written(tmp_path, SIGNED)
    cards, as_signed = load_member_cards(folder, trust_in(SIGNED), ModulusCache(tmp_path, BITS))

    assert list(cards) == ["tax", "health"]
    assert as_signed == tuple(SIGNED.values())


def test_a_card_that_is_not_in_the_trust_file_is_refused(tmp_path: Path) -> None:
    changed = replace(CARDS["tax"], title_en="Tax & Co")

    assert error_of(tmp_path, changed, trust_in(SIGNED)).code == "E-CRD-001"


@pytest.mark.parametrize(
    ("change", "thing"),
    [
        ({"consortium": "other"}, "consortium"),
        ({"position": 1}, "position"),
        ({"version": 2}, "version"),
        ({"record_key": b"short"}, "record_key"),
        ({"hpke_key": b""}, "hpke_key"),
        ({"roles": (MemberRole.OWNER, MemberRole.OWNER)}, "roles"),
        ({"tls_ca": b"no certificate"}, "tls_ca"),
    ],
)
def test_a_trusted_card_with_a_wrong_value_is_refused(tmp_path: Path, change, thing) -> None:
    error = error_of(tmp_path, replace(CARDS["tax"], **change))

    assert (error.code, error.facts["thing"]) == ("E-CRD-002", thing)


def test_a_card_signed_by_another_key_is_refused(tmp_path: Path) -> None:
    changed = replace(CARDS["tax"], record_key=CARDS["health"].record_key)

    assert error_of(tmp_path, changed).code == "E-SIG-001"


def test_a_card_without_a_proof_for_its_modulus_is_refused(tmp_path: Path) -> None:
    changed = replace(CARDS["tax"], paillier_proof=CARDS["health"].paillier_proof)

    assert error_of(tmp_path, changed).code == "E-CRY-003"


def test_a_modulus_verified_once_is_remembered_by_all_that_was_claimed(tmp_path: Path) -> None:
    card = CARDS["tax"]
    n = int.from_bytes(card.paillier_n)
    ModulusCache(tmp_path, BITS).verify(n, card.paillier_proof, "tax")
    again = ModulusCache(tmp_path, BITS)

    again.verify(n, card.paillier_proof, "tax")
    for claim in [(n, card.paillier_proof, "health"), (n, card.paillier_proof[:-1], "tax")]:
        with pytest.raises(VerificationError):
            again.verify(*claim)
    with pytest.raises(VerificationError):
        ModulusCache(tmp_path, BITS + 16).verify(n, card.paillier_proof, "tax")


def test_a_weak_modulus_is_refused_unless_a_test_allows_it(tmp_path: Path) -> None:
    with pytest.raises(VerificationError) as caught:
        load_member_cards(written(tmp_path, SIGNED), trust_in(SIGNED), ModulusCache(tmp_path))
    assert caught.value.code == "E-CRY-001"


def person(**changed: object) -> Signed:
    """A person card signed by tax's record key."""
    card = PersonCard(
        version=1,
        consortium=CONSORTIUM,
        member="tax",
        person="ana",
        role=PersonRole.ANALYST,
        signing_key=bytes(32),
        hpke_key=KEYS["tax"].sealing.public_bytes,
        until=NOW,
    )
    signer = Ed25519Signer(Identity(CONSORTIUM, "tax").uri, KEYS["tax"].record)
    return signer.sign(PERSON_CARD, codec.encode(replace(card, **changed)))


def test_a_person_card_that_its_member_signed_is_believed() -> None:
    assert open_person_card(person(), CARDS["tax"]).person == "ana"


@pytest.mark.parametrize(
    ("change", "thing"),
    [
        ({"member": "health"}, "member"),
        ({"consortium": "other"}, "member"),
        ({"person": "A/B"}, "name"),
        ({"version": 2}, "version"),
        ({"signing_key": b""}, "signing_key"),
        ({"hpke_key": b""}, "hpke_key"),
    ],
)
def test_a_person_card_with_a_wrong_value_is_refused(change, thing: str) -> None:
    with pytest.raises(VerificationError) as caught:
        open_person_card(person(**change), CARDS["tax"])
    assert (caught.value.code, caught.value.facts["thing"]) == ("E-CRD-003", thing)


def test_a_person_card_of_another_signer_is_refused() -> None:
    renamed = replace(person(), signer=Identity(CONSORTIUM, "health").uri)
    for card, member in [(renamed, "tax"), (person(), "health")]:
        with pytest.raises(VerificationError) as caught:
            open_person_card(card, CARDS[member])
        assert caught.value.code == "E-SIG-001"
