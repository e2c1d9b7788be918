"""Brings a node's database to the schema of this version."""

from pathlib import Path

import alembic.command
from alembic.config import Config

from accord.ledger.store.database import Database

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Apply what is missing; nothing if the schema is the newest.

    One writing transaction: of two processes that start at once, the second waits and then
    finds nothing to do.

    Raises:
        UnavailableError: E-STO-002; the database is away.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with database.write() as session:
        config.attributes["connection"] = session.connection()
        alembic.command.upgrade(config, "head")
