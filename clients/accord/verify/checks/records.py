"""Checks 6 and 7: everybody recorded what it did, in its own log."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from accord.domain import codec
from accord.domain.record import DISCLOSED, RecordKind, check_disclosed
from accord.ledger.checkpoint import open_checkpoint, origin_of
from accord.ledger.merkle import leaf_hash, verify_inclusion
from accord.ledger.records import open_entry
from accord.verify.evidence import Evidence, RecordItem
from accord.verify.expectation import Expectation

_expect = Expectation("E-VER-106")
_expect_log = Expectation("E-VER-107")

# What a record of each kind must at least commit to, for a later inspection.
_COMMITTED: Final[Mapping[RecordKind, frozenset[str]]] = {
    RecordKind.APPLY: frozenset({"question", "sql", "purpose"}),
    RecordKind.ACCEPT: frozenset({"question", "grant", "minimum"}),
    RecordKind.ACCESS: frozenset(
        {"question", "data_version", "extract", "seed", "pair_keys", "counts"}
    ),
    RecordKind.GUARD: frozenset({"question", "statement", "reasons"}),
    RecordKind.CONTRIBUTED: frozenset({"question", "decision", "values"}),
    RecordKind.RELEASE: frozenset({"question", "decision", "contributions"}),
}


def check_records(evidence: Evidence) -> None:
    """Check 6: exactly the records of one run, each signed by its member, about this question."""
    for item in evidence.records:
        _check_record(evidence, item)
    found, expected = Counter(item.key for item in evidence.records), _expected(evidence)
    for kind, member in sorted((expected - found) | (found - expected)):
        raise _expect.error(member, f"not_one_{kind}")
    for grant in evidence.grants:
        owner, minimum = grant.owner, codec.encode(grant.minimum)
        named = evidence.field(RecordKind.ACCEPT, owner, "grant")
        _expect(named == evidence.question.grants[owner], owner, "other_grant")
        applied = evidence.field(RecordKind.ACCEPT, owner, "minimum")
        _expect(applied == minimum, owner, "other_minimum")


def check_logs(evidence: Evidence) -> None:
    """Check 7: each record stands in its member's log, under a checkpoint that the log signed.

    Only records that nobody waits for may come without: the guard's, and contributed.
    """
    for item in evidence.records:
        proof, card = item.evidence.proof, evidence.card(item.record.member)
        if proof is None:
            optional = item.record.kind in (RecordKind.GUARD, RecordKind.CONTRIBUTED)
            _expect_log(optional, card.member, f"unproven_{item.record.kind}")
            continue
        _expect_log(item.record.index == proof.leaf_index, card.member, "leaf")
        origin = origin_of(card.consortium, card.member)
        checkpoint = open_checkpoint(proof.checkpoint, origin, card.log_key)
        leaf = leaf_hash(item.evidence.entry)
        verify_inclusion(leaf, proof.leaf_index, checkpoint.size, proof.hashes, checkpoint.root)


def _expected(evidence: Evidence) -> Counter[tuple[RecordKind, str]]:
    question = evidence.question
    by_requester, by_owner = (
        (RecordKind.APPLY, RecordKind.RELEASE),
        (RecordKind.ACCEPT, RecordKind.ACCESS, RecordKind.CONTRIBUTED),
    )
    return Counter(
        [(kind, question.requester) for kind in by_requester]
        + [(kind, owner) for owner in question.owners for kind in by_owner]
        + [(RecordKind.GUARD, question.guard)]
    )


def _check_record(evidence: Evidence, item: RecordItem) -> None:
    record = item.record
    open_entry(item.evidence.entry, evidence.card(record.member))
    _expect(record.kind in _COMMITTED, record.member, "kind")
    _expect(_COMMITTED[record.kind] <= record.commitments.keys(), record.member, "commitments")
    said = (record.run_id, record.requester)
    question = evidence.question
    _expect(said == (question.run_id, question.requester), record.member, "other_run")
    disclosed = set(item.evidence.disclosed) == set(DISCLOSED[record.kind])
    _expect(disclosed, record.member, "disclosed")
    for name, disclosure in item.evidence.disclosed.items():
        check_disclosed(record, name, disclosure)
    about = item.evidence.disclosed["question"].value
    _expect(about == evidence.digest, record.member, "other_question")
