"""Consents to inspections: given by this owner's people, kept in its log, told to other owners."""

from dataclasses import dataclass

from accord.domain import codec
from accord.domain.errors import RequestError
from accord.domain.ids import Identity, MemberRole
from accord.domain.inspection import CONSENT, INSPECTION_VERSION, Consent
from accord.domain.question import Question
from accord.domain.record import RecordKind
from accord.domain.signed import Signed
from accord.ledger.reading import read_fields
from accord.ledger.store.log_store import SqlLogStore
from accord.node.handlers.history import shown
from accord.node.handlers.people import check_person
from accord.node.member import Member
from accord.node.runs import ACCEPTED, OWNER, OwnerAccepted, OwnerRun
from accord.node.store import repository
from accord.node.store.repository import Session, StoredRun
from accord.query.plan import Plan
from accord.wire.v1 import audit_pb2 as wire


@dataclass(frozen=True, slots=True)
class Consents:
    """Handlers of AuditService.ListAnswered and Consent, and InspectionService.ListConsents."""

    member: Member

    def give(self, caller: Identity, run_id: bytes, signed: Signed, person_card: Signed) -> str:
        """Record a consent that the calling person has signed; returns its record.

        Raises:
            RequestError: E-AUD-005; it is none that could ever be used.
        """
        check_person(self.member, caller, person_card, signed, CONSENT)
        consent = codec.decode(Consent, signed.body)
        with self.member.database.write() as session:
            stored = repository.find_run(session, run_id, OWNER)
            answered = stored is not None and stored.state != ACCEPTED
            self._check(consent, run_id, answered=answered)
            if stored is None:
                raise RequestError("E-RUN-011", run=run_id.hex())
            fields = {
                "question": stored.question,
                "consent": codec.encode(signed),
                "person_card": codec.encode(person_card),
            }
            record = self.member.append(session, RecordKind.CONSENT, fields, question_of(stored))
        return self.member.place(record.leaf_index)

    def told_to(self, caller: str, run_id: bytes) -> tuple[Signed, ...]:
        """What another owner of the run must know before it consents to any more.

        Raises:
            RequestError: E-RUN-011; the caller is no owner of that run.
        """
        with self.member.database.read() as session:
            stored = repository.find_run(session, run_id, OWNER)
            if stored is None:
                return ()
            if caller not in question_of(stored).owners:
                raise RequestError("E-RUN-011", run=run_id.hex())
            return find_consents(session, run_id)

    def answered(self, limit: int) -> list[wire.AnsweredRun]:
        """Runs that this member has answered as an owner, newest first."""
        most = shown(limit)
        with self.member.database.read() as session:
            kept = repository.list_runs(session, OWNER, "", most)
            return [_answered(session, run) for run in kept]

    def _check(self, consent: Consent, run_id: bytes, *, answered: bool) -> None:
        card = self.member.cards.get(consent.to)
        rules = [
            ("this member has not answered that run", answered),
            ("it names another run", consent.run_id == run_id),
            (f"the owner is {self.member.name}", consent.owner == self.member.name),
            (
                f"--to {consent.to} is no auditor",
                card is not None and MemberRole.AUDITOR in card.roles,
            ),
            ("--until is past", consent.until > self.member.clock.now()),
            ("its version is unknown", consent.version == INSPECTION_VERSION),
        ]
        for thing, holds in rules:
            if not holds:
                raise RequestError("E-AUD-005", thing=thing)


def find_consents(session: Session, run_id: bytes) -> tuple[Signed, ...]:
    """All consents that this owner has recorded for a run."""
    store = SqlLogStore(session)
    leaves = [leaf for leaf in store.leaves_of_run(run_id) if leaf.kind is RecordKind.CONSENT]
    fields = (read_fields(store, leaf.leaf_index) for leaf in leaves)
    return tuple(codec.decode(Signed, each["consent"]) for each in fields)


def question_of(stored: StoredRun) -> Question:
    """The question of an owner's part."""
    kind: type[OwnerAccepted | OwnerRun] = OwnerAccepted if stored.state == ACCEPTED else OwnerRun
    return codec.decode(Question, codec.decode(kind, stored.body).asked.question.body)


def _answered(session: Session, stored: StoredRun) -> wire.AnsweredRun:
    question = question_of(stored)
    return wire.AnsweredRun(
        run_id=stored.run_id,
        requester=question.requester,
        table=codec.decode(Plan, question.plan).table,
        purpose=question.purpose,
        asked=codec.format_time(question.asked),
        state=stored.state,
        consents=[codec.encode(consent) for consent in find_consents(session, stored.run_id)],
    )
