"""The node's own rows, and the schema that holds them."""

from datetime import UTC, datetime, timedelta

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from accord.ledger.store.database import Database
from accord.ledger.store.models import Base
from accord.node.runs import REQUESTER
from accord.node.store import repository
from accord.node.store.migrate import migrate
from accord.node.store.repository import StoredRun

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)


def test_the_migrated_schema_is_the_one_of_the_models(tmp_path) -> None:
    database = Database(f"sqlite:///{tmp_path}/node.db")

    migrate(database.engine)

    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    database.close()


def test_one_analysts_many_runs_hide_no_run_of_another() -> None:
    database = Database("sqlite://")
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
