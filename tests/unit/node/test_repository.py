"""The node's own rows, and the schema that holds them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from accord.ledger.store.database import Database
from accord.ledger.store.models import Base
from accord.node.runs import REQUESTER
from accord.node.store import repository
from accord.node.store.migrate import migrate
from accord.node.store.repository import StoredFinding, StoredRun

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)


def test_the_migrated_schema_is_the_one_of_the_models(database_url: str) -> None:
    database = Database(database_url)

    migrate(database)
    migrate(database)

    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    database.close()


def test_two_processes_that_start_at_once_migrate_once(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(4)]

    with ThreadPoolExecutor(len(databases)) as pool:
        list(pool.map(migrate, databases))

    with databases[0].read() as session:
        assert repository.list_offers(session) == ()
    for database in databases:
        database.close()


def test_one_analysts_many_runs_hide_no_run_of_another(database_url: str) -> None:
    database = Database(database_url)
    database.create_tables()
    with database.write() as session:
        for number in range(5):
            person, at = "ana" if number else "bob", NOW + timedelta(minutes=number)
            run_id = bytes([number]) * 16
            run = StoredRun(run_id, REQUESTER, bytes(32), "finished", b"", at, person)
            repository.save_run(session, run)

    with database.read() as session:
        of_bob = repository.list_runs(session, REQUESTER, "bob", 2)
        of_ana = repository.list_runs(session, REQUESTER, "ana", 2)

    assert [run.run_id[0] for run in of_bob] == [0]
    assert [run.run_id[0] for run in of_ana] == [4, 3]


def test_a_note_to_the_stewards_may_quote_anything(database_url: str) -> None:
    """PostgreSQL takes no NUL in text, and a source's error may quote one."""
    database = Database(database_url)
    database.create_tables()

    with database.write() as session:
        for run_id in (None, bytes(16)):
            finding = StoredFinding(NOW, "income", "E-SRC-001", "a\0b 甲", run_id)
            repository.add_finding(session, finding)

    with database.read() as session:
        kept = repository.list_findings(session, 2)
    expected = StoredFinding(
        NOW, "income", "E-SRC-001", "a\N{REPLACEMENT CHARACTER}b 甲", bytes(16)
    )
    assert kept == (expected, replace(expected, run_id=None))
