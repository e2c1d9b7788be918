"""Reads and writes of the node's own rows; every function takes the open transaction.

Rows never leave this module: callers get frozen values that outlive the transaction.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Session  # noqa: PLC0414 - handlers pass it on

from accord.domain import codec
from accord.domain.catalogue import Offer
from accord.domain.grant import Grant
from accord.domain.signed import Signed
from accord.node.store.models import (
    AnsweredRow,
    FindingRow,
    GrantRow,
    GrantUseRow,
    OfferRow,
    PairKeyRow,
    RunRow,
    SecretRow,
    StepRow,
)

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One part of a run; ``body`` is the canonical CBOR of a class of `accord.node.runs`.

    Attributes:
        person: The analyst, in the requester's part; else empty.
    """

    run_id: bytes
    part: str
    question: bytes
    state: str
    body: bytes
    at: datetime
    person: str = ""


@dataclass(frozen=True, slots=True)
class StoredOffer:
    """A part this member publishes, with its private source."""

    signed: Signed
    offer: Offer
    description: str
    folder: str
    content_digest: bytes
    rows: int


@dataclass(frozen=True, slots=True)
class StoredGrant:
    """A grant, its steward's card, and what has become of it."""

    signed: Signed
    grant: Grant
    steward_card: Signed
    revoked: bool
    runs_used: int


@dataclass(frozen=True, slots=True)
class StoredPairKey:
    """The secret shared with one peer, bound to both cards."""

    cards: bytes
    secret: bytes
    kem_ciphertext: bytes


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """What was wrong with this member's own data; never leaves the member.

    Attributes:
        text: In detail: file, rows, rows at fault by column.
        run_id: Run that came upon it; None before it was kept.
    """

    at: datetime
    table: str
    code: str
    text: str
    run_id: bytes | None


def save_run(session: Session, run: StoredRun) -> None:
    """Insert or replace one part of a run."""
    session.merge(
        RunRow(
            run_id=run.run_id,
            part=run.part,
            question=run.question,
            state=run.state,
            body=run.body,
            at=run.at,
            person=run.person,
        )
    )


def find_run(session: Session, run_id: bytes, part: str) -> StoredRun | None:
    """One part of a run, if this member has it."""
    row = session.get(RunRow, (run_id, part))
    return _run(row) if row else None


def list_runs(session: Session, part: str, person: str, limit: int) -> tuple[StoredRun, ...]:
    """One person's runs, newest first."""
    rows = select(RunRow).where(RunRow.part == part, RunRow.person == person)
    newest = rows.order_by(RunRow.at.desc()).limit(limit)
    return tuple(_run(row) for row in session.scalars(newest))


def list_runs_in(session: Session, part: str, state: str) -> tuple[StoredRun, ...]:
    """All runs in one state, oldest first."""
    rows = select(RunRow).where(RunRow.part == part, RunRow.state == state).order_by(RunRow.at)
    return tuple(_run(row) for row in session.scalars(rows))


def add_step(session: Session, run_id: bytes, progress: bytes) -> None:
    """Keep one line of progress."""
    steps = select(func.count()).select_from(StepRow).where(StepRow.run_id == run_id)
    number = session.scalar(steps) or 0
    session.add(StepRow(run_id=run_id, number=number, progress=progress))


def list_steps(session: Session, run_id: bytes) -> tuple[bytes, ...]:
    """All lines of progress in order."""
    rows = select(StepRow.progress).where(StepRow.run_id == run_id).order_by(StepRow.number)
    return tuple(session.scalars(rows))


def save_offer(session: Session, stored: StoredOffer) -> None:
    """Insert or replace this member's part of a table."""
    session.merge(
        OfferRow(
            name=stored.offer.table.name,
            signed=codec.encode(stored.signed),
            description=stored.description,
            folder=stored.folder,
            content_digest=stored.content_digest,
            rows=stored.rows,
            epoch=stored.offer.epoch,
        )
    )


def find_offer(session: Session, name: str) -> StoredOffer | None:
    """This member's part of the table ``name``."""
    row = session.get(OfferRow, name)
    return _offer(row) if row else None


def list_offers(session: Session) -> tuple[StoredOffer, ...]:
    """All parts this member publishes."""
    return tuple(_offer(row) for row in session.scalars(select(OfferRow).order_by(OfferRow.name)))


