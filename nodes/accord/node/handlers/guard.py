"""The guard's part in a run: open the joint counts, decide, and hold the last key.

The guard adds the owners' signed ciphertexts itself, each checked against its owner's
final access record, and sends its mask only for a release record that is final.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from accord.domain import codec
from accord.domain.bundle import RecordEvidence
from accord.domain.contribution import Counts, Decision, GuardStatement, digest_of
from accord.domain.errors import RefusalError, RequestError, VerificationError
from accord.domain.question import Question
from accord.domain.record import RecordKind
from accord.domain.run import COUNTS, STATEMENT, VALUES, Asked, GuardEvidence, OwnerEvidence
from accord.domain.signed import Signed
from accord.ledger.signatures import verify_signed
from accord.node.handlers.asked import check_asked
from accord.node.handlers.evidence import EvidenceChecker
from accord.node.handlers.kept_tallies import KeptTallies
from accord.node.handlers.pair_keys import PairKeys
from accord.node.handlers.run_records import check_not_cancelled
from accord.node.handlers.sealed import open_counts, open_question
from accord.node.member import Member
from accord.node.policy import check_plan, check_roster
from accord.node.runs import GUARD, GuardRun
from accord.node.store import repository
from accord.node.store.repository import StoredRun
from accord.privacy.parameters import SEED_BYTES
from accord.privacy.tally.context import context_of
from accord.privacy.tally.encryption import Secrets
from accord.privacy.tally.guard import GuardTally


@dataclass(frozen=True, slots=True)
class _Opened:
    """What one owner has said of its part; ``minimum`` is its grant's."""

    data_version: bytes
    counts: Counts
    minimum: int


