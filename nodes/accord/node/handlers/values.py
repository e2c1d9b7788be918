"""An owner's second part in a run: the values of the cells that the guard allowed."""

from dataclasses import dataclass, replace

from accord.domain import codec
from accord.domain.contribution import Decision, GuardStatement, digest_of
from accord.domain.errors import RefusalError, RequestError, VerificationError
from accord.domain.question import Question
from accord.domain.record import RecordKind
from accord.domain.run import STATEMENT, VALUES, ValuesEvidence
from accord.domain.signed import Signed
from accord.ledger.signatures import verify_signed
from accord.node.handlers.owner_tally import OwnerTallies
from accord.node.handlers.run_records import check_not_cancelled
from accord.node.handlers.sealed import check_permit
from accord.node.member import Member
from accord.node.runs import ACCEPTED, OWNER, OwnerRun
from accord.node.store import repository
from accord.node.store.repository import Session, StoredRun


@dataclass(frozen=True, slots=True)
class SendValues:
    """Handler of RunService.SendValues."""

    member: Member
    tallies: OwnerTallies

    def __call__(self, caller: str, run_id: bytes, statement: Signed) -> ValuesEvidence:
        """Check the decision, record, and return the values; twice gives the same bytes."""
        run = self._load(run_id, caller)
        fields = {"question": run.asked.question.digest}
        with self.member.refusals_recorded(run_id, caller, fields):
            question = codec.decode(Question, run.asked.question.body)
            with self.member.database.read() as session:
                check_not_cancelled(session, run_id, caller)
            decision = check_statement(statement, question, self.member)
            encoded = codec.encode(statement)
            if run.statement not in (b"", encoded):
                raise RefusalError("E-RUN-009")
            permit = self.member.gate.send_permit(run.access, self.member.anchor_timeout_s)
            check_permit(permit, run_id)
            if not run.values:
                run = self._make(run, question, decision, encoded)
        values = codec.decode(Signed, run.values)
        return ValuesEvidence(values, self.member.evidence_at(run.contributed))

    def _load(self, run_id: bytes, caller: str) -> OwnerRun:
        with self.member.database.read() as session:
            stored = repository.find_run(session, run_id, OWNER)
        if stored is None or stored.state == ACCEPTED:
            raise RequestError("E-RUN-011", run=run_id.hex())
        run = codec.decode(OwnerRun, stored.body)
        if codec.decode(Question, run.asked.question.body).requester != caller:
            raise RequestError("E-RUN-011", run=run_id.hex())
        return run

    def _make(
        self, run: OwnerRun, question: Question, decision: Decision, statement: bytes
    ) -> OwnerRun:
        values = self.tallies.of(run).values(decision)
        signed = codec.encode(self.member.sign(VALUES, values))
        with self.member.database.write() as session:
            check_not_cancelled(session, question.run_id, question.requester)
            self._check_first(session, question.run_id)
            fields = {
                "question": run.asked.question.digest,
                "decision": decision.digest(),
                "values": digest_of(values.ciphertexts),
            }
            record = self.member.append(session, RecordKind.CONTRIBUTED, fields, question)
            run = replace(run, statement=statement, values=signed, contributed=record.leaf_index)
            now, digest = self.member.clock.now(), run.asked.question.digest
            body = codec.encode(run)
            stored = StoredRun(question.run_id, OWNER, digest, "contributed", body, now)
            repository.save_run(session, stored)
        return run

    def _check_first(self, session: Session, run_id: bytes) -> None:
        """Two calls at once: whoever commits first has answered, the other may ask again."""
        stored = repository.find_run(session, run_id, OWNER)
        if stored is None or stored.state != "recorded":
            raise RefusalError("E-RUN-009")


def check_statement(statement: Signed, question: Question, member: Member) -> Decision:
    """The guard of this question signed it, for this run.

    Raises:
        VerificationError: the signature (E-SIG), or E-RUN-012.
    """
    guard = question.guard
    verify_signed(statement, member.cards[guard].record_key, STATEMENT)
    decision = codec.decode(GuardStatement, statement.body).decision
    named = (statement.signer, decision.guard, decision.run_id, decision.minimum)
    if named != (member.uri(guard), guard, question.run_id, question.minimum):
        raise VerificationError("E-RUN-012", member=guard, thing="decision")
    return decision
