"""Check 2: who is who follows from the trust file alone."""

from collections.abc import Sequence

from accord.domain.card_check import open_member_card
from accord.ledger.signatures import verify_signed
from accord.privacy.modulus import verify_modulus
from accord.verify.evidence import Evidence
from accord.verify.expectation import Expectation

_expect = Expectation("E-VER-102")


def check_cards(evidence: Evidence) -> None:
    """Check 2: all members' cards are the trusted ones, in order; the requester's modulus holds.

    With a modulus that is not square-free its owner could open one product to several sums.
    The other members' moduli open nothing in a bundle.
    """
    named = tuple(card.member for card in evidence.cards)
    _expect(named == tuple(evidence.trust.members), evidence.trust.consortium, "roster")
    requester = evidence.question.requester
    _expect(requester in named, requester, "no_card")

    def verify(n: int, proof: Sequence[bytes], owner: str) -> None:
        if owner == requester:
            verify_modulus(n, proof, owner, evidence.minimum_bits, evidence.near)

    for signed in evidence.bundle.cards:
        open_member_card(signed, evidence.trust, verify_signed, verify)
