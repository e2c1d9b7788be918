"""What the requester's node checks of other members' messages before it goes on.

Owners and guard check each other and need no help.  But who says one thing and signs
another should be named here, while nothing is released: found out by the guard, or by
whoever reads the bundle, it would look like the requester's own lie.
"""

import re
from dataclasses import dataclass

from accord.domain.contribution import Decision, Values, digest_of
from accord.domain.errors import VerificationError
from accord.domain.grant import GRANT_VERSION, Grant
from accord.domain.ids import Identity, PersonRole
from accord.domain.question import Question
from accord.domain.record import RecordKind
from accord.domain.run import GRANT, VALUES, GuardEvidence, OwnerEvidence, ValuesEvidence
from accord.domain.signed import Signed
from accord.domain.text import is_plain
from accord.ledger.signatures import verify_signed
from accord.node.cards import open_person_card
from accord.node.handlers.evidence import open_record
from accord.node.handlers.values import check_statement
from accord.node.member import Member
from accord.node.progress import step
from accord.node.runs import FoundGrant
from accord.wire.v1 import types_pb2 as wire


@dataclass(slots=True)
class OwnerSteps:
    """What one owner may tell of itself while it contributes: each step once, in order."""

    owner: str
    last: int = wire.STAGE_UNSPECIFIED

    def check(self, told: wire.Progress) -> wire.Progress:
        """The step, without anything else that the message holds.

        Raises:
            VerificationError: E-RUN-012; of another member, out of order, or no step of
                an owner.
        """
        own_place = re.fullmatch(rf"({re.escape(self.owner)}#[0-9]{{1,19}})?", told.record)
        in_order = self.last < told.stage <= wire.STAGE_SENT
        if told.member != self.owner or not own_place or not in_order:
            raise VerificationError("E-RUN-012", member=self.owner, thing="progress")
        self.last = told.stage
        return step(self.owner, told.stage, told.record)


def check_granted(found: FoundGrant, owner: str, member: Member) -> FoundGrant:
    """A steward of the owner signed this grant to us, in words that can be shown.

    Whether it covers a question is the owner's to say, and the nearest may come on purpose.

    Raises:
        RequestError: E-MSG-001; it does not decode.
        VerificationError: a signature (E-SIG), the steward's card (E-CRD-003), or E-RUN-012.
    """
    card = open_person_card(found.steward_card, member.cards[owner])
    verify_signed(found.signed, card.signing_key, GRANT)
    grant = found.signed.unsafe_open(Grant)
    steward = Identity(card.consortium, card.member, PersonRole.STEWARD, card.person)
    fits = (
        found.signed.signer == steward.uri
        and card.role == PersonRole.STEWARD
        and (grant.version, grant.owner, grant.to) == (GRANT_VERSION, owner, member.name)
        and grant.issued < card.until
        and is_plain(grant.purpose + grant.legal_basis)
    )
    if not fits:
        raise VerificationError("E-RUN-012", member=owner, thing="grant")
    return found


def check_contribution(evidence: OwnerEvidence, owner: str) -> OwnerEvidence:
    """The evidence, if it is about the owner that was asked; the rest is the guard's to check.

    Raises:
        VerificationError: E-RUN-012.
    """
    if evidence.owner != owner:
        raise VerificationError("E-RUN-012", member=owner, thing="evidence of another owner")
    return evidence


def check_decided(given: GuardEvidence, question: Question, member: Member) -> Decision:
    """The guard signed this decision, and has put this very statement on record.

    Raises:
        VerificationError: a signature (E-SIG), a disclosed field (E-REC-001), or E-RUN-012.
    """
    decision = check_statement(given.statement, question, member)
    fields = _recorded(given, question, question.guard, RecordKind.GUARD, member)
    if (fields["question"], fields["statement"]) != (decision.question, given.statement.digest):
        raise VerificationError("E-RUN-012", member=question.guard, thing="guard record")
    return decision


def check_contributed(
    given: ValuesEvidence, question: Question, decision: Decision, owner: str, member: Member
) -> None:
    """The owner signed these values, and has put these very ciphertexts on record.

    Raises:
        VerificationError: a signature (E-SIG), a disclosed field (E-REC-001), or E-RUN-012.
    """
    check_values(given.values, owner, member)
    fields = _recorded(given, question, owner, RecordKind.CONTRIBUTED, member)
    sent = digest_of(given.values.unsafe_open(Values).ciphertexts)
    recorded = (fields["question"], fields["decision"], fields["values"])
    if recorded != (decision.question, decision.digest(), sent):
        raise VerificationError("E-RUN-012", member=owner, thing="contributed record")


def check_values(signed: Signed, sender: str, member: Member) -> None:
    """The sender signed these values as its own.

    Raises:
        VerificationError: the signature (E-SIG), or E-RUN-012.
    """
    verify_signed(signed, member.cards[sender].record_key, VALUES)
    named = (signed.signer, signed.unsafe_open(Values).sender)
    if named != (member.uri(sender), sender):
        raise VerificationError("E-RUN-012", member=sender, thing="values")


def _recorded(
    given: GuardEvidence | ValuesEvidence,
    question: Question,
    sender: str,
    kind: RecordKind,
    member: Member,
) -> dict[str, bytes]:
    return open_record(given.record, member.cards[sender], kind, question.run_id)