@dataclass(frozen=True, slots=True)
class Guard:
    """Handlers of RunService.Decide and RunService.SendMask."""

    member: Member
    pair_keys: PairKeys
    evidence: EvidenceChecker
    kept: KeptTallies = field(default_factory=KeptTallies)

    def decide(
        self, caller: str, run_id: bytes, sealed: bytes, contributions: Sequence[OwnerEvidence]
    ) -> GuardEvidence:
        """One decision per run; the same contributions get the same bytes again."""
        asked = open_question(self.member.keys.sealing, sealed, run_id)
        with self.member.refusals_recorded(run_id, caller, {"question": asked.question.digest}):
            now = self.member.clock.now()
            question = check_asked(asked, self.member.cards, caller, run_id, now)
            self._check_going_on(run_id, caller)
            run = self._kept(run_id, asked, contributions)
            if run is None:
                self._check(question, asked, now)
                run = self._decide(asked, question, contributions)
        statement = codec.decode(Signed, run.statement)
        return GuardEvidence(statement, self.member.evidence_at(run.record))

    def send_mask(
        self,
        caller: str,
        run_id: bytes,
        release: RecordEvidence,
        contributed: Sequence[RecordEvidence],
    ) -> Signed:
        """Our mask of the value round, once the release record is final."""
        with self.member.database.read() as session:
            stored = repository.find_run(session, run_id, GUARD)
        if stored is None:
            raise RequestError("E-RUN-011", run=run_id.hex())
        run = codec.decode(GuardRun, stored.body)
        question = codec.decode(Question, run.asked.question.body)
        if caller != question.requester:  # before anything is recorded: others cannot fill the log
            raise RequestError("E-RUN-011", run=run_id.hex())
        statement = codec.decode(Signed, run.statement).unsafe_open(GuardStatement)
        fields = {"question": run.asked.question.digest}
        with self.member.refusals_recorded(run_id, caller, fields):
            self._check_going_on(run_id, question.requester)
            named = self._contributed(question, statement.decision, contributed)
            named[question.guard] = statement.mask
            self._check_release(question, statement.decision, named, release)
            tally = self.kept.take(statement) or self._tally(
                run.asked, question, run.seed, statement.decision
            )
            values = tally.mask(statement)
        return self.member.sign(VALUES, values)

    def _check_going_on(self, run_id: bytes, requester: str) -> None:
        with self.member.database.read() as session:
            check_not_cancelled(session, run_id, requester)

    def _check(self, question: Question, asked: Asked, now: datetime) -> None:
        check_roster(question, asked.table, tuple(self.member.cards.values()), now)
        check_plan(question, asked.table)
        if question.guard != self.member.name or question.dry_run:
            raise VerificationError("E-RUN-012", member=question.requester, thing="guard")

    def _kept(
        self, run_id: bytes, asked: Asked, contributions: Sequence[OwnerEvidence]
    ) -> GuardRun | None:
        with self.member.database.read() as session:
            stored = repository.find_run(session, run_id, GUARD)
        if stored is None:
            return None
        if stored.question != asked.question.digest:
            raise RefusalError("E-RUN-008")
        run = codec.decode(GuardRun, stored.body)
        if run.contributions != codec.digest("contributions", _entries(contributions)):
            raise RefusalError("E-RUN-009")
        return run

    def _decide(
        self, asked: Asked, question: Question, contributions: Sequence[OwnerEvidence]
    ) -> GuardRun:
        if tuple(given.owner for given in contributions) != question.owners:
            raise VerificationError("E-RUN-012", member=question.requester, thing="roster")
        opened = {given.owner: self._open(given, asked, question) for given in contributions}
        _check_minimum(question, [own.minimum for own in opened.values()])
        versions = {owner: own.data_version for owner, own in opened.items()}
        counts = {owner: own.counts for owner, own in opened.items()}
        counts.pop(question.requester, None)  # its own rows never count towards a minimum
        seed = self.member.random_bytes(SEED_BYTES)
        tally = self._tally(asked, question, seed)
        verdict = tally.decide(counts, versions)
        self.kept.keep(verdict.statement, tally)
        signed = self.member.sign(STATEMENT, verdict.statement)
        fields = {
            "question": asked.question.digest,
            "statement": signed.digest,
            "reasons": codec.encode(verdict.reasons),
        }
        entries = codec.digest("contributions", _entries(contributions))
        with self.member.database.write() as session:
            check_not_cancelled(session, question.run_id, question.requester)
            if repository.find_run(session, question.run_id, GUARD):
                raise RefusalError("E-RUN-009")  # a second call was faster
            record = self.member.append(session, RecordKind.GUARD, fields, question)
            run = GuardRun(asked, seed, entries, codec.encode(signed), record.leaf_index)
            now, digest = self.member.clock.now(), asked.question.digest
            body = codec.encode(run)
            stored = StoredRun(question.run_id, GUARD, digest, "decided", body, now)
            repository.save_run(session, stored)
        return run

    def _open(self, given: OwnerEvidence, asked: Asked, question: Question) -> _Opened:
        """What one owner says, checked against its signed records; the access one is final."""
        owner, digest = given.owner, asked.question.digest
        accept = self.evidence.open(given.accept, owner, RecordKind.ACCEPT, question.run_id)
        access, _ = self.evidence.open_final(
            given.access, owner, RecordKind.ACCESS, question.run_id
        )
        if (accept["question"], access["question"]) != (digest, digest):
            raise VerificationError("E-RUN-012", member=owner, thing="question")
        signed = open_counts(self.member.keys.sealing, given.sealed_counts, question.run_id)
        verify_signed(signed, self.member.cards[owner].record_key, COUNTS)
        counts = codec.decode(Counts, signed.body)
        named = (signed.signer, counts.owner, digest_of(counts.ciphertexts))
        if named != (self.member.uri(owner), owner, access["counts"]):
            raise VerificationError("E-RUN-012", member=owner, thing="counts")
        minimum = codec.decode(int, accept["minimum"])
        return _Opened(access["data_version"], counts, minimum)

    def _contributed(
        self, question: Question, decision: Decision, contributed: Sequence[RecordEvidence]
    ) -> dict[str, bytes]:
        """What each owner has signed that it contributed; nothing else may be released."""
        named: dict[str, bytes] = {}
        for owner, record in _by_owner(question, contributed):
            kind, run_id = RecordKind.CONTRIBUTED, question.run_id
            fields = self.evidence.open(record, owner, kind, run_id)
            if (fields["question"], fields["decision"]) != (decision.question, decision.digest()):
                raise VerificationError("E-RUN-012", member=owner, thing="contributed record")
            named[owner] = fields["values"]
        return named

    def _check_release(
        self,
        question: Question,
        decision: Decision,
        named: dict[str, bytes],
        release: RecordEvidence,
    ) -> None:
        """The requester's final release record names exactly this run's ciphertexts."""
        requester, run_id = question.requester, question.run_id
        fields, _ = self.evidence.open_final(release, requester, RecordKind.RELEASE, run_id)
        released = (fields["question"], fields["decision"], fields["contributions"])
        if released != (decision.question, decision.digest(), codec.encode(named)):
            raise RefusalError("E-RUN-013")

    def _tally(
        self, asked: Asked, question: Question, seed: bytes, decided: Decision | None = None
    ) -> GuardTally:
        context = context_of(question, asked.question.digest)
        return GuardTally(
            context,
            self.member.keys.decryption,
            Secrets(seed, self.pair_keys.run_keys(context)),
            requester_key=self.member.encryption_key(question.requester),
            decided=decided,
            work=self.member.work,
        )


def _check_minimum(question: Question, minimums: Sequence[int]) -> None:
    """A requester that could choose the minimum could search for every count with it.

    Raises:
        VerificationError: E-RUN-018.
    """
    expected = max(minimums)
    if question.minimum != expected:
        raise VerificationError("E-RUN-018", minimum=question.minimum, expected=expected)


def _by_owner(
    question: Question, records: Sequence[RecordEvidence]
) -> Iterator[tuple[str, RecordEvidence]]:
    """Owners with their records.

    Raises:
        VerificationError: E-RUN-012; not one for each owner.
    """
    if len(records) != len(question.owners):
        raise VerificationError("E-RUN-012", member=question.requester, thing="records")
    yield from zip(question.owners, records, strict=True)


def _entries(contributions: Sequence[OwnerEvidence]) -> list[bytes]:
    # Not the proofs: a retry may carry a proof against a later head of the same log.
    return [given.access.entry for given in contributions]
