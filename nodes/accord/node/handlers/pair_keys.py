"""Pair secrets between members: made once per pair of cards, kept, never sent in clear.

The earlier member in the consortium's order encapsulates to the later one's card; the
later one fetches the ciphertext, signed, straight from the earlier one.  Both cards are
hashed in the contract, so no coordinator can stand in the middle.
"""

from dataclasses import dataclass
from functools import lru_cache

from accord.domain import codec
from accord.domain.card import MemberCard
from accord.domain.errors import VerificationError
from accord.domain.run import PAIR_KEY, PairKeyOffer
from accord.domain.signed import Signed
from accord.ledger.signatures import verify_signed
from accord.node.member import Member
from accord.node.peers import Peers
from accord.node.store import repository
from accord.node.store.repository import StoredPairKey
from accord.privacy.pair_keys import PairContext, PairSecret, decapsulate, encapsulate
from accord.privacy.tally.context import TallyContext


@dataclass(frozen=True, slots=True)
class PairKeys:
    """Makes, fetches and keeps this member's pair secrets."""

    member: Member
    peers: Peers

    def run_keys(self, context: TallyContext) -> dict[str, bytes]:
        """Key of this run with every other member of its ring (K_ij)."""
        others = [peer for peer in context.value_ring if peer != self.member.name]
        with self.member.database.read() as session:
            kept = {peer: repository.find_pair_key(session, peer) for peer in others}
        return {
            peer: self._secret(peer, stored).run_key(context.run_id, context.roster)
            for peer, stored in kept.items()
        }

    def offer_to(self, receiver: str) -> Signed:
        """What we, the earlier member, encapsulated to ``receiver``.

        Raises:
            VerificationError: E-RUN-012; ``receiver`` comes before us in the order.
        """
        if not self._is_earlier(self.member.name, receiver):
            raise VerificationError("E-RUN-012", member=receiver, thing="pair key order")
        stored = self._load(receiver) or self._encapsulate(receiver)
        offer = PairKeyOffer(1, self.member.name, receiver, stored.kem_ciphertext)
        return self.member.sign(PAIR_KEY, offer)

    def _secret(self, peer: str, stored: StoredPairKey | None) -> PairSecret:
        if stored is None or stored.cards != self._cards(peer):
            earlier = self._is_earlier(self.member.name, peer)
            stored = self._encapsulate(peer) if earlier else self._fetch(peer)
        return PairSecret(stored.secret)

    def _encapsulate(self, peer: str) -> StoredPairKey:
        card = self.member.cards[peer]
        secret, ciphertext = encapsulate(
            self.member.keys.mask,
            card.mask_x25519,
            card.mask_mlkem,
            self._context(self.member.name, peer),
        )
        return self._keep(peer, secret, ciphertext)

    def _fetch(self, peer: str) -> StoredPairKey:
        signed = self.peers.fetch_pair_key(peer)
        card = self.member.cards[peer]
        verify_signed(signed, card.record_key, PAIR_KEY)
        offer = codec.decode(PairKeyOffer, signed.body)
        if (offer.sender, offer.receiver) != (peer, self.member.name):
            raise VerificationError("E-RUN-012", member=peer, thing="pair key")
        secret = decapsulate(
            self.member.keys.mask,
            card.mask_x25519,
            offer.kem_ciphertext,
            self._context(peer, self.member.name),
        )
        return self._keep(peer, secret, offer.kem_ciphertext)

    def _load(self, peer: str) -> StoredPairKey | None:
        with self.member.database.read() as session:
            stored = repository.find_pair_key(session, peer)
        return stored if stored and stored.cards == self._cards(peer) else None

    def _keep(self, peer: str, secret: PairSecret, ciphertext: bytes) -> StoredPairKey:
        """Store it; if another thread was faster, its secret is the pair's."""
        made = StoredPairKey(self._cards(peer), secret.secret, ciphertext)
        with self.member.database.write() as session:
            stored = repository.find_pair_key(session, peer)
            if stored and stored.cards == made.cards:
                return stored
            repository.save_pair_key(session, peer, made)
        return made

    def _is_earlier(self, first: str, second: str) -> bool:
        return self.member.cards[first].position < self.member.cards[second].position

    def _context(self, earlier: str, later: str) -> PairContext:
        digests = (_card_digest(self.member.cards[name]) for name in (earlier, later))
        return PairContext(self.member.consortium, *digests)

    def _cards(self, peer: str) -> bytes:
        pair = sorted((self.member.name, peer), key=lambda name: self.member.cards[name].position)
        return codec.digest("pair-cards", self._context(*pair))


@lru_cache(maxsize=1024)  # every run asks for every pair's
def _card_digest(card: MemberCard) -> bytes:
    return codec.digest("card", card)
