"""What a `Database` promises on SQLite and on PostgreSQL, and how it says that it is away."""

import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from accord.domain.errors import RequestError, UnavailableError, explain
from accord.domain.record import RecordKind
from accord.ledger.store import postgresql
from accord.ledger.store.database import Database
from tests.databases.server import LOCKED, PostgresServer
from tests.fakes.ledger import Member

PASSWORDS = ("first secret", "second secret")


@pytest.fixture(scope="module")
def own_server(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """A server that only the tests of this module stop."""
    server = PostgresServer(postgres.package)
    server.start()
    yield server
    server.remove()


def test_a_reader_sees_one_moment(database_url: str) -> None:
    member = Member(database_url)
    member.append()
    with member.units.read() as unit:
        before = unit.log.size()
        member.append()
        assert unit.log.size() == before == 1
    with member.units.read() as unit:
        assert unit.log.size() == 2
    member.close()


def test_a_reading_transaction_cannot_write(postgres_url: str) -> None:
    member = Member(postgres_url)
    with pytest.raises(UnavailableError, match="E-STO-002"), member.units.read() as unit:
        member.log.append(unit.log, RecordKind.ACCESS, {})
    member.close()


def test_what_is_written_is_on_disk_whatever_the_server_is_set_to(postgres_url: str) -> None:
    database = Database(postgres_url)
    show = text("SHOW synchronous_commit")
    with database.read() as session:
        assert session.scalar(show) == "off"
    with database.write() as session:
        assert session.scalar(show) == "on"
    database.close()


def test_a_writer_that_never_ends_is_not_waited_for_for_ever(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Database(postgres_url), Database(postgres_url)
    nothing = text("SELECT 1")
    with first.write() as session:
        session.execute(nothing)
        short = postgresql._BEGIN.replace(str(postgresql._LOCK_TIMEOUT_MS), "20")
        monkeypatch.setattr(postgresql, "_BEGIN", short)
        with pytest.raises(UnavailableError, match="E-STO-002"), second.write() as other:
            other.execute(nothing)
    for database in (first, second):
        with database.write() as session:
            assert session.execute(nothing).scalar() == 1
        database.close()


def test_an_outage_is_named_and_ends_by_itself(own_server: PostgresServer) -> None:
    """Connections that the server has dropped are replaced, without a restart of ours."""
    url = own_server.create()
    member = Member(url)
    member.append()
    own_server.stop()
    for _ in range(2):
        with pytest.raises(UnavailableError) as caught:
            member.append()
        assert (caught.value.code, caught.value.facts) == ("E-STO-002", {})
        with pytest.raises(UnavailableError, match="E-STO-002"), member.units.read() as unit:
            unit.log.size()
    with pytest.raises(UnavailableError, match="no server answers"):
        member.database.check()
    own_server.start()
    assert member.append().leaf_index == 1
    member.close()


def test_a_server_that_goes_in_a_transaction_leaves_nothing_of_it(
    own_server: PostgresServer,
) -> None:
    member = Member(own_server.create())

    def append_while_it_goes() -> None:
        with member.units.write() as unit:
            member.log.append(unit.log, RecordKind.ACCESS, {})
            own_server.stop()

    with pytest.raises(UnavailableError, match="E-STO-002"):
        append_while_it_goes()
    own_server.start()
    with member.units.read() as unit:
        assert unit.log.size() == 0
    member.close()


def test_a_password_is_read_for_each_connection_and_stands_nowhere(
    postgres: PostgresServer,
) -> None:
    url = postgres.create(LOCKED).replace("accord@", "clerk@")
    said = iter((*PASSWORDS, "wrong"))
    postgres.execute("CREATE ROLE clerk LOGIN")
    for password in PASSWORDS:
        postgres.execute(f"ALTER ROLE clerk PASSWORD '{password}'")
        database = Database(url, lambda: next(said))
        database.check()
        assert password not in repr(database.engine)
        database.close()
    with pytest.raises(UnavailableError, match="user and password") as caught:
        Database(url, lambda: next(said)).check()
    assert_nothing_leaks(caught.value, "clerk", "wrong", LOCKED, str(postgres.folder))
    postgres.drop(url.replace("clerk@", "accord@"))
    postgres.execute("DROP ROLE clerk")


def test_a_password_file_that_goes_while_the_node_runs_is_an_outage(
    postgres_url: str,
) -> None:
    def gone() -> str:
        raise RequestError("E-CFG-006", file="/private/database.password", thing="password")

    database = Database(postgres_url, gone)
    with pytest.raises(UnavailableError, match="E-STO-002") as caught, database.read() as session:
        session.execute(text("SELECT 1"))
    assert_nothing_leaks(caught.value, "/private")


def test_why_a_database_cannot_be_opened_is_said_without_its_address(
    postgres: PostgresServer,
) -> None:
    folder = str(postgres.folder)
    ascii_url = postgres.create()
    name = ascii_url.partition("@/")[2].partition("?")[0]
    postgres.drop(ascii_url)
    postgres.execute(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0")
    for url, reason in (
        (f"postgresql://accord@/missing?host={folder}", "no database of this name"),
        (f"postgresql://stranger@/postgres?host={folder}", "user and password"),
        (f"postgresql://accord@/postgres?host={folder}/elsewhere", "no server answers"),
        (ascii_url, "not UTF8"),
    ):
        with pytest.raises(UnavailableError, match=reason) as caught:
            Database(url).check()
        assert caught.value.code == "E-STO-001"
        assert_nothing_leaks(caught.value, folder, "missing", "stranger", "postgresql://")
    postgres.drop(ascii_url)


def test_a_missing_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(RequestError, match="E-STO-003") as caught:
        Database("postgresql://accord@localhost/accord")
    assert "accord[postgresql]" in explain(caught.value).can


def test_a_statement_that_is_wrong_is_a_defect_and_no_outage(database_url: str) -> None:
    database = Database(database_url)
    with pytest.raises(Exception, match="no_such_table") as caught, database.write() as session:
        session.execute(text("SELECT * FROM no_such_table"))
    assert not isinstance(caught.value, UnavailableError)
    database.close()


def assert_nothing_leaks(error: UnavailableError, *private: str) -> None:
    said = f"{error} {error.facts} {explain(error)} {explain(error, 'zh')} {error.detail}"
    assert not [word for word in private if word in said]
