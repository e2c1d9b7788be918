"""Pair secrets: both members get the same, from either side, once per pair of cards."""

from dataclasses import dataclass, replace

import pytest

from accord.domain.errors import VerificationError
from accord.domain.signed import Signed
from accord.node.handlers.pair_keys import PairKeys
from accord.node.member import Member
from accord.privacy.tally.context import TallyContext, context_of
from tests.unit.node.handlers.members import (
    BUREAU,
    CARDS,
    OWNERS,
    STATS,
    card_of,
    keys_of,
    member,
    question,
)

RING = (*OWNERS, BUREAU)
CONTEXT: TallyContext = context_of(question(), bytes(32))


@dataclass
class Direct:
    """Peers in this process; counts who was asked."""

    caller: str
    nodes: dict[str, PairKeys]
    fetched: list[str]

    def fetch_pair_key(self, peer: str) -> Signed:
        self.fetched.append(peer)
        return self.nodes[peer].offer_to(self.caller)


class Ring:
    """All members of the value ring."""

    def __init__(self) -> None:
        self.nodes: dict[str, PairKeys] = {}
        self.fetched: dict[str, list[str]] = {name: [] for name in RING}
        for name in RING:
            self.join(member(name))

    def join(self, node: Member) -> None:
        peers = Direct(node.name, self.nodes, self.fetched[node.name])
        self.nodes[node.name] = PairKeys(node, peers)  # type: ignore[arg-type] # all it calls

    def agreed(self) -> dict[tuple[str, str], bytes]:
        """The key of each pair, checked to be the same on both sides."""
        keys = {name: self.nodes[name].run_keys(CONTEXT) for name in self.nodes}
        pairs = {(a, b): keys[a][b] for a in RING for b in RING if a != b}
        assert all(key == pairs[b, a] for (a, b), key in pairs.items())
        return pairs


@pytest.fixture
def ring() -> Ring:
    return Ring()


def test_both_members_of_every_pair_hold_the_same_key_and_no_two_pairs_do(ring: Ring) -> None:
    pairs = ring.agreed()
    assert len(set(pairs.values())) == len(RING) * (len(RING) - 1) // 2


@pytest.mark.parametrize("first", RING)
def test_it_does_not_matter_who_needs_the_key_first(ring: Ring, first: str) -> None:
    early = ring.nodes[first].run_keys(CONTEXT)
    agreed = ring.agreed()
    assert {peer: agreed[first, peer] for peer in early} == early


def test_a_secret_is_made_once_and_every_run_has_a_key_of_its_own(ring: Ring) -> None:
    first, again = ring.agreed(), ring.agreed()
    other = ring.nodes[RING[0]].run_keys(replace(CONTEXT, run_id=CONTEXT.run_id[::-1]))
    assert first == again
    assert not set(other.values()) & set(first.values())
    assert all(len(asked) == len(set(asked)) for asked in ring.fetched.values())


def test_the_later_member_asks_the_earlier_one_and_never_the_other_way(ring: Ring) -> None:
    ring.agreed()
    for name, asked in ring.fetched.items():
        assert all(CARDS[peer].position < CARDS[name].position for peer in asked)
    earlier, later = sorted(RING[:2], key=lambda name: CARDS[name].position)
    with pytest.raises(VerificationError, match="E-RUN-012"):
        ring.nodes[later].offer_to(earlier)


def test_a_member_with_a_new_card_gets_new_secrets(ring: Ring) -> None:
    """South has replaced its keys; everybody starts again with the new card."""
    before = ring.agreed()
    changed = OWNERS[-1]
    keys = keys_of(changed, version=2)
    cards = {**CARDS, changed: card_of(changed, keys)}
    for name in RING:
        node = ring.nodes[name].member
        ring.join(replace(node, cards=cards, keys=keys if name == changed else node.keys))
    after = ring.agreed()
    same = {pair for pair in before if before[pair] == after[pair]}
    assert same == {pair for pair in before if changed not in pair}


def test_an_offer_of_somebody_else_or_for_somebody_else_is_refused(ring: Ring) -> None:
    """The coordinator stands in the middle and hands on what others have signed."""
    bureau, north, central, _ = (BUREAU, *OWNERS)
    offers = {"for another": ring.nodes[bureau].offer_to(central)}
    offers["by another"] = ring.nodes[north].offer_to(central)
    offers["altered"] = replace(ring.nodes[bureau].offer_to(north), signature=bytes(64))
    for offer in offers.values():
        victim = PairKeys(member(north), Fixed(offer))  # type: ignore[arg-type] # all it calls
        with pytest.raises(VerificationError, match=r"E-RUN-012|E-SIG-001"):
            victim.run_keys(CONTEXT)


@dataclass
class Fixed:
    offer: Signed

    def fetch_pair_key(self, peer: str) -> Signed:
        assert peer == BUREAU
        return self.offer


def test_the_requester_without_rows_is_in_no_ring(ring: Ring) -> None:
    assert STATS not in CONTEXT.value_ring
    assert all(STATS not in node.run_keys(CONTEXT) for node in ring.nodes.values())
