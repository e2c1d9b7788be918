"""Asking: check what the analyst signed, record the application, and run it."""

from collections.abc import Iterator
from dataclasses import dataclass

from accord.domain import codec
from accord.domain.errors import RefusalError
from accord.domain.ids import Identity
from accord.domain.question import Question
from accord.domain.record import RecordKind
from accord.domain.run import QUESTION, RunState
from accord.domain.signed import Signed
from accord.node.handlers.draft import Draft, Drafted, check_draft
from accord.node.handlers.people import check_person
from accord.node.handlers.running import Runner
from accord.node.member import Member
from accord.node.runs import REQUESTER, Begun, RequesterRun
from accord.node.store import repository
from accord.node.store.repository import StoredRun
from accord.wire.v1 import types_pb2 as wire


@dataclass(frozen=True, slots=True)
class Ask:
    """Handler of AnalystService.Ask."""

    member: Member
    draft: Draft
    runner: Runner

    def __call__(
        self, caller: Identity, signed: Signed, person_card: Signed
    ) -> Iterator[wire.Progress | bytes]:
        """Yield progress, last the sealed outcome."""
        check_person(self.member, caller, person_card, signed, QUESTION)
        question = codec.decode(Question, signed.body)
        fields = {"question": signed.digest}
        self.runner.record_ends()
        with self.member.refusals_recorded(question.run_id, self.member.name, fields):
            drafted = self._check(caller, question)
            begun = Begun(signed, person_card, drafted.table, drafted.grants)
            self._apply(begun, question)
        yield from self.runner.follow(begun)

    def _check(self, caller: Identity, question: Question) -> Drafted:
        drafted = self.draft.draft(
            caller.person,
            question.sql,
            question.purpose,
            question.run_id,
            dry_run=question.dry_run,
        )
        check_draft(question, drafted)
        return drafted

    def _apply(self, begun: Begun, question: Question) -> None:
        """The application record; a run id is taken once."""
        digest = begun.question.digest
        fields = {
            "question": digest,
            "sql": question.sql.encode(),
            "purpose": question.purpose.encode(),
        }
        with self.member.database.write() as session:
            if repository.find_run(session, question.run_id, REQUESTER):
                raise RefusalError("E-RUN-008")
            self.member.append(session, RecordKind.APPLY, fields, question)
            repository.save_run(session, self._stored(begun, question))

    def _stored(self, begun: Begun, question: Question) -> StoredRun:
        body = RequesterRun(
            analyst=question.analyst,
            sql=question.sql,
            purpose=question.purpose,
            asked=codec.format_time(question.asked),
            expires=codec.format_time(question.expires),
            begun=codec.encode(begun),
            sealed_outcome=b"",
        )
        return StoredRun(
            run_id=question.run_id,
            part=REQUESTER,
            question=begun.question.digest,
            state=RunState.RUNNING,
            body=codec.encode(body),
            at=self.member.clock.now(),
            person=question.analyst,
        )
