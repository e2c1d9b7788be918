"""The SDK: one person's view of the node of their own member.

    with Client.open(load_profile(folder), clock) as client:
        finished = client.ask("SELECT COUNT(*) FROM income", "pension review 2026")
        print(finished.bundle.answer.rows)

Everything a person signs is signed here: the node never holds a person's key.
"""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import grpc

from accord.client.drafts import check_draft, check_outcome
from accord.client.grants import Terms, make_grant
from accord.client.profile import Profile
from accord.client.progress import ProgressCallback, Step, ignore_progress, step_from_wire
from accord.client.summaries import (
    GrantState,
    Health,
    Published,
    Run,
    RunDetail,
    TableState,
    grant_from_wire,
    health_from_wire,
    run_from_wire,
    steps_from_wire,
    table_from_wire,
)
from accord.client.transport import connect
from accord.domain import codec
from accord.domain.bundle import Bundle
from accord.domain.calls import Remote
from accord.domain.errors import RequestError, UnavailableError
from accord.domain.grant import Grant
from accord.domain.ids import PROTOCOL_VERSION, RUN_ID_BYTES
from accord.domain.ports import Clock
from accord.domain.question import Question
from accord.domain.run import GRANT, OUTCOME, QUESTION, REVOKE, Outcome, sealing_context
from accord.privacy.sealing import open_sealed
from accord.query.refinement import Quantile, may_ask_quantile
from accord.wire.v1 import person_pb2 as wire
from accord.wire.v1 import types_pb2
from accord.wire.v1.person_pb2_grpc import AnalystServiceStub, StatusServiceStub, StewardServiceStub

CALL_S: Final = 30.0
DRAFT_S: Final = 60.0  # every owner is asked for its grant
ASK_S: Final = 900.0  # two anchor rounds and the encryption of every owner
PUBLISH_S: Final = 900.0  # the whole data version is examined


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


class Client:
    """Calls for one person; use as a context manager."""

    def __init__(self, profile: Profile, remote: Remote[grpc.Channel], clock: Clock) -> None:
        self.profile = profile
        self._remote, self._clock = remote, clock
        self._analyst = AnalystServiceStub(remote.channel)
        self._steward = StewardServiceStub(remote.channel)
        self._status = StatusServiceStub(remote.channel)

    @classmethod
    def open(cls, profile: Profile, clock: Clock) -> "Client":
        """A client for the node that ``profile`` names; connects at the first call."""
        return cls(profile, connect(profile), clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._remote.channel.close()

    def draft(self, sql: str, purpose: str, *, dry_run: bool = False) -> Question:
        """Have the node compile a question; nothing is signed or computed.

        Raises:
            RequestError: The question is not one we answer, and why.
            VerificationError: E-CLI-001; the node's draft is not what was asked.
        """
        request = wire.DraftRequest(header=_header(), sql=sql, purpose=purpose, dry_run=dry_run)
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

    def quantile(self, sql: str) -> Quantile | None:
        """The median or quantile that a question asks for; None if it asks for none.

        Raises:
            AccordError: E-SQL-nnn; it asks for one that cannot be refined.
        """
        if not may_ask_quantile(sql):
            return None
        from accord.query.quantile import parse_quantile  # noqa: PLC0415 - sqlglot is large

        tables = {state.table.name: state.table for state in self.tables()}
        return parse_quantile(sql, tables)

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
        with closing(self.follow(question)) as following:
            while True:
                try:
                    step = next(following)
                except StopIteration as end:
                    finished: Finished = end.value
                    return finished
                progress(step)

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
            header=_header(question.run_id),
            question=codec.encode(signed),
            person_card=codec.encode(self.profile.card),
        )
        steps: list[Step] = []
        sealed = b""
        method: Any = self._analyst.Ask  # the stubs call its iterator an iterable
        answer: wire.AskResponse
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
        request = wire.ListRunsRequest(header=_header(), limit=limit)
        answer = self._remote.call(self._analyst.ListRuns, request, CALL_S)
        return tuple(run_from_wire(run) for run in answer.runs)

    def show_run(self, run_id: bytes) -> RunDetail:
        """One run with its steps and, if finished, its bundle.

        Raises:
            RequestError: E-RUN-011; there is no such run.
        """
        request = wire.ShowRunRequest(header=_header(run_id))
        answer = self._remote.call(self._analyst.ShowRun, request, CALL_S)
        run, steps = run_from_wire(answer.summary), steps_from_wire(answer)
        if not answer.sealed_outcome:
            return RunDetail(run, steps, b"", 0)
        outcome = self._unseal(run_id, answer.sealed_outcome)
        return RunDetail(run, steps, outcome.bundle, outcome.released_in_block)

    def publish(self, description: Path) -> Published:
        """Publish a part under its description; relative paths in it start from its folder.

        Raises:
            RequestError: E-CLI-002 it cannot be read; else what is wrong with it or its data.
        """
        try:
            text = description.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problem = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise RequestError("E-CLI-002", file=str(description), problem=problem) from None
        folder = str(description.resolve().parent)
        request = wire.PublishRequest(header=_header(), description=text, folder=folder)
        answer = self._remote.call(self._steward.Publish, request, PUBLISH_S)
        return Published(answer.table, answer.rows, answer.epoch, answer.record)

    def grant(self, terms: Terms, grant_id: bytes) -> tuple[Grant, str]:
        """Sign and register a grant; returns it and its record.

        Args:
            terms: What is allowed.
            grant_id: 16 random bytes.

        Raises:
            RequestError: The terms name something that does not exist.
        """
        grant = make_grant(terms, self.profile.identity.member, grant_id, self._clock.now())
        signed = self.profile.signer.sign(GRANT, codec.encode(grant))
        request = wire.GrantRequest(
            header=_header(),
            grant=codec.encode(signed),
            person_card=codec.encode(self.profile.card),
        )
        answer = self._remote.call(self._steward.Grant, request, CALL_S)
        return grant, answer.record

    def grants(self) -> tuple[GrantState, ...]:
        """All grants of this member."""
        request = wire.ListGrantsRequest(header=_header())
        answer = self._remote.call(self._steward.ListGrants, request, CALL_S)
        return tuple(grant_from_wire(grant) for grant in answer.grants)

    def revoke(self, grant_id: bytes) -> str:
        """End a grant for good; returns the record."""
        signed = self.profile.signer.sign(REVOKE, codec.encode(grant_id))
        request = wire.RevokeRequest(
            header=_header(),
            revocation=codec.encode(signed),
            person_card=codec.encode(self.profile.card),
        )
        return self._remote.call(self._steward.Revoke, request, CALL_S).record

    def tables(self) -> tuple[TableState, ...]:
        """Tables of the consortium as the node sees them."""
        request = wire.ListTablesRequest(header=_header())
        answer = self._remote.call(self._status.ListTables, request, CALL_S)
        return tuple(table_from_wire(table) for table in answer.tables)

    def status(self) -> Health:
        """Health of the node, its ledger and its peers."""
        request = wire.StatusRequest(header=_header())
        return health_from_wire(self._remote.call(self._status.Status, request, CALL_S))

    def _unseal(self, run_id: bytes, sealed: bytes) -> Outcome:
        data = open_sealed(self.profile.sealing, sealed, sealing_context(OUTCOME, run_id))
        return codec.decode(Outcome, data)


def _header(run_id: bytes = b"") -> types_pb2.Header:
    if len(run_id) not in (0, RUN_ID_BYTES):
        raise ValueError("a run id has 16 bytes")
    return types_pb2.Header(run_id=run_id, protocol_version=PROTOCOL_VERSION)
