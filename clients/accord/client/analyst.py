"""Calls of analysts: questions and their runs."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from accord.client.calls import CALL_S, Calls, header_of
from accord.client.drafts import check_draft, check_outcome
from accord.client.progress import ProgressCallback, Step, ignore_progress, run_out, step_from_wire
from accord.client.summaries import Cancelled, Run, RunDetail, run_from_wire, steps_from_wire
from accord.domain import codec
from accord.domain.bundle import Bundle
from accord.domain.errors import UnavailableError, VerificationError
from accord.domain.question import Question
from accord.domain.run import OUTCOME, QUESTION, Outcome, sealing_context
from accord.domain.signed import Signed
from accord.privacy.sealing import open_sealed
from accord.wire.v1 import person_pb2 as wire
from accord.wire.v1.person_pb2_grpc import AnalystServiceStub

DRAFT_S: Final = 60.0  # every owner is asked for its grant
ASK_S: Final = 900.0  # two anchor rounds and the encryption of every owner
CANCEL_S: Final = 60.0  # owners and guard are told


@dataclass(frozen=True, slots=True)
class Finished:
    """A question that has run its course.

    Attributes:
        steps: All progress, in the order it came.
        outcome: As the node sealed it; None for a dry run.
        bundle: Decoded, not verified: see `accord.verify`; None for a dry run.
    """

    question: Question
    steps: tuple[Step, ...]
    outcome: Outcome | None
    bundle: Bundle | None


class AnalystCalls(Calls):
    """What an analyst asks of the own node."""

    def draft(self, sql: str, purpose: str, *, dry_run: bool = False) -> Question:
        """Have the node compile a question; nothing is signed or computed.

        Raises:
            RequestError: The question is not one we answer, and why.
            VerificationError: E-CLI-001; the node's draft is not what was asked.
        """
        request = wire.DraftRequest(header=header_of(), sql=sql, purpose=purpose, dry_run=dry_run)
        answer = self._remote.call(self._analyst.Draft, request, DRAFT_S)
        draft = codec.decode(Question, answer.question)
        check_draft(
            draft,
            sql=sql,
            purpose=purpose,
            dry_run=dry_run,
            analyst=self.profile.identity,
            now=self._clock.now(),
        )
        return draft

    def ask(
        self,
        sql: str,
        purpose: str,
        *,
        dry_run: bool = False,
        progress: ProgressCallback = ignore_progress,
    ) -> Finished:
        """Draft a question, sign it and run it; see `run_question`."""
        return self.run_question(self.draft(sql, purpose, dry_run=dry_run), progress)

    def run_question(
        self, question: Question, progress: ProgressCallback = ignore_progress
    ) -> Finished:
        """Sign a draft and run it to its end; errors are those of `follow`."""
        return run_out(self.follow(question), progress)

    def follow(self, question: Question) -> Generator[Step, None, Finished]:
        """Sign a draft and run it: yields every step as it comes, returns the end.

        Closing the generator early cancels the call; what the run has recorded stays.

        Raises:
            RefusalError: A member refused; the record stands in the error.
            UnavailableError: A member or the ledger is away; asking again works.
            VerificationError: Evidence of this run does not hold.
        """
        signed = self.profile.signer.sign(QUESTION, codec.encode(question))
        request = wire.AskRequest(
            header=header_of(question.run_id),
            question=codec.encode(signed),
            person_card=codec.encode(self.profile.card),
        )
        return (yield from self._follow(self._analyst.Ask, request, signed))

    def resume(self, run_id: bytes, progress: ProgressCallback = ignore_progress) -> Finished:
        """Go on with an interrupted run, to its end; errors are those of `follow_resumed`."""
        return run_out(self.follow_resumed(self.show_run(run_id)), progress)

    def follow_resumed(self, detail: RunDetail) -> Generator[Step, None, Finished]:
        """Go on with an interrupted run: same question, roster and committed bytes.

        Raises:
            RefusalError: E-RUN-003 the question has expired, E-RUN-019 it was cancelled,
                E-RUN-023 an owner has published other rows; or a member refused.
            RequestError: E-RUN-021 it has ended, E-RUN-022 it is under way.
            VerificationError: E-CLI-001; the node shows a question that was not signed here.
            UnavailableError: A member or the ledger is still away; resuming again works.
        """
        signed = self.question_of(detail)
        request = wire.ResumeRunRequest(header=header_of(detail.run.run_id))
        return (yield from self._follow(self._analyst.ResumeRun, request, signed))

    def cancel(self, run_id: bytes) -> Cancelled:
        """End a run that is not released, for good.

        Raises:
            RequestError: E-RUN-011 there is no such run, E-RUN-021 it has ended.
            RefusalError: E-RUN-019 it was cancelled before, E-RUN-020 it is released.
        """
        request = wire.CancelRunRequest(header=header_of(run_id))
        answer = self._remote.call(self._analyst.CancelRun, request, CANCEL_S)
        return Cancelled(answer.record, tuple(answer.told), tuple(answer.missed))

    def question_of(self, detail: RunDetail) -> Signed:
        """The question of a run as this person signed it.

        Raises:
            VerificationError: E-CLI-001; the node shows another one.
        """
        signed, member = codec.decode(Signed, detail.question), self.profile.identity.member
        question = codec.decode(Question, signed.body)
        again = self.profile.signer.sign(QUESTION, signed.body)  # Ed25519 is deterministic
        if signed != again or question.run_id != detail.run.run_id:
            raise VerificationError("E-CLI-001", thing="question", member=member)
        return signed

    def _follow(
        self, method: Any, request: object, signed: Signed
    ) -> Generator[Step, None, Finished]:
        question = signed.unsafe_open(Question)
        steps: list[Step] = []
        sealed = b""
        answer: wire.AskResponse | wire.ResumeRunResponse
        stream: Any = self._remote.stream(method, request, ASK_S)  # a generator, said to iterate
        with closing(stream) as answers:
            for answer in answers:
                step = step_from_wire(answer.progress) if answer.HasField("progress") else None
                if step is not None:
                    steps.append(step)
                    yield step
                sealed = answer.sealed_outcome or sealed
        if question.dry_run:
            return Finished(question, tuple(steps), None, None)
        member = self.profile.identity.member
        if not sealed:
            raise UnavailableError("E-CLI-007", member=member)
        outcome = self._unseal(question.run_id, sealed)
        bundle = check_outcome(outcome, signed, question.run_id, member)
        return Finished(question, tuple(steps), outcome, bundle)

    def runs(self, limit: int = 50) -> tuple[Run, ...]:
        """The analyst's runs, newest first; ``limit`` from 1 to 1000."""
        request = wire.ListRunsRequest(header=header_of(), limit=limit)
        answer = self._remote.call(self._analyst.ListRuns, request, CALL_S)
        return tuple(run_from_wire(run) for run in answer.runs)

    def show_run(self, run_id: bytes) -> RunDetail:
        """One run with its steps and, if finished, its bundle.

        Raises:
            RequestError: E-RUN-011; there is no such run.
        """
        request = wire.ShowRunRequest(header=header_of(run_id))
        answer = self._remote.call(self._analyst.ShowRun, request, CALL_S)
        run, steps = run_from_wire(answer.summary), steps_from_wire(answer)
        if not answer.sealed_outcome:
            return RunDetail(run, steps, b"", 0, answer.question)
        outcome = self._unseal(run_id, answer.sealed_outcome)
        return RunDetail(run, steps, outcome.bundle, outcome.released_in_block, answer.question)

    def _unseal(self, run_id: bytes, sealed: bytes) -> Outcome:
        data = open_sealed(self.profile.sealing, sealed, sealing_context(OUTCOME, run_id))
        return codec.decode(Outcome, data)

    @property
    def _analyst(self) -> AnalystServiceStub:
        return AnalystServiceStub(self._remote.channel)
