"""The requester's node: fan out, add, release, and fetch the guard's mask.

Coordinating gives no power: owners and guard check everything themselves, and what this
node adds up stays noise until its release record is final and the guard's mask is here.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from accord.domain import codec
from accord.domain.bundle import RecordEvidence
from accord.domain.contribution import GuardStatement, Values
from accord.domain.errors import AccordError, RefusalError, VerificationError
from accord.domain.question import Question
from accord.domain.record import RecordKind
from accord.domain.run import Asked, GuardEvidence, OwnerEvidence, ValuesEvidence
from accord.domain.signed import Signed
from accord.ledger.reading import read_fields
from accord.ledger.store.log_store import SqlLogStore
from accord.node.handlers.evidence import EvidenceChecker
from accord.node.handlers.received import (
    OwnerSteps,
    check_contributed,
    check_contribution,
    check_decided,
    check_values,
)
from accord.node.handlers.run_records import check_not_cancelled, find_record
from accord.node.handlers.sealed import seal_question
from accord.node.member import Member
from accord.node.peers import Peers
from accord.node.progress import refused, step
from accord.node.store.repository import Session
from accord.privacy.tally.context import context_of
from accord.privacy.tally.requester import Partial, RequesterTally
from accord.wire.v1 import types_pb2 as wire

Report = Callable[[wire.Progress], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opened:
    """Everything a bundle is made of that this run produced."""

    contributions: tuple[OwnerEvidence, ...]
    guard: GuardEvidence
    values: tuple[ValuesEvidence, ...]
    mask: Signed
    release: int
    tally: RequesterTally
    partial: Partial


@dataclass(frozen=True, slots=True)
class Coordinate:
    """One run, from the signed question to the guard's mask."""

    member: Member
    peers: Peers
    evidence: EvidenceChecker

    def __call__(self, asked: Asked, report: Report) -> Opened | None:
        """Run it; None after a dry run.

        Raises:
            AccordError: the first refusal or failure, after every owner has been heard.
        """
        question = codec.decode(Question, asked.question.body)
        contributions = self._contribute(asked, question, report)
        if question.dry_run:
            return None
        self._check_going_on(question)
        with _reporting(question.guard, report):
            guard = self._decide(asked, question, contributions)
        self._check_going_on(question)
        report(step(question.guard, wire.STAGE_DECIDED))
        values = self._values(question, guard.statement, report)
        statement = guard.statement.unsafe_open(GuardStatement)
        context = context_of(question, asked.question.digest)
        tally = RequesterTally(context, self.member.keys.decryption, self.member.work)
        partial = tally.add(
            {owner: given.values.unsafe_open(Values) for owner, given in values.items()}, statement
        )
        for owner in question.owners:
            report(step(owner, wire.STAGE_ADDED))
        release = self._release(asked, question, statement, partial)
        mask = self._mask(question, release, values, report)
        given = tuple(values.values())
        opened = Opened(contributions, guard, given, mask, release, tally, partial)
        return self._with_proofs(question, opened)

    def _contribute(
        self, asked: Asked, question: Question, report: Report
    ) -> tuple[OwnerEvidence, ...]:
        def ask(owner: str) -> OwnerEvidence | None:
            sealed = seal_question(asked, question.run_id, self.member.cards[owner])
            evidence, steps = None, OwnerSteps(owner)
            for message in self.peers.contribute(owner, question.run_id, sealed):
                if isinstance(message, OwnerEvidence):
                    evidence = check_contribution(message, owner)
                else:
                    report(steps.check(message))
            return evidence

        heard = self._everyone(question.owners, ask, report)
        given = tuple(evidence for evidence in heard.values() if evidence)
        if len(given) != len(question.owners) and not question.dry_run:
            raise VerificationError("E-RUN-012", member=question.owners[0], thing="no evidence")
        return given

    def _decide(
        self, asked: Asked, question: Question, contributions: tuple[OwnerEvidence, ...]
    ) -> GuardEvidence:
        guard = question.guard
        sealed = seal_question(asked, question.run_id, self.member.cards[guard])
        given = self.peers.decide(guard, question.run_id, sealed, contributions)
        if not any(check_decided(given, question, self.member).allowed):
            raise RefusalError("E-RUN-014")
        return given

    def _values(
        self, question: Question, statement: Signed, report: Report
    ) -> Mapping[str, ValuesEvidence]:
        decision = statement.unsafe_open(GuardStatement).decision

        def ask(owner: str) -> ValuesEvidence:
            given = self.peers.send_values(owner, question.run_id, statement)
            check_contributed(given, question, decision, owner, self.member)
            return given

        return self._everyone(question.owners, ask, report)

    def _release(
        self, asked: Asked, question: Question, statement: GuardStatement, partial: Partial
    ) -> int:
        """Append the release record, once however often the run is resumed; wait for it."""
        fields = {
            "question": asked.question.digest,
            "decision": statement.decision.digest(),
            "contributions": codec.encode(partial.digests),
        }
        with self.member.database.write() as session:
            check_not_cancelled(session, question.run_id, self.member.name)
            leaf_index = self._released(session, question, fields)
            if leaf_index is None:
                record = self.member.append(session, RecordKind.RELEASE, fields, question)
                leaf_index = record.leaf_index
        self.member.gate.wait_final(leaf_index, self.member.anchor_timeout_s)
        return leaf_index

    def _released(
        self, session: Session, question: Question, fields: Mapping[str, bytes]
    ) -> int | None:
        """The release record of an earlier attempt, which named the same ciphertexts."""
        leaf = find_record(session, question.run_id, RecordKind.RELEASE)
        if leaf is None:
            return None
        if read_fields(SqlLogStore(session), leaf.leaf_index) != fields:
            raise VerificationError("E-RUN-012", member=question.guard, thing="release record")
        return leaf.leaf_index

    def _check_going_on(self, question: Question) -> None:
        with self.member.database.read() as session:
            check_not_cancelled(session, question.run_id, self.member.name)

    def _mask(
        self,
        question: Question,
        release: int,
        values: Mapping[str, ValuesEvidence],
        report: Report,
    ) -> Signed:
        evidence = self.member.evidence_at(release)
        contributed = [values[owner].record for owner in question.owners]
        with _reporting(question.guard, report):
            mask = self.peers.send_mask(question.guard, question.run_id, evidence, contributed)
            check_values(mask, question.guard, self.member)
        for member in (*question.owners, question.guard):
            report(step(member, wire.STAGE_RELEASED))
        return mask

    def _with_proofs(self, question: Question, opened: Opened) -> Opened:
        """Ask for the records again: they come with proofs, as they are anchored by now.

        The answer is released already: a member that is away by now, or shows another record
        than before, takes nothing from it.
        """

        def prove(item: tuple[str, RecordKind, RecordEvidence]) -> RecordEvidence:
            member, kind, known = item
            with suppress(AccordError):
                shown = self.peers.fetch_proof(member, question.run_id, kind)
                self.evidence.open_final(shown, member, kind, question.run_id)
                if (shown.entry, shown.disclosed) == (known.entry, known.disclosed):
                    return shown
            return known

        items = [
            (owner, RecordKind.CONTRIBUTED, given.record)
            for owner, given in zip(question.owners, opened.values, strict=True)
        ]
        items.append((question.guard, RecordKind.GUARD, opened.guard.record))
        with ThreadPoolExecutor(len(items), "proofs") as pool:
            *contributed, decided = pool.map(prove, items)
        pairs = zip(opened.values, contributed, strict=True)
        return replace(
            opened,
            values=tuple(replace(given, record=record) for given, record in pairs),
            guard=replace(opened.guard, record=decided),
        )

    def _everyone(
        self, owners: tuple[str, ...], ask: Callable[[str], T], report: Report
    ) -> dict[str, T]:
        """Ask all owners at once; hear every one of them before the first error counts."""

        def safely(owner: str) -> T | AccordError:
            try:
                return ask(owner)
            except AccordError as error:
                report(refused(owner, error))
                return error

        with ThreadPoolExecutor(len(owners), "owners") as pool:
            answers = dict(zip(owners, pool.map(safely, owners), strict=True))
        errors = [answer for answer in answers.values() if isinstance(answer, AccordError)]
        for error in sorted(errors, key=lambda error: error.kind == "unavailable"):
            raise error  # who refuses ends the run; who is away may be asked again
        return {owner: a for owner, a in answers.items() if not isinstance(a, AccordError)}


@contextmanager
def _reporting(member: str, report: Report) -> Iterator[None]:
    """Report an error of ``member`` as its refusal, then let it through."""
    try:
        yield
    except AccordError as error:
        report(refused(member, error))
        raise
