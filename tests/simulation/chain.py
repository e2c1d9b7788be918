"""A ledger of sealed headers: makes genuine anchor proofs in microseconds.

Every block holds one transaction with one `Anchored` event.  The contract's rules are not
here (they are tested on the real chain); what a verifier sees is the same.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import rlp

from accord.ledger.evm.anchor_proof import ANCHORED_TOPIC, AnchorProof
from accord.ledger.evm.keccak import keccak256
from accord.ledger.evm.seal import public_seal_key, sign_header

_LEAF_OF_INDEX_0 = b"\x20\x80"  # hex prefix of a leaf, and the nibbles of RLP(0)
_HEADER_FIELDS = 16


@dataclass(slots=True)
class SealedChain:
    """Attributes: ``seal_key`` is the Ed25519 seed of the ledger."""

    seal_key: bytes
    chain_id: int
    genesis_hash: bytes
    contract: bytes
    start: datetime
    number: int = 0
    sequences: dict[bytes, int] = field(default_factory=dict[bytes, int])

    @property
    def public_key(self) -> bytes:
        """What the trust file names."""
        return public_seal_key(self.seal_key)

    def anchor(
        self, log_id: bytes, size: int, root: bytes, block: int | None = None
    ) -> AnchorProof:
        """Put a head into the next block, or into the block of that number."""
        self.number += 1
        self.sequences[log_id] = self.sequences.get(log_id, 0) + 1
        words = size.to_bytes(32, "big") + root
        topics = [ANCHORED_TOPIC, log_id, self.sequences[log_id].to_bytes(32, "big")]
        receipt = rlp.encode([1, 21_000, bytes(256), [[self.contract, topics, words]]])
        node = rlp.encode([_LEAF_OF_INDEX_0, receipt])
        number = self.number if block is None else block
        header = self._header(keccak256(node), number)
        return AnchorProof(header, self._seal(header), 0, 0, (node,))

    def resealed(self, proof: AnchorProof, seal_key: bytes) -> AnchorProof:
        """The same header under somebody else's seal."""
        seal = sign_header(seal_key, self.chain_id, self.genesis_hash, keccak256(proof.header))
        return replace(proof, seal=seal)

    def _seal(self, header: bytes) -> bytes:
        return sign_header(self.seal_key, self.chain_id, self.genesis_hash, keccak256(header))

    def _header(self, receipt_root: bytes, number: int) -> bytes:
        fields: list[bytes | int] = [b""] * _HEADER_FIELDS
        fields[5], fields[8] = receipt_root, number
        fields[11] = int(self.start.astimezone(UTC).timestamp()) + number
        return bytes(rlp.encode(fields))
