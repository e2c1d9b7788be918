"""An owner's first part in a run: check, measure, record, wait for the anchor, send counts.

Order is the promise: the accept record makes the `AccessPermit` that measuring needs,
and the access record, once final, makes the `SendPermit` without which nothing leaves.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from accord.domain import codec
from accord.domain.errors import AccordError, FaultError, RefusalError
from accord.domain.question import Question
from accord.domain.record import RecordKind
from accord.domain.run import COUNTS, Asked, OwnerEvidence
from accord.domain.signed import Signed
from accord.ledger.permits import AccessPermit
from accord.node.handlers.asked import check_asked
from accord.node.handlers.owner_tally import OwnerTallies
from accord.node.handlers.run_records import check_not_cancelled, find_record
from accord.node.handlers.sealed import open_question, seal_counts
from accord.node.member import Member
from accord.node.policy import check_question, check_standing
from accord.node.progress import step
from accord.node.runs import ACCEPTED, OWNER, OwnerAccepted, OwnerRun
from accord.node.sources.port import DataSource
from accord.node.store import repository
from accord.node.store.repository import (
    Session,
    StoredFinding,
    StoredGrant,
    StoredOffer,
    StoredRun,
)
from accord.privacy.parameters import SEED_BYTES
from accord.query.plan import Plan
from accord.wire.v1 import types_pb2 as wire


@dataclass(frozen=True, slots=True)
class Accepted:
    """A question this owner has accepted, before it measures."""

    asked: Asked
    question: Question
    plan: Plan
    offer: StoredOffer
    grant: StoredGrant
    permit: AccessPermit


@dataclass(frozen=True, slots=True)
class Contribute:
    """Handler of RunService.Contribute."""

    member: Member
    tallies: OwnerTallies
    open_source: Callable[[StoredOffer], DataSource]

    def __call__(
        self, caller: str, run_id: bytes, sealed: bytes
    ) -> Iterator[wire.Progress | OwnerEvidence]:
        """Yield the steps, last the evidence; a refusal is recorded and raised."""
        asked = open_question(self.member.keys.sealing, sealed, run_id)
        with self.member.refusals_recorded(run_id, caller, {"question": asked.question.digest}):
            now = self.member.clock.now()
            question = check_asked(asked, self.member.cards, caller, run_id, now)
            kept = self._kept(run_id, asked, question)
            if isinstance(kept, OwnerRun):
                yield from self._send(kept)
            elif question.dry_run:
                yield self._dry_run(asked, question)
            else:
                yield from self._run(kept or self._accept(asked, question), question)

    def _run(
        self, accepted: Accepted, question: Question
    ) -> Iterator[wire.Progress | OwnerEvidence]:
        place = self.member.place
        yield step(self.member.name, wire.STAGE_GRANTED, place(accepted.permit.leaf_index))
        run = self._measure(accepted)
        yield step(self.member.name, wire.STAGE_MEASURED)
        run = self._record(run, question)
        yield step(self.member.name, wire.STAGE_RECORDED, place(run.access))
        yield from self._send(run)

    def _kept(self, run_id: bytes, asked: Asked, question: Question) -> OwnerRun | Accepted | None:
        """How far this very question came here before; None if it is new.

        Raises:
            RefusalError: E-RUN-003 it has expired, E-RUN-008 the run id was used otherwise,
                E-RUN-019 it was cancelled, E-RUN-023 other rows are published by now.
        """
        with self.member.database.read() as session:
            check_not_cancelled(session, run_id, question.requester)
            stored = repository.find_run(session, run_id, OWNER)
            if stored is None:
                self.member.check_anchoring()
                return None
            if stored.question != asked.question.digest:
                raise RefusalError("E-RUN-008")
            if self.member.clock.now() >= question.expires:
                raise RefusalError("E-RUN-003", expired=codec.format_time(question.expires))
            if stored.state != ACCEPTED:
                return codec.decode(OwnerRun, stored.body)
            return self._take_up(session, codec.decode(OwnerAccepted, stored.body), question)

    def _take_up(self, session: Session, kept: OwnerAccepted, question: Question) -> Accepted:
        """A run that was interrupted before it was measured, under the record it has."""
        self.member.check_anchoring()
        plan = codec.decode(Plan, question.plan)
        offer = repository.find_offer(session, plan.table)
        grant = repository.find_grant(session, kept.grant)
        leaf = find_record(session, question.run_id, RecordKind.ACCEPT)
        if offer is None or offer.offer.data_version != kept.data_version:
            raise RefusalError("E-RUN-023", owner=self.member.name)
        if leaf is None or grant is None:
            raise FaultError("E-INT-001", detail="an accepted run without record or grant")
        used = grant.runs_used - 1  # this run is one of them
        check_standing(replace(grant, runs_used=used), self.member.clock.now())
        permit = self.member.gate.access_permit(leaf.leaf_index)
        return Accepted(kept.asked, question, plan, offer, grant, permit)

    def _accept(self, asked: Asked, question: Question) -> Accepted:
        """Check and record in one transaction; only the committed record gives the permit."""
        with self.member.database.write() as session:
            check_not_cancelled(session, question.run_id, question.requester)
            if repository.find_run(session, question.run_id, OWNER):
                raise RefusalError("E-RUN-008")  # a second call was faster
            offer, grant, plan = self._check(session, asked, question)
            fields = {
                "question": asked.question.digest,
                "grant": grant.signed.digest,
                "minimum": codec.encode(grant.grant.minimum),
            }
            record = self.member.append(session, RecordKind.ACCEPT, fields, question)
            repository.use_grant(session, question.run_id, grant.signed.digest)
            roster = codec.digest("owners", question.owners)
            repository.mark_answered(session, offer.offer.data_version, roster)
            kept = OwnerAccepted(asked, grant.signed.digest, offer.offer.data_version)
            self._save(session, asked, ACCEPTED, codec.encode(kept))
        permit = self.member.gate.access_permit(record.leaf_index)
        return Accepted(asked, question, plan, offer, grant, permit)

    def _dry_run(self, asked: Asked, question: Question) -> wire.Progress:
        with self.member.database.write() as session:
            self._check(session, asked, question)
            fields = {"question": asked.question.digest, "verdict": b"would accept"}
            record = self.member.append(session, RecordKind.DRY_RUN, fields, question)
        return step(self.member.name, wire.STAGE_GRANTED, self.member.place(record.leaf_index))

    def _check(
        self, session: Session, asked: Asked, question: Question
    ) -> tuple[StoredOffer, StoredGrant, Plan]:
        """The same checks for dry run and run (`accord.node.policy`)."""
        offer = repository.find_offer(session, asked.table.name)
        if offer is None:
            raise RefusalError("E-NOD-001", table=asked.table.name)
        digest = question.grants.get(self.member.name, b"")
        grant = repository.find_grant(session, digest) if digest else None
        cards = tuple(self.member.cards.values())
        now = self.member.clock.now()
        plan, checked = check_question(question, offer.offer.table, cards, grant, now)
        known = repository.answered_roster(session, offer.offer.data_version)
        if known not in (None, codec.digest("owners", question.owners)):
            raise RefusalError("E-RUN-010", owner=self.member.name)
        return offer, checked, plan

    def _measure(self, accepted: Accepted) -> OwnerRun:
        """Aggregate at the source; what went wrong stays here as a finding, in detail."""
        try:
            extract = self.open_source(accepted.offer).measure(
                accepted.plan,
                accepted.permit,
                table=accepted.offer.offer.table,
                expected=accepted.offer.content_digest,
            )
        except AccordError as error:
            finding = StoredFinding(
                at=self.member.clock.now(),
                table=accepted.plan.table,
                code=error.code,
                text=error.detail,
                run_id=accepted.question.run_id,
            )
            with self.member.database.write() as session:
                repository.add_finding(session, finding)
            raise
        return OwnerRun(
            asked=accepted.asked,
            extract=extract,
            seed=self.member.random_bytes(SEED_BYTES),
            data_version=accepted.offer.offer.data_version,
            single_source=accepted.grant.grant.single_source,
            accept=accepted.permit.leaf_index,
            access=-1,
            counts=b"",
            statement=b"",
            values=b"",
            contributed=-1,
        )

    def _record(self, run: OwnerRun, question: Question) -> OwnerRun:
        """Append the access record with the commitments and keep what they commit to.

        Where two calls have measured at once, what the faster one committed to stands.
        """
        tally = self.tallies.of(run)
        counts = codec.encode(self.member.sign(COUNTS, tally.counts()))
        fields = {
            "question": run.asked.question.digest,
            "data_version": run.data_version,
            **tally.commitments(),
        }
        with self.member.database.write() as session:
            check_not_cancelled(session, question.run_id, question.requester)
            stored = repository.find_run(session, question.run_id, OWNER)
            if stored is not None and stored.state != ACCEPTED:
                return codec.decode(OwnerRun, stored.body)
            record = self.member.append(session, RecordKind.ACCESS, fields, question)
            run = replace(run, access=record.leaf_index, counts=counts)
            self._save(session, run.asked, "recorded", codec.encode(run))
        return run

    def _send(self, run: OwnerRun) -> Iterator[wire.Progress | OwnerEvidence]:
        question = codec.decode(Question, run.asked.question.body)
        permit = self.member.gate.send_permit(run.access, self.member.anchor_timeout_s)
        with self.member.database.read() as session:
            check_not_cancelled(session, question.run_id, question.requester)
        place = self.member.place(run.access)
        yield step(self.member.name, wire.STAGE_ANCHORED, place)
        counts, guard = codec.decode(Signed, run.counts), self.member.cards[question.guard]
        sealed = seal_counts(counts, question.run_id, permit, guard)
        yield step(self.member.name, wire.STAGE_SENT)
        accept, access = map(self.member.evidence_at, (run.accept, run.access))
        yield OwnerEvidence(self.member.name, accept, access, sealed)

    def _save(self, session: Session, asked: Asked, state: str, body: bytes) -> None:
        question = codec.decode(Question, asked.question.body)
        now = self.member.clock.now()
        run = StoredRun(question.run_id, OWNER, asked.question.digest, state, body, now)
        repository.save_run(session, run)
