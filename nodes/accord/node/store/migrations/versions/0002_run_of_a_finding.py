"""Findings name the run that came upon them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; findings of before have no run."""
    op.add_column("finding", sa.Column("run_id", sa.LargeBinary(length=16), nullable=True))
