"""The first schema: log, heads, offers, grants, runs."""

import sqlalchemy as sa
from alembic import op

from accord.ledger.store.models import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables."""
    op.create_table(
        "access_grant",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("grant_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("to_member", sa.String(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.Column("steward_card", sa.LargeBinary(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_access_grant")),
        sa.UniqueConstraint("grant_id", name=op.f("uq_access_grant_grant_id")),
    )
    op.create_index(
        op.f("ix_access_grant_table_name"), "access_grant", ["table_name"], unique=False
    )
    op.create_index(op.f("ix_access_grant_to_member"), "access_grant", ["to_member"], unique=False)
    op.create_table(
        "answered",
        sa.Column("data_version", sa.LargeBinary(length=32), nullable=False),
        sa.Column("roster", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("data_version", name=op.f("pk_answered")),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_table(
        "log_entry",
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("run_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sequenced_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("leaf_index >= 0", name=op.f("ck_log_entry_leaf_index_is_natural")),
        sa.CheckConstraint("length(leaf_hash) = 32", name=op.f("ck_log_entry_leaf_hash_is_sha256")),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_log_entry")),
    )
    op.create_index(op.f("ix_log_entry_run_id"), "log_entry", ["run_id"], unique=False)
    op.create_table(
        "log_head",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("evm_signature", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("raw_tx", sa.LargeBinary(), nullable=False),
        sa.Column("tx_hash", sa.LargeBinary(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "state IN ('integrated', 'signed', 'final', 'superseded')",
            name=op.f("ck_log_head_state_is_known"),
        ),
        sa.CheckConstraint("length(root) = 32", name=op.f("ck_log_head_root_is_sha256")),
        sa.CheckConstraint("size > 0", name=op.f("ck_log_head_size_is_positive")),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_head")),
    )
    op.create_table(
        "log_node",
        sa.Column("node_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_log_node_hash_is_sha256")),
        sa.PrimaryKeyConstraint("node_id", name=op.f("pk_log_node")),
    )
    op.create_table(
        "log_tree",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_tree_there_is_one")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_log_tree_size_is_natural")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_tree")),
    )
    op.create_table(
        "offer",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("content_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_offer")),
    )
    op.create_table(
        "pair_key",
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("cards", sa.LargeBinary(length=32), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("kem_ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("peer", name=op.f("pk_pair_key")),
    )
    op.create_table(
        "run",
        sa.Column("run_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("question", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "part", name=op.f("pk_run")),
    )
    op.create_index(op.f("ix_run_at"), "run", ["at"], unique=False)
    op.create_index(op.f("ix_run_person"), "run", ["person"], unique=False)
    op.create_table(
        "secret",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secret")),
    )
    op.create_table(
        "step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("progress", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
        sa.UniqueConstraint("run_id", "number", name="step_number_is_unique"),
    )
    op.create_index(op.f("ix_step_run_id"), "step", ["run_id"], unique=False)
    op.create_table(
        "grant_use",
        sa.Column("run_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("grant_digest", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_digest"], ["access_grant.digest"], name=op.f("fk_grant_use_grant_digest")
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_grant_use")),
    )
    op.create_index(op.f("ix_grant_use_grant_digest"), "grant_use", ["grant_digest"], unique=False)
    op.create_table(
        "record_opening",
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "length(record_key) = 32", name=op.f("ck_record_opening_record_key_is_32_bytes")
        ),
        sa.ForeignKeyConstraint(
            ["leaf_index"], ["log_entry.leaf_index"], name=op.f("fk_record_opening_leaf_index")
        ),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_record_opening")),
    )
