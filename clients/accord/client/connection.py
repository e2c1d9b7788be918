"""`connect`: questions from Python, for one person.

with connect("lab/alder/amir") as accord:
    result = accord.ask("SELECT COUNT(*) FROM sites", purpose="energy benchmark 2026")
"""

import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, overload

from accord.client.client import Client, Finished
from accord.client.profile import choose_profile, load_profile
from accord.client.progress import Step
from accord.client.quantiles import refine
from accord.client.result import DryRun, Result
from accord.domain import codec
from accord.domain.errors import AccordError, RefusalError, RequestError
from accord.domain.ports import Clock
from accord.domain.question import Question
from accord.query.plan import Plan


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Aware UTC time."""
        return datetime.now(UTC)


def connect(
    profile: Path | str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    clock: Clock | None = None,
) -> "Connection":
    """Act for one person; nothing is sent before the first question.

    Args:
        profile: The person's folder, like ``lab/alder/amir``; without one that which
            ``ACCORD_PROFILE`` names.
        environ: Where that is looked up; this process's environment if not given.
        clock: This machine's if not given.

    Raises:
        RequestError: E-CFG-013 nobody is named; E-CFG-014 and others, the profile is unusable.
    """
    option = None if profile is None else Path(profile)
    folder = choose_profile(option, os.environ if environ is None else environ)
    return Connection(Client.open(load_profile(folder), clock or SystemClock()))


class Connection:
    """Questions of one person to the node of their own member; use as a context manager.

    Attributes:
        client: Everything else a person can do: list, cancel, publish, grant, revoke.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

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
        self.client.close()

    @overload
    def ask(
        self,
        sql: str,
        *,
        purpose: str,
        dry_run: Literal[False] = False,
        precision: Decimal | int = 0,
    ) -> Result: ...
    @overload
    def ask(
        self, sql: str, *, purpose: str, dry_run: Literal[True], precision: Decimal | int = 0
    ) -> DryRun: ...
    @overload
    def ask(
        self, sql: str, *, purpose: str, dry_run: bool, precision: Decimal | int = 0
    ) -> Result | DryRun: ...
    def ask(
        self, sql: str, *, purpose: str, dry_run: bool = False, precision: Decimal | int = 0
    ) -> Result | DryRun:
        """Ask one question and wait for its end.

        The result is **not verified**: see `accord.client.result.Result`.

        Args:
            sql: One SELECT over one table.
            purpose: What the answer is for, in the words of the grant.
            dry_run: Only ask whether it may run; a refusal is then part of the result.
            precision: For MEDIAN and QUANTILE_CONT, which take several questions and return
                a `QuantileResult`: the error that is small enough, in the column's unit.

        Raises:
            RequestError: The question or its purpose is malformed, and how.
            RefusalError: It is not a question we answer, or a member refused; in that case
                the record stands in the error.
            UnavailableError: A member or the ledger is away; asking again works.
            VerificationError: The outcome is not about the question that was signed.
        """
        for event in self.ask_iter(sql, purpose=purpose, dry_run=dry_run, precision=precision):
            if not isinstance(event, Step):
                return event
        raise AssertionError("ask_iter ends with a result or raises")

    @overload
    def ask_iter(
        self,
        sql: str,
        *,
        purpose: str,
        dry_run: Literal[False] = False,
        precision: Decimal | int = 0,
    ) -> Iterator[Step | Result]: ...
    @overload
    def ask_iter(
        self, sql: str, *, purpose: str, dry_run: Literal[True], precision: Decimal | int = 0
    ) -> Iterator[Step | DryRun]: ...
    @overload
    def ask_iter(
        self, sql: str, *, purpose: str, dry_run: bool, precision: Decimal | int = 0
    ) -> Iterator[Step | Result | DryRun]: ...
    def ask_iter(
        self, sql: str, *, purpose: str, dry_run: bool = False, precision: Decimal | int = 0
    ) -> Iterator[Step | Result | DryRun]:
        """Like `ask`, and yields every step of every member as it comes; the result is last.

        Nothing is asked before the first item is taken.  Leaving the loop early cancels the
        call; what has been recorded by then stays on record.
        """
        if not purpose.strip():
            raise RequestError("E-CLI-013")
        quantile = self.client.quantile(sql)
        if quantile is not None and not dry_run:
            yield (yield from refine(quantile, precision, partial(self._ask_one, purpose=purpose)))
            return
        asked = sql if quantile is None else quantile.count_sql
        question = self.client.draft(asked, purpose, dry_run=dry_run)
        steps: list[Step] = []
        try:
            finished = yield from _kept(self.client.follow(question), steps)
        except RefusalError as refusal:
            if not dry_run:
                raise
            yield _dry_run(question, steps, refusal)
        else:
            yield _dry_run(question, steps, None) if dry_run else result_of(finished)

    def _ask_one(self, sql: str, purpose: str) -> Generator[Step, None, Result]:
        question = self.client.draft(sql, purpose)
        with closing(self.client.follow(question)) as following:
            return result_of((yield from following))

    def resume(self, run_id: bytes) -> Result:
        """Go on with an interrupted run, from what was committed, and wait for its end.

        Args:
            run_id: 16 bytes, as in ``client.runs()``.

        Raises:
            RequestError, RefusalError: It cannot be resumed; see `Client.follow_resumed`.
            UnavailableError: A member or the ledger is still away.
        """
        return result_of(self.client.resume(run_id))


def _kept(
    following: Generator[Step, None, Finished], steps: list[Step]
) -> Generator[Step, None, Finished]:
    """The same generator; ``steps`` holds what has come even where it ends in an error."""
    with closing(following):
        while True:
            try:
                step = next(following)
            except StopIteration as end:
                finished: Finished = end.value
                return finished
            steps.append(step)
            yield step


def _dry_run(question: Question, steps: list[Step], refusal: RefusalError | None) -> DryRun:
    refused: dict[str, AccordError] = {
        step.member: step.refusal for step in steps if step.refusal is not None and not step.echoes
    }
    if refusal is not None and not refused:
        refused[question.requester] = refusal  # its own node did, before any owner was asked
    return DryRun(question, codec.decode(Plan, question.plan), refused, tuple(steps))


def result_of(finished: Finished) -> Result:
    """The result of a question that was run; its evidence is not verified."""
    outcome, bundle = finished.outcome, finished.bundle
    if outcome is None or bundle is None:
        raise AssertionError("only a dry run ends without an outcome")
    return Result(
        question=finished.question,
        answer=bundle.answer,
        bundle=outcome.bundle,
        block=outcome.released_in_block,
        steps=finished.steps,
        plan=codec.decode(Plan, finished.question.plan),
        table=bundle.table,
    )
