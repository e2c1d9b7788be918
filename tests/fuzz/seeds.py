"""Genuine inputs, from one honest run: mutating them reaches deeper than inventing bytes."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from accord.domain import codec
from accord.domain.bundle import LogProof
from accord.domain.card import MemberCard
from accord.domain.catalogue import Offer
from accord.domain.contribution import Counts, Values
from accord.domain.error_metadata import error_to_pairs
from accord.domain.errors import RefusalError
from accord.domain.question import Question
from accord.domain.run import Asked, OwnerEvidence, ValuesEvidence
from accord.domain.trust_file import format_trust
from accord.ledger.evm.anchor_proof import AnchorProof
from accord.ledger.evm.keccak import keccak256
from accord.ledger.evm.receipt_proof import verify_receipt
from accord.ledger.log import encode_fields
from accord.ledger.tlog_proof import TlogProof, encode_tlog_proof
from tests.simulation.cached import honest_bundle, honest_file, valley

ROOT = Path(__file__).parents[2]
Seeds = Callable[[], Sequence[bytes]]

DESCRIPTION = """
[source]
path = "data.csv"
columns = { wages = "Lohn 2025" }
[table]
name = "income"
key = "person"
parts = ["tax_north", "tax_south"]
max_rows = 1024
title.en = "Income"
[columns.person]
type = "integer"
[columns.region]
type = "text"
domain = ["north", "south"]
[columns.wages]
type = "decimal"
scale = 2
min = "-10.50"
max = 1000000
unit = "USD"
nulls = true
"""
SQL = (
    (
        "SELECT region, COUNT(*), AVG(wages) AS mean FROM income WHERE age BETWEEN 20 AND 59.5 "
        "AND NOT (region IN ('north', 'south') OR wages IS NULL) GROUP BY 1"
    ),
    "SELECT VAR_SAMP(i.wages) FROM income i WHERE -1e3 < wages -- comment",
)


def first_card() -> MemberCard:
    """Some member's."""
    return honest_bundle().cards[0].unsafe_open(MemberCard)


def messages() -> dict[str, Sequence[bytes]]:
    """By name of the type, its encodings in an honest run."""
    bundle = honest_bundle()
    counts = Counts(1, bytes(16), "north", bytes(32), (bytes(768),))
    asked = Asked(
        bundle.question, bundle.question, bundle.person_card, bundle.table, bundle.records[0]
    )
    owner = OwnerEvidence("north", bundle.records[0], bundle.records[1], bytes(99))
    return {
        "Signed": [honest_file(), codec.encode(bundle.question)],
        "Bundle": [codec.encode(bundle)],
        "Question": [bundle.question.body],
        "Plan": [bundle.question.unsafe_open(Question).plan],
        "Table": [codec.encode(bundle.table)],
        "Asked": [codec.encode(asked)],
        "Offer": [codec.encode(Offer(1, "north", bundle.table, 1, bytes(32)))],
        "MemberCard": [card.body for card in bundle.cards],
        "PersonCard": [bundle.person_card.body],
        "Grant": [grant.body for grant in bundle.grants],
        "GuardStatement": [bundle.statement.body],
        "Counts": [codec.encode(counts)],
        "Values": [values.body for values in bundle.values],
        "RecordEvidence": [codec.encode(record) for record in bundle.records],
        "OwnerEvidence": [codec.encode(owner)],
        "ValuesEvidence": [codec.encode(ValuesEvidence(bundle.values[0], bundle.records[0]))],
        "AnchorProof": anchors(),
    }


def files() -> Sequence[bytes]:
    """A whole bundle."""
    return [honest_file()]


def entries() -> Sequence[bytes]:
    """Signed records as they stand in logs."""
    return [record.entry for record in honest_bundle().records]


def fields() -> Sequence[bytes]:
    """What a log keeps beside a record."""
    return [encode_fields({"sql": b"SELECT", "question": bytes(32)})]


def checkpoints() -> Sequence[bytes]:
    """Signed notes."""
    return [proof.checkpoint for proof in _proofs()]


def tlog_proofs() -> Sequence[bytes]:
    """In C2SP's text form."""
    return [
        encode_tlog_proof(TlogProof(proof.leaf_index, proof.hashes, proof.checkpoint, b"extra"))
        for proof in _proofs()
    ]


def anchors() -> Sequence[bytes]:
    """Anchor proofs."""
    return [proof.anchor for proof in _proofs() if proof.anchor]


def rlp() -> Sequence[bytes]:
    """Headers and nodes of receipt trees."""
    proofs = [codec.decode(AnchorProof, anchor) for anchor in anchors()]
    return [part for proof in proofs for part in (proof.header, *proof.nodes)]


def receipts() -> Sequence[bytes]:
    """Of the transactions that anchored."""
    proofs = [codec.decode(AnchorProof, anchor) for anchor in anchors()]
    return [
        verify_receipt(keccak256(proof.nodes[0]), proof.transaction_index, proof.nodes)
        for proof in proofs
    ]


def questions() -> Sequence[bytes]:
    """SQL."""
    return [text.encode() for text in SQL]


def descriptions() -> Sequence[bytes]:
    """A steward's TOML."""
    return [DESCRIPTION.encode()]


def consortia() -> Sequence[bytes]:
    """An operator's TOML."""
    return [(ROOT / "docs/samples/consortium.toml").read_bytes()]


def trust_files() -> Sequence[bytes]:
    """JSON."""
    return [format_trust(valley().trust).encode()]


def identities() -> Sequence[bytes]:
    """URIs."""
    return [b"spiffe://valley/north/node", b"spiffe://valley/north/person/analyst/ana"]


def errors() -> Sequence[bytes]:
    """What an error's metadata says, one pair a line."""
    error = RefusalError("E-SQL-030", cells=70_000, limit=65_536, line=1, position=2)
    error.record = "north#7"
    pairs = error_to_pairs(error)
    return ["\n".join(f"{name}={value}" for name, value in pairs).encode()]


def ciphertexts() -> Sequence[bytes]:
    """Of an owner."""
    return [c for values in honest_bundle().values for c in values.unsafe_open(Values).ciphertexts]


@cache
def _proofs() -> tuple[LogProof, ...]:
    return tuple(_found_proofs())


def _found_proofs() -> Iterator[LogProof]:
    for record in honest_bundle().records:
        if record.proof is not None:
            yield record.proof
