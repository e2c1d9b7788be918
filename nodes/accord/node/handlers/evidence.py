"""Checks on another member's records: signature, log, anchor, disclosed fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from accord.domain.bundle import RecordEvidence
from accord.domain.card import MemberCard
from accord.domain.errors import VerificationError
from accord.domain.record import DISCLOSED, Record, RecordKind, check_disclosed
from accord.ledger.evm.anchor_proof import AnchoredHead
from accord.ledger.records import open_entry
from accord.ledger.verify import verify_log_proof


@dataclass(frozen=True, slots=True)
class EvidenceChecker:
    """Opens record evidence of other members.

    Attributes:
        anchored: Turns the bytes of an anchor proof into the head that is on the chain.
    """

    cards: Mapping[str, MemberCard]
    anchored: Callable[[bytes], AnchoredHead]

    def open_final(
        self, evidence: RecordEvidence, member: str, kind: RecordKind, run_id: bytes
    ) -> tuple[dict[str, bytes], AnchoredHead]:
        """Disclosed fields of a record that is final on the ledger, and its head.

        Raises:
            VerificationError: the record is not final, another's, of another run or kind,
                or a field does not open.
        """
        fields = self.open(evidence, member, kind, run_id)
        if evidence.proof is None:
            raise VerificationError("E-RUN-012", member=member, thing=f"{kind} record not final")
        card = self.cards[member]
        return fields, verify_log_proof(evidence.entry, evidence.proof, card, self.anchored)

    def open(
        self, evidence: RecordEvidence, member: str, kind: RecordKind, run_id: bytes
    ) -> dict[str, bytes]:
        """Disclosed fields of a record, whether or not it is final yet."""
        return open_record(evidence, self.cards[member], kind, run_id)


def open_record(
    evidence: RecordEvidence, card: MemberCard, kind: RecordKind, run_id: bytes
) -> dict[str, bytes]:
    """Disclosed fields of a record that the member of ``card`` has signed.

    Raises:
        VerificationError: the signature (E-SIG), or E-RUN-012: of another kind or run, or
            it discloses other fields than its kind does.
    """
    record = open_entry(evidence.entry, card)
    if (record.kind, record.run_id) != (kind, run_id):
        raise VerificationError("E-RUN-012", member=card.member, thing=f"{kind} record")
    return _disclosed(record, evidence)


def _disclosed(record: Record, evidence: RecordEvidence) -> dict[str, bytes]:
    if set(evidence.disclosed) != set(DISCLOSED[record.kind]):
        raise VerificationError("E-RUN-012", member=record.member, thing="disclosed fields")
    return {
        name: check_disclosed(record, name, disclosure)
        for name, disclosure in evidence.disclosed.items()
    }
