"""Tables of the log and of its way to the chain.

``log_entry`` and ``log_node`` rows are inserted once and never updated or deleted;
``record_opening`` rows are deleted when a record's content is erased.  The node adds its
own tables to the same `Base`, so that one Alembic history covers one database.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in and out: SQLite forgets the zone, PostgreSQL answers in the session's."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; a naive time is a defect and fails."""
        del dialect
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Say that what was stored is UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class QuotedText(TypeDecorator[str]):
    """Text that quotes what others wrote; PostgreSQL stores no NUL, so none is stored."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Put the replacement character for what cannot be stored."""
        del dialect
        return None if value is None else value.replace("\0", "\N{REPLACEMENT CHARACTER}")


class Base(DeclarativeBase):
    """Base of all tables of one member's database."""

    metadata = MetaData(naming_convention=_NAMES)


class LogEntryRow(Base):
    """One leaf of the log, in log order.

    Which head covers a leaf is derived, never stored: the smallest final ``size`` greater
    than ``leaf_index``.
    """

    __tablename__ = "log_entry"
    __table_args__ = (
        CheckConstraint("leaf_index >= 0", name="leaf_index_is_natural"),
        CheckConstraint("length(leaf_hash) = 32", name="leaf_hash_is_sha256"),
        Index(None, "run_id"),
    )

    leaf_index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    body: Mapped[bytes] = mapped_column(LargeBinary)  # see `accord.ledger.records`
    kind: Mapped[str] = mapped_column(String(16))
    run_id: Mapped[bytes] = mapped_column(LargeBinary(16))
    sequenced_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RecordOpeningRow(Base):
    """What opens a record's commitments: its key and the values in clear."""

    __tablename__ = "record_opening"
    __table_args__ = (CheckConstraint("length(record_key) = 32", name="record_key_is_32_bytes"),)

    leaf_index: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("log_entry.leaf_index"), primary_key=True, autoincrement=False
    )
    record_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    fields: Mapped[bytes] = mapped_column(LargeBinary)  # canonical CBOR


class LogNodeRow(Base):
    """An inner node of the tree: a perfect subtree over two leaves or more.

    ``node_id`` is `accord.ledger.merkle.Node.id`.
    """

    __tablename__ = "log_node"
    __table_args__ = (CheckConstraint("length(hash) = 32", name="hash_is_sha256"),)

    node_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class LogTreeRow(Base):
    """The one row that says how large the log is; updating it is the log's lock."""

    __tablename__ = "log_tree"
    __table_args__ = (
        CheckConstraint("id = 1", name="there_is_one"),
        CheckConstraint("size >= 0", name="size_is_natural"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)
    frontier: Mapped[bytes] = mapped_column(LargeBinary)  # 32 bytes per set bit of size


class LogHeadRow(Base):
    """A head of the log, see `accord.ledger.heads.Head`."""

    __tablename__ = "log_head"
    __table_args__ = (
        CheckConstraint("size > 0", name="size_is_positive"),
        CheckConstraint("length(root) = 32", name="root_is_sha256"),
        CheckConstraint(
            "state IN ('integrated', 'signed', 'final', 'superseded')", name="state_is_known"
        ),
    )

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    note: Mapped[bytes] = mapped_column(LargeBinary)
    evm_signature: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(16))
    raw_tx: Mapped[bytes] = mapped_column(LargeBinary)
    tx_hash: Mapped[bytes] = mapped_column(LargeBinary)
    proof: Mapped[bytes] = mapped_column(LargeBinary)
