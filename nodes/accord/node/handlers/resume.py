"""Going on with a run that a crash or an absent member interrupted.

Same question, same roster: owners and guard answer with the bytes they have committed to,
and what has not been done yet is done now.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from accord.domain import codec
from accord.domain.errors import RefusalError, RequestError
from accord.domain.question import Question
from accord.domain.run import RunState
from accord.node.handlers.history import load_own_run
from accord.node.handlers.running import Runner
from accord.node.member import Member
from accord.node.runs import Begun
from accord.node.store import repository
from accord.wire.v1 import types_pb2 as wire


@dataclass(frozen=True, slots=True)
class Resume:
    """Handler of AnalystService.ResumeRun."""

    member: Member
    runner: Runner

    def __call__(self, analyst: str, run_id: bytes) -> Iterator[wire.Progress | bytes]:
        """Yield progress, last the sealed outcome.

        Raises:
            RequestError: E-RUN-011 no such run of this analyst; E-RUN-021 it has ended;
                E-RUN-022 it is under way.
            RefusalError: E-RUN-003 the question has expired; E-RUN-019 it was cancelled.
        """
        self.runner.record_ends()
        yield from self.runner.follow(self._take_up(analyst, run_id))

    def _take_up(self, analyst: str, run_id: bytes) -> Begun:
        with self.member.database.write() as session:
            stored, body = load_own_run(session, run_id, analyst)
            check_resumable(stored.state)
            begun = codec.decode(Begun, body.begun)
            expires = begun.question.unsafe_open(Question).expires
            if self.member.clock.now() >= expires:
                raise RefusalError("E-RUN-003", expired=codec.format_time(expires))
            repository.save_run(session, replace(stored, state=RunState.RUNNING))
        return begun


def check_resumable(state: str) -> None:
    """Only an interrupted run can be gone on with.

    Raises:
        RequestError: E-RUN-021, E-RUN-022.
        RefusalError: E-RUN-019.
    """
    match state:
        case RunState.INTERRUPTED:
            return
        case RunState.RUNNING:
            raise RequestError("E-RUN-022")
        case RunState.CANCELLED:
            raise RefusalError("E-RUN-019")
        case _:
            raise RequestError("E-RUN-021", state=state)
