"""Showing a record again: proofs come to be only when the ledger has taken the head."""

from dataclasses import dataclass
from typing import Final

from accord.domain.bundle import RecordEvidence
from accord.domain.errors import RequestError
from accord.domain.record import RecordKind
from accord.ledger.records import parse_entry
from accord.node.handlers.run_records import find_record
from accord.node.member import Member

# What a run does not wait for, and a bundle would rather hold with its proof.
_SHOWN: Final = (RecordKind.CONTRIBUTED, RecordKind.GUARD)


@dataclass(frozen=True, slots=True)
class FetchProof:
    """Handler of RunService.FetchProof."""

    member: Member

    def __call__(self, caller: str, run_id: bytes, kind: str) -> RecordEvidence:
        """The record with its proof if it is final; for the member whose run it is.

        Raises:
            RequestError: E-RUN-011; there is no such record of a run of ``caller``.
        """
        if kind in _SHOWN:
            with self.member.database.read() as session:
                leaf = find_record(session, run_id, RecordKind(kind))
            if leaf is not None and parse_entry(leaf.body)[1].requester == caller:
                return self.member.evidence_at(leaf.leaf_index)
        raise RequestError("E-RUN-011", run=run_id.hex())
