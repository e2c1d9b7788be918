"""Offline: that an entry is in a member's log, and the log's head on the chain.

Needs no database, network or chain client; nodes and outsiders run the same code.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from accord.domain.bundle import LogProof
from accord.domain.card import MemberCard
from accord.domain.errors import VerificationError
from accord.ledger.checkpoint import open_checkpoint, origin_of
from accord.ledger.merkle import leaf_hash, verify_inclusion
from accord.ledger.records import open_entry


class AnchoredHead(Protocol):
    """What a checked anchor says, and at least that."""

    @property
    def log_id(self) -> bytes:
        """The log's name on the chain, 32 bytes."""
        ...

    @property
    def size(self) -> int:
        """Leaves in the log."""
        ...

    @property
    def root(self) -> bytes:
        """Their root, 32 bytes."""
        ...


H = TypeVar("H", bound=AnchoredHead)


def verify_log_proof(
    entry: bytes, proof: LogProof, card: MemberCard, verify_anchor: Callable[[bytes], H]
) -> H:
    """Check one entry through to the chain; return what the anchor says.

    ``verify_anchor`` checks `LogProof.anchor` against the trusted chain and returns the
    head that it anchors, or raises.

    Raises:
        RequestError: E-MSG-001; the entry does not decode.
        VerificationError: E-SIG-001, E-SIG-002, E-REC-002, the entry; E-REC-003, it stands
            at another place than it says; E-LOG-002, the inclusion; E-LOG-004, E-LOG-005,
            the checkpoint; E-LOG-019, the anchor is another head's; and what
            ``verify_anchor`` raises.
    """
    record = open_entry(entry, card)
    if record.index != proof.leaf_index:
        raise VerificationError(
            "E-REC-003", member=card.member, index=record.index, place=proof.leaf_index
        )
    origin = origin_of(card.consortium, card.member)
    checkpoint = open_checkpoint(proof.checkpoint, origin, card.log_key)
    leaf = leaf_hash(entry)
    verify_inclusion(leaf, proof.leaf_index, checkpoint.size, proof.hashes, checkpoint.root)
    head = verify_anchor(proof.anchor)
    if (head.log_id, head.size, head.root) != (card.log_id, checkpoint.size, checkpoint.root):
        raise VerificationError("E-LOG-019", member=card.member, size=checkpoint.size)
    return head
