"""Cards as the stand-alone verifier believes them; nothing is remembered between runs."""

from functools import partial

from accord.domain import card_check
from accord.domain.card import MemberCard, PersonCard, Trust
from accord.domain.signed import Signed
from accord.ledger.signatures import verify_signed
from accord.privacy.modulus import verify_modulus
from accord.privacy.parameters import KEY_BITS


def open_member_card(signed: Signed, trust: Trust, minimum_bits: int = KEY_BITS) -> MemberCard:
    """See `accord.domain.card_check.open_member_card`."""
    modulus = partial(verify_modulus, minimum_bits=minimum_bits)
    return card_check.open_member_card(signed, trust, verify_signed, modulus)


def open_person_card(signed: Signed, member: MemberCard) -> PersonCard:
    """See `accord.domain.card_check.open_person_card`."""
    return card_check.open_person_card(signed, member, verify_signed)
