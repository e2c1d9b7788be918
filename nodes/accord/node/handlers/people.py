"""Persons of this member: their cards, and that they signed what they send."""

from accord.domain import codec
from accord.domain.card import PersonCard
from accord.domain.errors import RefusalError
from accord.domain.ids import Identity
from accord.domain.run import PERSON_CARD
from accord.domain.signed import Signed
from accord.ledger.signatures import verify_signed
from accord.node.member import Member


def check_person(
    member: Member, caller: Identity, signed_card: Signed, statement: Signed, kind: str
) -> PersonCard:
    """Return the card if the calling person, by that card of ours, signed ``statement``.

    Raises:
        RefusalError: E-NOD-005; the card is another person's, or not valid now.
        VerificationError: a signature does not hold (E-SIG).
    """
    verify_signed(signed_card, member.cards[member.name].record_key, PERSON_CARD)
    card = codec.decode(PersonCard, signed_card.body)
    identity = Identity(card.consortium, card.member, card.role, card.person)
    if identity != caller or statement.signer != caller.uri or member.clock.now() >= card.until:
        raise RefusalError("E-NOD-005", name=caller.uri)
    verify_signed(statement, card.signing_key, kind)
    return card
