"""Members whose card, named in the trust file, holds keys that are none."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from accord.domain import codec
from accord.domain.card import MemberCard, Trust
from accord.domain.errors import VerificationError
from accord.domain.run import MEMBER_CARD
from accord.domain.signed import Signed
from accord.ledger.signatures import is_signature
from accord.node.cards import ModulusCache, load_member_cards
from accord.node.pki import certificate_der
from accord.privacy.modulus import challenges, encode_modulus, size_bytes
from accord.privacy.pair_keys import PairContext, encapsulate, generate_mask_key
from accord.privacy.parameters import INSECURE_TESTING_KEY_BITS as BITS
from accord.privacy.sealing import seal
from tests.simulation.cached import honest_bundle, valley, verify
from tests.simulation.consortium import MEMBERS, REQUESTER
from tests.simulation.run import seal as sealed_by_requester
from tests.unit.node.pki_world import World
from tests.unit.privacy.parties import stream

LOW_ORDER = (1).to_bytes(32, "little")  # the neutral element of edwards25519
HOLDS_FOR_ANYTHING = LOW_ORDER + bytes(32)  # R the same, s zero
P, Q = 2**521 - 1, 2**607 - 1  # Mersenne primes


@cache
def world() -> World:
    return World()


@dataclass(frozen=True)
class Forged:
    """A consortium of which the requester has signed, and all have agreed on, another card."""

    cards: tuple[Signed, ...]
    trust: Trust

    def check_at_a_node(self, folder: Path) -> None:
        for member, card in zip(MEMBERS, self.cards, strict=True):
            (folder / f"{member}.card").write_bytes(codec.encode(card))
        load_member_cards(folder, self.trust, ModulusCache(folder, BITS))

    def failed_check(self) -> tuple[int, str]:
        """Number and code of the verifier's check that stops a bundle with these cards."""
        bundle = replace(honest_bundle(), cards=self.cards)
        failed = verify(sealed_by_requester(valley(), bundle), self.trust).failed
        assert failed
        assert failed.error
        return failed.number, failed.error.code


def forge(of: str = REQUESTER, **changes: object) -> Forged:
    """One member's card changed; all with certificates, which only nodes look at."""
    tls = certificate_der(next(iter(world().cas.values())).certificate)
    cards = []
    for name, member in valley().members.items():
        card = replace(member.card, tls_ca=tls, **(changes if name == of else {}))
        signed = member.signer.sign(MEMBER_CARD, codec.encode(card))
        forged = replace(signed, signature=HOLDS_FOR_ANYTHING)
        cards.append(forged if card.record_key == LOW_ORDER else signed)
    digests = dict(zip(MEMBERS, (card.digest for card in cards), strict=True))
    return Forged(tuple(cards), replace(valley().trust, members=digests))


MODULI = {
    "E-CRY-001": {"too short": 2**127 - 1},
    "E-CRY-002": {
        "even": 2 * P,
        "small factor": 65_521 * P,
        "prime": P,
        "square": P * P,
        "cube": (2**521 - 1) ** 3,
    },
    "E-CRY-003": {"a factor squared": P * P * Q, "proof of another key": P * Q},
}
CASES = [(code, name) for code, named in MODULI.items() for name in named]


@pytest.mark.parametrize(("code", "name"), CASES)
def test_a_paillier_key_that_is_none(tmp_path: Path, code: str, name: str) -> None:
    """No node starts with such a card, and no bundle with it is valid."""
    roots = valley().requester.card.paillier_proof
    n = MODULI[code][name]
    size = len(encode_modulus(n))
    proof = tuple(root[:size].rjust(size, b"\0") for root in roots)
    forged = forge(paillier_n=encode_modulus(n), paillier_proof=proof)

    with pytest.raises(VerificationError) as caught:
        forged.check_at_a_node(tmp_path)

    assert (caught.value.code, caught.value.facts["owner"]) == (code, REQUESTER)
    assert forged.failed_check() == (2, code)


def test_a_factor_that_trial_division_does_not_find(tmp_path: Path) -> None:
    """Nobody notices: its owner has given away its own key, which opens masked sums only."""
    p, q = 2**61 - 1, P
    n, order = p * q, (p - 1) * (q - 1)
    root = pow(n, -1, order)
    roots = tuple(
        pow(challenge, root, n).to_bytes(size_bytes(n)) for challenge in challenges(n, "archive")
    )

    forge("archive", paillier_n=encode_modulus(n), paillier_proof=roots).check_at_a_node(tmp_path)

    assert n.bit_length() >= BITS
    assert n % p == 0


def test_a_record_key_of_low_order(tmp_path: Path) -> None:
    """Its owner could deny every signature, as the same one holds for any message."""
    forged = forge("archive", record_key=LOW_ORDER)

    with pytest.raises(VerificationError, match="E-SIG-001"):
        forged.check_at_a_node(tmp_path)
    assert forged.failed_check() == (2, "E-SIG-001")
    assert not is_signature(HOLDS_FOR_ANYTHING, b"anything", LOW_ORDER)


def a_point_of_low_order(card: MemberCard) -> bytes:
    return bytes(len(card.mask_x25519))


def beyond_the_modulus(card: MemberCard) -> bytes:
    return b"\xff" * len(card.mask_mlkem)


@pytest.mark.parametrize(
    ("field", "value"),
    [("mask_x25519", a_point_of_low_order), ("mask_mlkem", beyond_the_modulus)],
)
def test_a_mask_key_that_is_none(field: str, value: Callable[[MemberCard], bytes]) -> None:
    """Found by the other member of the pair, when the two first need a key between them."""
    card = valley().requester.card
    card = replace(card, **{field: value(card)})
    own = generate_mask_key(stream("mask"))

    with pytest.raises(VerificationError, match="E-CRY-009"):
        encapsulate(own, card.mask_x25519, card.mask_mlkem, PairContext("valley", b"a", b"b"))


@pytest.mark.parametrize("ends", [(b"\xff", b""), (b"", bytes(32))])
def test_a_sealing_key_that_is_none(ends: tuple[bytes, bytes]) -> None:
    """Found by whoever would seal to it; nothing is sent."""
    honest = valley().requester.card.hpke_key
    start, end = ends
    spoilt = start * 1184 + honest[len(start) * 1184 : len(honest) - len(end)] + end
    assert len(spoilt) == len(honest)

    with pytest.raises(VerificationError, match="E-CRY-008"):
        seal(spoilt, b"question", b"context")
