"""A ledger that seals two blocks of one height: what an offline verifier can and cannot see."""

from dataclasses import replace

from accord.domain import codec
from accord.domain.bundle import Bundle
from accord.domain.record import RecordKind
from accord.domain.signed import Signed
from accord.ledger.evm.anchor_proof import AnchoredHead, AnchorProof, chain_trust, verify_anchor
from tests.simulation.cached import valley, verify
from tests.simulation.consortium import REQUESTER
from tests.simulation.run import run_question
from tests.simulation.tampering import proof_of

HEIGHT = 2_000_000


def released_in(data: bytes) -> AnchoredHead:
    """The anchored head of the release record."""
    bundle = codec.decode(Signed, data).unsafe_open(Bundle)
    anchor = proof_of(bundle, RecordKind.RELEASE, REQUESTER).anchor
    return verify_anchor(codec.decode(AnchorProof, anchor), chain_trust(valley().trust))


def test_two_sealed_blocks_of_one_height() -> None:
    """Each bundle is valid by itself; whoever holds both holds the ledger's two signatures."""
    bundles = [
        run_question(valley(), block=lambda block, member: HEIGHT if member == REQUESTER else block)
        for _ in range(2)
    ]

    assert all(verify(data).valid for data in bundles)
    first, second = map(released_in, bundles)
    assert first.block_number == second.block_number == HEIGHT
    assert first.block_hash != second.block_hash
    assert replace(first, block_hash=b"") != replace(second, block_hash=b"")
