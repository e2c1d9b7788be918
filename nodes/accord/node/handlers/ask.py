"""Asking: record the application, run it, keep the outcome, stream what happens."""

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import structlog

from accord.domain import codec
from accord.domain.bundle import LogProof
from accord.domain.card import PersonCard
from accord.domain.errors import AccordError, FaultError, RefusalError
from accord.domain.ids import Identity
from accord.domain.question import Question
from accord.domain.record import RecordKind
from accord.domain.run import APPLY, QUESTION, Asked, Outcome, RunState
from accord.domain.signed import Signed
from accord.node.handlers.bundling import make_bundle
from accord.node.handlers.coordinate import Coordinate
from accord.node.handlers.draft import Draft, Drafted, check_draft
from accord.node.handlers.people import check_person
from accord.node.handlers.sealed import seal_outcome
from accord.node.member import Member
from accord.node.progress import refused
from accord.node.runs import REQUESTER, RequesterRun
from accord.node.store import repository
from accord.node.store.repository import StoredRun
from accord.wire.v1 import types_pb2 as wire

_log = structlog.get_logger(__name__)
Message = wire.Progress | bytes | AccordError


@dataclass(frozen=True, slots=True)
class Ask:
    """Handler of AnalystService.Ask.

    Attributes:
        block_of: Number of the block that holds a final record's anchor.
    """

    member: Member
    draft: Draft
    coordinate: Coordinate
    block_of: Callable[[LogProof], int]

    def __call__(
        self, caller: Identity, signed: Signed, person_card: Signed
    ) -> Iterator[wire.Progress | bytes]:
        """Yield progress, last the sealed outcome.

        The run goes on in a thread of its own: an analyst who hangs up finds the outcome
        under ``accord runs``.
        """
        check_person(self.member, caller, person_card, signed, QUESTION)
        question = codec.decode(Question, signed.body)
        fields = {"question": signed.digest}
        with self.member.refusals_recorded(question.run_id, self.member.name, fields):
            drafted = self._check(caller, question)
            apply = self._apply(signed.digest, question)
        countersigned = self.member.signer.sign(APPLY, signed.body)
        application = self.member.evidence_at(apply)
        asked = Asked(signed, countersigned, person_card, drafted.table, application)
        messages: queue.Queue[Message | None] = queue.Queue()
        run = _Run(self, asked, drafted, question, apply, messages)
        threading.Thread(target=run.work, name="run", daemon=True).start()
        while (message := messages.get()) is not None:
            if isinstance(message, AccordError):
                raise message
            yield message

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

    def _apply(self, digest: bytes, question: Question) -> int:
        """The application record; a run id is taken once."""
        fields = {
            "question": digest,
            "sql": question.sql.encode(),
            "purpose": question.purpose.encode(),
        }
        body = RequesterRun(
            question.analyst,
            question.sql,
            question.purpose,
            codec.format_time(question.asked),
            b"",
        )
        with self.member.database.write() as session:
            if repository.find_run(session, question.run_id, REQUESTER):
                raise RefusalError("E-RUN-008")
            record = self.member.append(session, RecordKind.APPLY, fields, question)
            repository.save_run(session, self.stored(digest, question, RunState.RUNNING, body))
        return record.leaf_index

    def stored(
        self, digest: bytes, question: Question, state: RunState, body: RequesterRun
    ) -> StoredRun:
        """The requester's part as it is kept."""
        now, encoded = self.member.clock.now(), codec.encode(body)
        run_id, analyst = question.run_id, question.analyst
        return StoredRun(run_id, REQUESTER, digest, state, encoded, now, analyst)


@dataclass(slots=True)
class _Run:
    """One run in its thread; ``messages`` ends with None."""

    ask: Ask
    asked: Asked
    drafted: Drafted
    question: Question
    apply: int
    messages: "queue.Queue[Message | None]"
    steps: int = 0

    def work(self) -> None:
        """Run to the end; whatever happens, the state is kept and the listener told."""
        try:
            self._finish(self._outcome())
        except AccordError as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001 - the thread's last line of defence
            _log.error("run_failed", run=self.question.run_id.hex(), error=type(error).__name__)
            self._fail(FaultError("E-INT-001", detail=type(error).__name__))
        finally:
            self.messages.put(None)

    def _outcome(self) -> Outcome | None:
        opened = self.ask.coordinate(self.asked, self._report)
        if opened is None:
            return None
        member = self.ask.member
        bundle = make_bundle(member, self.asked, self.drafted, opened, self.apply)
        block = self.ask.block_of(member.gate.evidence(opened.release))
        return Outcome(self.question.run_id, codec.encode(bundle), block)

    def _finish(self, outcome: Outcome | None) -> None:
        if outcome is None:
            self._keep(RunState.DRY_RUN, b"")
            return
        person = codec.decode(PersonCard, self.asked.person_card.body)
        sealed = seal_outcome(outcome, person)
        self._keep(RunState.FINISHED, sealed)
        self.messages.put(sealed)

    def _fail(self, error: AccordError) -> None:
        """Record the end of the run at our side too, beside what the owners recorded."""
        member, question = self.ask.member, self.question
        fields = {"question": self.asked.question.digest, "code": error.code.encode()}
        with member.database.write() as session:
            record = member.append(session, RecordKind.ABORT, fields, question)
        if not error.record:
            error.record = member.place(record.leaf_index)
        refusal = error.kind in ("refusal", "request")
        self._report(refused(member.name, error))
        self._keep(RunState.REFUSED if refusal else RunState.FAILED, b"")
        self.messages.put(error)

    def _report(self, progress: wire.Progress) -> None:
        with self.ask.member.database.write() as session:
            number, self.steps = self.steps, self.steps + 1
            encoded = progress.SerializeToString(deterministic=True)
            repository.add_step(session, self.question.run_id, number, encoded)
        self.messages.put(progress)

    def _keep(self, state: RunState, sealed: bytes) -> None:
        member, question = self.ask.member, self.question
        with member.database.write() as session:
            stored = repository.find_run(session, question.run_id, REQUESTER)
            if stored is None:
                raise FaultError("E-INT-001", detail="a run without its application")
            body = replace(codec.decode(RequesterRun, stored.body), sealed_outcome=sealed)
            run = self.ask.stored(self.asked.question.digest, question, state, body)
            repository.save_run(session, replace(run, at=stored.at))
