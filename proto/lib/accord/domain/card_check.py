"""When a card may be believed: the one list of checks, used by nodes, clients and verifier.

The arithmetic lives in packages that may not know each other, so it comes as arguments;
nobody can leave one out.
"""

from collections.abc import Callable, Sequence
from typing import Final

from accord.domain import codec
from accord.domain.card import MemberCard, PersonCard, Trust
from accord.domain.errors import VerificationError
from accord.domain.ids import Identity, is_name
from accord.domain.run import MEMBER_CARD, PERSON_CARD
from accord.domain.signed import Signed

CARD_VERSION: Final = 1
_LENGTHS: Final = {
    "record_key": 32,
    "log_key": 32,
    "log_id": 32,
    "anchor_address": 20,
    "mask_x25519": 32,
    "mask_mlkem": 1184,
    "hpke_key": 1216,
}

# Raises VerificationError unless the signature of a kind of statement is by a public key.
VerifySignature = Callable[[Signed, bytes, str], None]
# Raises VerificationError unless a modulus with its proof is fit for use by an owner.
VerifyModulus = Callable[[int, Sequence[bytes], str], None]


def open_member_card(
    signed: Signed, trust: Trust, verify_signature: VerifySignature, verify_modulus: VerifyModulus
) -> MemberCard:
    """The card, if it is the one in the trust file and holds what a card claims.

    Raises:
        VerificationError: E-CRD-001 not the card in the trust file; E-CRD-002 ``thing``
            is wrong; what the two verifications raise.
        RequestError: E-MSG-001; it does not decode.
    """
    card = codec.decode(MemberCard, signed.body)
    if trust.members.get(card.member) != signed.digest:
        raise VerificationError("E-CRD-001", member=card.member)
    _check_member_card(card, signed, trust)
    verify_signature(signed, card.record_key, MEMBER_CARD)
    verify_modulus(int.from_bytes(card.paillier_n), card.paillier_proof, card.member)
    return card


def open_person_card(
    signed: Signed, member: MemberCard, verify_signature: VerifySignature
) -> PersonCard:
    """The card of a person of ``member``; whether it still holds is the caller's to ask.

    Raises:
        VerificationError: E-CRD-003 ``thing`` is wrong; what ``verify_signature`` raises.
        RequestError: E-MSG-001; it does not decode.
    """
    verify_signature(signed, member.record_key, PERSON_CARD)
    card = codec.decode(PersonCard, signed.body)
    _hold_person(
        {
            "version": card.version == CARD_VERSION,
            "member": (card.consortium, card.member) == (member.consortium, member.member),
            "signer": signed.signer == Identity(member.consortium, member.member).uri,
            "name": is_name(card.person),
            "signing_key": len(card.signing_key) == _LENGTHS["record_key"],
            "hpke_key": len(card.hpke_key) == _LENGTHS["hpke_key"],
        },
        card,
    )
    return card


def _check_member_card(card: MemberCard, signed: Signed, trust: Trust) -> None:
    order = list(trust.members)
    facts = {
        "version": card.version == CARD_VERSION,
        "consortium": card.consortium == trust.consortium,
        "position": order.index(card.member) == card.position,
        "signer": signed.signer == Identity(card.consortium, card.member).uri,
        "roles": len(set(card.roles)) == len(card.roles),
        **{name: len(getattr(card, name)) == size for name, size in _LENGTHS.items()},
    }
    for thing, holds in facts.items():
        if not holds:
            raise VerificationError("E-CRD-002", member=card.member, thing=thing)


def _hold_person(facts: dict[str, bool], card: PersonCard) -> None:
    for thing, holds in facts.items():
        if not holds:
            name = f"{card.member}/{card.person}"
            raise VerificationError("E-CRD-003", person=name, thing=thing)
