"""Alembic environment; `accord.node.store.migrate` hands over the open connection."""

from alembic import context

from accord.ledger.store.models import Base
from accord.node.store import models  # noqa: F401 - registers the node's tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