def save_grant(session: Session, signed: Signed, steward_card: Signed) -> None:
    """Register a grant."""
    grant = codec.decode(Grant, signed.body)
    session.add(
        GrantRow(
            digest=signed.digest,
            grant_id=grant.grant_id,
            to=grant.to,
            table=grant.table,
            signed=codec.encode(signed),
            steward_card=codec.encode(steward_card),
        )
    )


def list_grants(session: Session, to: str = "", table: str = "") -> tuple[StoredGrant, ...]:
    """Grants, optionally only those to one member, for one table."""
    rows = select(GrantRow).order_by(GrantRow.digest)
    rows = rows.where(GrantRow.to == to) if to else rows
    rows = rows.where(GrantRow.table == table) if table else rows
    return tuple(_grant(session, row) for row in session.scalars(rows))


def find_grant(session: Session, digest: bytes) -> StoredGrant | None:
    """The grant of that digest."""
    row = session.get(GrantRow, digest)
    return _grant(session, row) if row else None


def revoke_grant(session: Session, grant_id: bytes) -> StoredGrant | None:
    """Mark a grant revoked; returns it, or None if there is none of that id."""
    row = session.scalar(select(GrantRow).where(GrantRow.grant_id == grant_id))
    if row is None:
        return None
    row.revoked = True
    return _grant(session, row)


def use_grant(session: Session, run_id: bytes, grant: bytes) -> None:
    """Count one run against a grant."""
    session.add(GrantUseRow(run_id=run_id, grant=grant))


def find_pair_key(session: Session, peer: str) -> StoredPairKey | None:
    """The pair secret with ``peer``."""
    row = session.get(PairKeyRow, peer)
    return StoredPairKey(row.cards, row.secret, row.kem_ciphertext) if row else None


def save_pair_key(session: Session, peer: str, key: StoredPairKey) -> None:
    """Keep the pair secret with ``peer``; new cards replace the old secret."""
    session.merge(
        PairKeyRow(peer=peer, cards=key.cards, secret=key.secret, kem_ciphertext=key.kem_ciphertext)
    )


def answered_roster(session: Session, data_version: bytes) -> bytes | None:
    """Digest of the roster under which these rows were answered, if they were."""
    row = session.get(AnsweredRow, data_version)
    return row.roster if row else None


def mark_answered(session: Session, data_version: bytes, roster: bytes) -> None:
    """Bind these rows to one roster for good."""
    session.merge(AnsweredRow(data_version=data_version, roster=roster))


def add_finding(session: Session, finding: StoredFinding) -> None:
    """Leave a note for this member's own stewards."""
    session.add(
        FindingRow(
            at=finding.at,
            table=finding.table,
            code=finding.code,
            text=finding.text,
            run_id=finding.run_id,
        )
    )


def list_findings(session: Session, limit: int) -> tuple[StoredFinding, ...]:
    """Notes for the stewards, newest first."""
    newest = select(FindingRow).order_by(FindingRow.id.desc()).limit(limit)
    return tuple(
        StoredFinding(row.at, row.table, row.code, row.text, row.run_id)
        for row in session.scalars(newest)
    )


def secret(session: Session, name: str) -> bytes:
    """A 32-byte secret of this node, drawn when it is first asked for."""
    row = session.get(SecretRow, name)
    if row is None:
        row = SecretRow(name=name, value=secrets.token_bytes(_SECRET_BYTES))
        session.add(row)
    return row.value


def _run(row: RunRow) -> StoredRun:
    return StoredRun(row.run_id, row.part, row.question, row.state, row.body, row.at, row.person)


def _offer(row: OfferRow) -> StoredOffer:
    signed = codec.decode(Signed, row.signed)
    offer = codec.decode(Offer, signed.body)
    return StoredOffer(signed, offer, row.description, row.folder, row.content_digest, row.rows)


def _grant(session: Session, row: GrantRow) -> StoredGrant:
    used = select(func.count()).select_from(GrantUseRow).where(GrantUseRow.grant == row.digest)
    signed = codec.decode(Signed, row.signed)
    return StoredGrant(
        signed,
        codec.decode(Grant, signed.body),
        codec.decode(Signed, row.steward_card),
        row.revoked,
        session.scalar(used) or 0,
    )
