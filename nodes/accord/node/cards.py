"""The cards of all members, as one node believes them.

Verifying a modulus takes 0.1 s, so nine cards would hold up every start by a second.  What
was verified once is therefore noted in the data folder.  That opens no door: who may write
there may write the node's database and pair secrets as well; the card itself is compared
with the trust file, and its signature verified, at every start.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from accord.domain import card_check, codec
from accord.domain.card import MemberCard, PersonCard, Trust
from accord.domain.errors import RequestError
from accord.domain.key_files import read_public
from accord.domain.signed import Signed
from accord.ledger.signatures import verify_signed
from accord.node.pki import check_ca
from accord.privacy.modulus import encode_modulus, verify_modulus
from accord.privacy.parameters import KEY_BITS

CACHE_NAME: Final = "verified-moduli"


class ModulusCache:
    """Verifies moduli and notes in ``folder`` those that hold, one digest a line."""

    def __init__(self, folder: Path, minimum_bits: int = KEY_BITS) -> None:
        self._path, self._minimum_bits = folder / CACHE_NAME, minimum_bits
        self._known = set(self._path.read_text().split()) if self._path.exists() else set()

    def verify(self, n: int, proof: Sequence[bytes], owner: str) -> None:
        """Verify now or remember that it was; errors of `verify_modulus`."""
        claim = {
            "n": encode_modulus(n),
            "proof": tuple(proof),
            "owner": owner,
            "minimum_bits": self._minimum_bits,
        }
        name = codec.digest("verified-modulus", claim).hex()
        if name in self._known:
            return
        verify_modulus(n, proof, owner, self._minimum_bits)
        with self._path.open("a") as file:  # a torn line is an unknown digest: verified again
            file.write(f"{name}\n")
        self._known.add(name)


def load_member_cards(
    folder: Path, trust: Trust, cache: ModulusCache
) -> tuple[dict[str, MemberCard], tuple[Signed, ...]]:
    """Cards of all members in consortium order, decoded and as they were signed.

    Raises:
        RequestError: E-CFG-006 a card is missing; E-CFG-008 a file is no card.
        VerificationError: See `accord.domain.card_check.open_member_card`.
    """
    signed = tuple(_read(folder / f"{member}.card") for member in trust.members)
    cards = [open_member_card(each, trust, cache) for each in signed]
    return {card.member: card for card in cards}, signed


def open_member_card(signed: Signed, trust: Trust, cache: ModulusCache) -> MemberCard:
    """One card, with its TLS CA; see `accord.domain.card_check.open_member_card`."""
    card = card_check.open_member_card(signed, trust, verify_signed, cache.verify)
    check_ca(card.tls_ca, card.member)
    return card


def open_person_card(signed: Signed, member: MemberCard) -> PersonCard:
    """See `accord.domain.card_check.open_person_card`."""
    return card_check.open_person_card(signed, member, verify_signed)


def _read(path: Path) -> Signed:
    data = read_public(path, "member card")
    try:
        return codec.decode(Signed, data)
    except RequestError:
        raise RequestError("E-CFG-008", file=str(path), thing="member card") from None
