"""Tables of one member's node, beside the log's own tables in the same database.

Log and business rows share one metadata, so that a record and the change it describes
are written by one transaction.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accord.ledger.store.models import Base, QuotedText, UtcDateTime


class OfferRow(Base):
    """A table part that this member publishes; one row per table name, newest epoch.

    ``description`` (its text) and ``folder`` (where it stands) are private.
    """

    __tablename__ = "offer"

    name: Mapped[str] = mapped_column(primary_key=True)
    signed: Mapped[bytes] = mapped_column(LargeBinary)
    description: Mapped[str]
    folder: Mapped[str]
    content_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    rows: Mapped[int]
    epoch: Mapped[int]


class GrantRow(Base):
    """A signed grant with its steward's card; never deleted, only revoked."""

    __tablename__ = "access_grant"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    grant_id: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    to: Mapped[str] = mapped_column("to_member", index=True)
    table: Mapped[str] = mapped_column("table_name", index=True)
    signed: Mapped[bytes] = mapped_column(LargeBinary)
    steward_card: Mapped[bytes] = mapped_column(LargeBinary)
    revoked: Mapped[bool] = mapped_column(default=False)


class GrantUseRow(Base):
    """One run served under a grant; the count of these rows is what max_runs bounds."""

    __tablename__ = "grant_use"

    run_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    grant: Mapped[bytes] = mapped_column(
        "grant_digest", ForeignKey("access_grant.digest"), index=True
    )


class RunRow(Base):
    """This member's part in one run; ``body`` is the canonical CBOR of that part's state."""

    __tablename__ = "run"

    run_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)  # requester, owner or guard
    question: Mapped[bytes] = mapped_column(LargeBinary(32))
    state: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    person: Mapped[str] = mapped_column(default="", index=True)


class StepRow(Base):
    """One line of progress of a run that this member coordinates."""

    __tablename__ = "step"
    __table_args__ = (UniqueConstraint("run_id", "number", name="step_number_is_unique"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[bytes] = mapped_column(LargeBinary(16), index=True)
    number: Mapped[int]
    progress: Mapped[bytes] = mapped_column(LargeBinary)


class PairKeyRow(Base):
    """The pair secret with one peer; bound to both member cards."""

    __tablename__ = "pair_key"

    peer: Mapped[str] = mapped_column(primary_key=True)
    cards: Mapped[bytes] = mapped_column(LargeBinary(32))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    kem_ciphertext: Mapped[bytes] = mapped_column(LargeBinary)


class AnsweredRow(Base):
    """Rows that have been answered, and under which roster."""

    __tablename__ = "answered"

    data_version: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    roster: Mapped[bytes] = mapped_column(LargeBinary(32))


class FindingRow(Base):
    """Something this member's stewards should know; never leaves the member."""

    __tablename__ = "finding"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    table: Mapped[str] = mapped_column("table_name")
    code: Mapped[str]
    text: Mapped[str] = mapped_column(QuotedText)
    run_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))


class SecretRow(Base):
    """A secret of this node that no other member may know; never leaves."""

    __tablename__ = "secret"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary(32))
