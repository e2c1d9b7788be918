"""The evidence bundle: one file that lets an outsider check one answer, offline.

File format: canonical CBOR of a `Signed` of kind ``"bundle"`` whose body is a `Bundle`;
signed by the requester's node.  The numbered checks stand in ``docs/bundle.md``.
"""

from dataclasses import dataclass
from typing import Final

from accord.domain.answer import Answer, CellMoments
from accord.domain.catalogue import Table
from accord.domain.contribution import Opening
from accord.domain.record import Disclosure
from accord.domain.signed import Signed

FILE_SUFFIX = ".accord"
BUNDLE_VERSION: Final = 1
BY_INSPECTION_ONLY: Final = (
    "No check of this file shows that the values an owner encrypted are those of the extract"
    " its access record commits to, that this extract was measured on all the rows the owner"
    " should hold, or that the guard applied its published rule to the counts it opened."
    " Whoever inspects a member with its consent recomputes them from extract, seed and pair"
    " keys."
)
"""`Bundle.by_inspection_only` of version 1, word for word."""


@dataclass(frozen=True, slots=True)
class LogProof:
    """Shows that a leaf is in a log whose head is on the chain.

    Attributes:
        leaf_index: Place of the leaf.
        hashes: RFC 9162 inclusion proof, leaf to root, 32 bytes each.
        checkpoint: C2SP checkpoint as a signed note, UTF-8.
        anchor: Canonical CBOR of `accord.ledger.evm.anchor_proof.AnchorProof`; empty
            while the checkpoint is not final on the chain.
    """

    leaf_index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    anchor: bytes


@dataclass(frozen=True, slots=True)
class RecordEvidence:
    """A log entry, its proof, and the fields disclosed to the reader.

    Attributes:
        entry: Canonical CBOR of the `Signed` record; the leaf's bytes.
        proof: None only for records that nobody waits for (guard, contributed), while
            their log has not been anchored since.
    """

    entry: bytes
    proof: LogProof | None
    disclosed: dict[str, Disclosure]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything about one answered question that may leave the requester.

    Attributes:
        question: Signed by the analyst.
        countersignature: The same body signed by the requester's node, kind ``"apply"``.
        person_card: The analyst's, signed by the requester's record key.
        cards: Self-signed cards of all consortium members, in consortium order.
        grants: The owners' signed grants.
        steward_cards: Person cards of the stewards who signed them.
        records: Apply, accept, access, guard, contributed, release of this run.
        statement: The guard's signed `GuardStatement`.
        values: Signed `Values` of every owner, then of the guard.
        openings: One per ciphertext index.
        moments: Unpacked openings of the released cells.
        by_inspection_only: What no check of this file can show: `BY_INSPECTION_ONLY`.
    """

    version: int
    question: Signed
    countersignature: Signed
    person_card: Signed
    cards: tuple[Signed, ...]
    table: Table
    grants: tuple[Signed, ...]
    steward_cards: tuple[Signed, ...]
    records: tuple[RecordEvidence, ...]
    statement: Signed
    values: tuple[Signed, ...]
    openings: tuple[Opening, ...]
    moments: tuple[CellMoments, ...]
    answer: Answer
    by_inspection_only: str
