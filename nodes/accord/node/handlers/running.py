"""One run in a thread of its own, from its beginning or from where it was interrupted."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

import structlog

from accord.domain import codec
from accord.domain.bundle import LogProof
from accord.domain.card import PersonCard
from accord.domain.errors import AccordError, FaultError, RefusalError, UnavailableError
from accord.domain.question import Question
from accord.domain.record import RecordKind
from accord.domain.run import APPLY, Asked, Outcome, RunState
from accord.node.handlers.bundling import make_bundle
from accord.node.handlers.coordinate import Coordinate
from accord.node.handlers.run_records import find_abort, find_record
from accord.node.handlers.sealed import seal_outcome
from accord.node.member import Member
from accord.node.progress import refused
from accord.node.runs import REQUESTER, Begun, RequesterRun
from accord.node.store import repository
from accord.node.store.repository import Session, StoredRun
from accord.wire.v1 import types_pb2 as wire

_log = structlog.get_logger(__name__)
Message = wire.Progress | bytes | AccordError


@dataclass(frozen=True, slots=True)
class Runner:
    """Carries out runs whose application is recorded.

    Attributes:
        block_of: Number of the block that holds a final record's anchor.
        unrecorded: Runs that ended while our database was away, and how.
    """

    member: Member
    coordinate: Coordinate
    block_of: Callable[[LogProof], int]
    unrecorded: "queue.SimpleQueue[tuple[_Run, AccordError]]" = field(
        default_factory=queue.SimpleQueue
    )

    def follow(self, begun: Begun) -> Iterator[wire.Progress | bytes]:
        """Yield progress, last the sealed outcome.

        The run goes on in a thread of its own: an analyst who hangs up finds the outcome
        under ``accord runs``.
        """
        question = begun.question.unsafe_open(Question)
        with self.member.database.read() as session:
            applied = find_record(session, question.run_id, RecordKind.APPLY)
        if applied is None:
            raise FaultError("E-INT-001", detail="a run without its application")
        asked = self._asked(begun, applied.leaf_index)
        run = _Run(self, asked, begun, question, applied.leaf_index)
        threading.Thread(target=run.work, name="run", daemon=True).start()
        while (message := run.messages.get()) is not None:
            if isinstance(message, AccordError):
                raise message
            yield message

    def record_ends(self) -> None:
        """Record what could not be recorded when it happened."""
        for _ in range(self.unrecorded.qsize()):
            with suppress(queue.Empty):  # another thread was faster
                run, error = self.unrecorded.get_nowait()
                run.end(error)

    def _asked(self, begun: Begun, applied: int) -> Asked:
        return Asked(
            question=begun.question,
            countersignature=self.member.signer.sign(APPLY, begun.question.body),
            person_card=begun.person_card,
            table=begun.table,
            application=self.member.evidence_at(applied),
        )


@dataclass(frozen=True, slots=True)
class _Run:
    """One run in its thread; ``messages`` ends with None."""

    runner: Runner
    asked: Asked
    begun: Begun
    question: Question
    apply: int
    messages: "queue.Queue[Message | None]" = field(default_factory=queue.Queue)

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
        opened = self.runner.coordinate(self.asked, self._report)
        if opened is None:
            return None
        member = self.runner.member
        bundle = make_bundle(member, self.asked, self.begun.grants, opened, self.apply)
        block = self.runner.block_of(member.gate.evidence(opened.release))
        return Outcome(self.question.run_id, codec.encode(bundle), block)

    def _finish(self, outcome: Outcome | None) -> None:
        person = codec.decode(PersonCard, self.asked.person_card.body)
        sealed = seal_outcome(outcome, person) if outcome else b""
        with self.runner.member.database.write() as session:
            self._keep(session, RunState.FINISHED if outcome else RunState.DRY_RUN, sealed)
        if outcome:
            self.messages.put(sealed)

    def _fail(self, error: AccordError) -> None:
        error = self.end(error)
        self.messages.put(refused(self.runner.member.name, error))
        self.messages.put(error)

    def end(self, error: AccordError) -> AccordError:
        """Record the end of the run at our side too, beside what the owners recorded.

        Returns what is to be told.  While our own database is away, the record waits.
        """
        member, record = self.runner.member, error.record
        try:
            with member.database.write() as session:
                abort = find_abort(session, self.question.run_id, member.name)
                if abort is not None:  # the analyst was faster, whatever came of it
                    return RefusalError("E-RUN-019", record=member.place(abort.leaf_index))
                if self._stored(session).state == RunState.RUNNING:
                    self._record_end(session, error)  # else a commit was not heard of
        except UnavailableError:
            error.record = record  # ours has been rolled back
            self.runner.unrecorded.put((self, error))
        return error

    def _record_end(self, session: Session, error: AccordError) -> None:
        state = self._state_after(error)
        kind = RecordKind.INTERRUPT if state is RunState.INTERRUPTED else RecordKind.ABORT
        fields = {"question": self.asked.question.digest, "code": error.code.encode()}
        member = self.runner.member
        record = member.append(session, kind, fields, self.question)
        if not error.record:
            error.record = member.place(record.leaf_index)
        self._keep(session, state, b"")
        step = refused(member.name, error).SerializeToString(deterministic=True)
        repository.add_step(session, self.question.run_id, step)

    def _state_after(self, error: AccordError) -> RunState:
        if error.kind == "unavailable" and not self.question.dry_run:
            return RunState.INTERRUPTED
        refusal = error.kind in ("refusal", "request")
        return RunState.REFUSED if refusal else RunState.FAILED

    def _report(self, progress: wire.Progress) -> None:
        with self.runner.member.database.write() as session:
            encoded = progress.SerializeToString(deterministic=True)
            repository.add_step(session, self.question.run_id, encoded)
        self.messages.put(progress)

    def _keep(self, session: Session, state: RunState, sealed: bytes) -> None:
        stored = self._stored(session)
        body = replace(codec.decode(RequesterRun, stored.body), sealed_outcome=sealed)
        repository.save_run(session, replace(stored, state=state, body=codec.encode(body)))

    def _stored(self, session: Session) -> StoredRun:
        stored = repository.find_run(session, self.question.run_id, REQUESTER)
        if stored is None:
            raise FaultError("E-INT-001", detail="a run without its application")
        return stored
