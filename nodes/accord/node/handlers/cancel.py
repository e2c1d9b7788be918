"""Ending a run before it is released: recorded here first, then owners and guard are told."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from accord.domain import codec
from accord.domain.errors import AccordError, RefusalError, RequestError
from accord.domain.ids import PROTOCOL_VERSION
from accord.domain.question import Question
from accord.domain.record import RecordKind
from accord.domain.run import CANCELLATION, Cancellation, RunState
from accord.node.handlers.history import load_own_run
from accord.node.handlers.run_records import find_abort, find_record
from accord.node.member import Member
from accord.node.peers import Peers
from accord.node.progress import refused
from accord.node.runs import Begun
from accord.node.store import repository
from accord.node.store.repository import Session, StoredRun


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What became of a cancellation.

    Attributes:
        told: Members that have recorded it.
        missed: Members that could not be reached; without the requester they do nothing more.
    """

    record: str
    told: tuple[str, ...]
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cancel:
    """Handler of AnalystService.CancelRun."""

    member: Member
    peers: Peers

    def __call__(self, analyst: str, run_id: bytes) -> Cancelled:
        """End the run for good.

        Raises:
            RequestError: E-RUN-011 no such run of this analyst; E-RUN-021 it has ended.
            RefusalError: E-RUN-019 it was cancelled before, E-RUN-020 it is released.
        """
        with self.member.database.write() as session:
            stored, body = load_own_run(session, run_id, analyst)
            self._check(session, stored)
            signed = codec.decode(Begun, body.begun).question
            question = signed.unsafe_open(Question)
            fields = {"question": signed.digest, "code": b"E-RUN-019"}
            record = self.member.append(session, RecordKind.ABORT, fields, question)
            place = self.member.place(record.leaf_index)
            step = refused(self.member.name, RefusalError("E-RUN-019", record=place))
            repository.add_step(session, run_id, step.SerializeToString(deterministic=True))
            repository.save_run(session, replace(stored, state=RunState.CANCELLED))
        return self._tell(question, Cancellation(PROTOCOL_VERSION, run_id, signed.digest), place)

    def _check(self, session: Session, stored: StoredRun) -> None:
        run_id, name = stored.run_id, self.member.name
        if stored.state == RunState.CANCELLED:
            abort = find_abort(session, run_id, name)
            place = self.member.place(abort.leaf_index) if abort else ""
            raise RefusalError("E-RUN-019", record=place)
        if find_record(session, run_id, RecordKind.RELEASE):
            raise RefusalError("E-RUN-020")
        if stored.state not in (RunState.RUNNING, RunState.INTERRUPTED):
            raise RequestError("E-RUN-021", state=stored.state)

    def _tell(self, question: Question, cancellation: Cancellation, place: str) -> Cancelled:
        signed = self.member.sign(CANCELLATION, cancellation)
        others = [m for m in (*question.owners, question.guard) if m != self.member.name]

        def tell(other: str) -> bool:
            try:
                self.peers.abort(other, question.run_id, signed)
            except AccordError:
                return False
            return True

        with ThreadPoolExecutor(len(others), "abort") as pool:
            told = dict(zip(others, pool.map(tell, others), strict=True))
        return Cancelled(
            place,
            tuple(member for member, heard in told.items() if heard),
            tuple(member for member, heard in told.items() if not heard),
        )
