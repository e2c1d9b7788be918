"""Tables change, vanish and lie behind passwords; the requester learns a code of it at most."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from accord.domain.errors import RefusalError, RequestError, UnavailableError, explain
from accord.node.sources.database import table_digest
from accord.node.sources.database_engine import open_database, open_table
from accord.node.sources.open import examine_description
from accord.query.compile import compile_question
from tests.suites.permit import permit_for_tests
from tests.unit.node.sources.databases import SHARED, Staff, described

if TYPE_CHECKING:
    from tests.databases.server import PostgresServer


@pytest.fixture
def staff(database_url: str) -> Staff:
    return Staff.made(database_url)


def test_a_published_table_is_measured(staff: Staff) -> None:
    folder = Path("/")
    description = f'[source]\nurl = "{staff.url}"\ntable = "staff"\n{SHARED}'

    table, examination = examine_description(description, str(folder))

    assert (examination.rows, table.name) == (3, "staff")
    assert staff.measure(examination.digest).moments == ((1, 1150), (1, 875), (1, 2000))


def test_what_is_not_described_may_change(staff: Staff) -> None:
    published = staff.digest()

    staff.execute("UPDATE staff SET note = 'changed'")
    staff.execute("ALTER TABLE staff ADD COLUMN more integer")

    assert staff.measure(published).moments[0] == (1, 1150)


def test_the_digest_does_not_depend_on_the_order_of_rows(staff: Staff) -> None:
    published = staff.digest()

    staff.execute("DELETE FROM staff WHERE id = 1")
    staff.execute("INSERT INTO staff VALUES (1, 'Köln', 1.5, 'x')")

    assert staff.digest() == published


@pytest.mark.parametrize(
    ("change", "noted"),
    [
        ("UPDATE staff SET pay = 99 WHERE id = 1", "{'pay': 1}"),
        ("UPDATE staff SET site = NULL WHERE id = 1", "3 rows"),
        ("INSERT INTO staff VALUES (1, 'Bonn', 0, '')", "duplicate keys 1"),
        ("DELETE FROM staff WHERE id = 2", "2 rows"),
        ("ALTER TABLE staff RENAME COLUMN pay TO wages", "E-SRC-032"),
        ("ALTER TABLE staff DROP COLUMN site", "E-SRC-032"),
    ],
)
def test_drift_tells_the_requester_the_code_and_the_steward_what_happened(
    staff: Staff, change: str, noted: str
) -> None:
    published = staff.digest()
    staff.execute(change)

    with pytest.raises(RefusalError, match="E-SRC-040") as caught:
        staff.measure(published)

    assert caught.value.facts == {}
    assert noted in caught.value.detail


def test_a_changed_type_is_drift(postgres_url: str) -> None:
    staff = Staff.made(postgres_url)
    published = staff.digest()
    staff.execute("ALTER TABLE staff ALTER COLUMN pay TYPE text")

    with pytest.raises(RefusalError, match="E-SRC-040") as caught:
        staff.measure(published)

    assert caught.value.facts == {}
    assert "E-SRC-037" in caught.value.detail
    assert "'kind': 'TEXT'" in caught.value.detail


def test_a_dropped_table_is_unavailable_and_says_nothing_more(staff: Staff) -> None:
    published = staff.digest()
    staff.execute("DROP TABLE staff")

    with pytest.raises(UnavailableError, match="E-SRC-041") as caught:
        staff.measure(published)

    assert caught.value.facts == {}
    assert "E-SRC-038" in caught.value.detail


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/none.db", "postgresql+psycopg://accord@/d?host=/nowhere"]
)
def test_a_database_that_is_away_is_unavailable(staff: Staff, url: str) -> None:
    source = replace(staff.description, source=replace(staff.place, url=make_url(url)))
    away = replace(staff, description=source)

    with pytest.raises(UnavailableError, match="E-SRC-041") as caught:
        away.measure(b"\0" * 32)
    with pytest.raises(RequestError, match="E-SRC-036"):
        away.digest()

    assert caught.value.facts == {}
    assert "E-SRC-036" in caught.value.detail


def test_nothing_can_be_written(staff: Staff) -> None:
    with open_table(staff.place) as backend, pytest.raises(DBAPIError):
        backend.connection.execute(text("DELETE FROM staff"))


def test_digest_and_sums_are_of_one_state(staff: Staff) -> None:
    if staff.url.startswith("sqlite"):
        staff.execute("PRAGMA journal_mode = WAL")  # else the writer would have to wait
    with open_table(staff.place) as backend:
        before = table_digest(backend, staff.description.table)
        staff.execute("UPDATE staff SET pay = 0")

        assert table_digest(backend, staff.description.table) == before

    assert staff.digest() != before


def test_a_statement_has_an_end(staff: Staff) -> None:
    staff.execute("ALTER TABLE staff RENAME TO kept")
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT count(*) FROM n"
    staff.execute(f"CREATE VIEW staff AS SELECT id, site, pay FROM kept WHERE id < ({endless})")
    hasty = replace(
        staff, description=replace(staff.description, source=replace(staff.place, timeout_s=1))
    )

    with pytest.raises(RequestError, match="E-SRC-045") as caught:
        hasty.digest()

    assert caught.value.facts["table"] == "staff"


@pytest.mark.parametrize("kept", ["env", "file"])
def test_a_password_is_read_where_it_stands_and_never_shown(
    postgres: "PostgresServer", monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kept: str
) -> None:
    secret = "correct horse"
    postgres.execute("DROP ROLE IF EXISTS reader")
    postgres.execute(f"CREATE ROLE reader LOGIN PASSWORD '{secret}'")
    url = postgres.create("locked")
    reader = url.replace("postgresql://accord@", "postgresql+psycopg://reader@")
    place = replace(
        described("sqlite:///none.db").place,
        url=make_url(reader),
        password_env="ACCORD_SOURCE_TEST" if kept == "env" else "",
        password_file=None if kept == "env" else tmp_path / "password",
    )

    def keep(password: str) -> None:
        monkeypatch.setenv("ACCORD_SOURCE_TEST", password)
        (tmp_path / "password").write_text(f"{password}\n", encoding="utf-8")

    keep(secret)
    with open_database(place) as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == "reader"
    keep("wrong horse")
    with pytest.raises(RequestError, match="E-SRC-036") as caught, open_database(place):
        pass

    assert "horse" not in f"{caught.value} {caught.value.facts} {caught.value.detail}"
    assert "horse" not in repr(place)
    postgres.drop(url)


@pytest.mark.parametrize(
    "kept", [{"password_env": "ACCORD_SOURCE_NONE"}, {"password_file": Path("/none")}]
)
def test_a_password_that_is_not_there_is_named(kept: dict[str, object]) -> None:
    place = replace(described("postgresql://reader@localhost/d").place, **kept)

    with pytest.raises(RequestError, match="E-SRC-044") as caught, open_table(place):
        pass

    assert str(caught.value.facts["place"]) in str(*kept.values())


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymysql", None)
    place = described("mysql://reader@localhost/d").place

    with pytest.raises(RequestError, match="E-SRC-039") as caught, open_table(place):
        pass

    assert "accord[mysql]" in explain(caught.value).can


def test_numbers_too_large_for_a_database_are_refused(staff: Staff) -> None:
    """SQLite has 64 bits; PostgreSQL takes any number."""
    wide = replace(staff.description.table.columns[2], minimum=-(10**18), maximum=10**18)
    table = replace(staff.description.table, columns=(*staff.description.table.columns[:2], wide))
    plan = compile_question("SELECT COUNT(*) FROM staff WHERE pay * pay > pay", {"staff": table})
    expected = staff.digest()

    def measure() -> object:
        return staff.source.measure(plan, permit_for_tests(), table=table, expected=expected)

    if staff.url.startswith("postgresql"):
        assert measure().moments == ((3,),)  # type: ignore[attr-defined] # an extract
        return
    with pytest.raises(RefusalError) as caught:
        measure()
    assert (caught.value.code, caught.value.facts) == ("E-SRC-043", {})


def test_a_float_is_read_only_where_it_is_on_the_scale(staff: Staff) -> None:
    staff.execute("DROP TABLE staff")
    staff.execute("CREATE TABLE staff (id integer, site varchar(20), pay double precision)")
    staff.execute("INSERT INTO staff VALUES (1, NULL, 0.1), (2, NULL, 0.125), (3, NULL, 1e300)")
    staff.execute(f"INSERT INTO staff VALUES (4, NULL, {0.1 + 0.2!r}), (5, NULL, -7)")

    examination = staff.source.examine(staff.description.table)

    assert examination.columns["pay"].unparsable == 3
    assert examination.columns["pay"].out_of_bounds == 0
