from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from accord.domain.errors import AccordError, FaultError, VerificationError
from accord.domain.record import RecordKind, check_disclosed
from accord.ledger.heads import LedgerUnits
from accord.ledger.log import Growth, Leaf, RecordOpening
from accord.ledger.merkle import Frontier
from accord.ledger.reading import check_stored, disclose_field, root_at
from accord.ledger.store.database import Database
from accord.ledger.store.log_store import SqlLedgerUnits
from accord.ledger.store.models import Base
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import Member
from tests.suites.log_store import LogStoreSuite


class TestOnDisk(LogStoreSuite):
    @pytest.fixture
    def units(self, database_url: str) -> Iterator[LedgerUnits]:
        database = Database(database_url)
        database.create_tables()
        yield SqlLedgerUnits(database)
        database.close()


class TestInMemory(LogStoreSuite):
    @pytest.fixture
    def units(self) -> Iterator[LedgerUnits]:
        database = Database("sqlite://")
        database.create_tables()
        yield SqlLedgerUnits(database)
        database.close()


@pytest.fixture
def member(any_database_url: str) -> Iterator[Member]:
    member = Member(any_database_url)
    yield member
    member.close()


FOREIGN_KEYS_OFF = {
    "sqlite": "PRAGMA foreign_keys = OFF",
    "postgresql": "SET session_replication_role = replica",
}


def tamper(member: Member, statement: str) -> None:
    """What the database's own administrator can do."""
    connection = member.database.engine.raw_connection()
    for each in (FOREIGN_KEYS_OFF[member.database.engine.dialect.name], statement):
        connection.cursor().execute(each)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE log_entry SET body = leaf_hash WHERE leaf_index = 2", "E-LOG-007"),
        (
            """UPDATE log_entry SET leaf_hash =
               (SELECT leaf_hash FROM log_entry WHERE leaf_index = 1) WHERE leaf_index = 2""",
            "E-LOG-007",
        ),
        ("DELETE FROM log_entry WHERE leaf_index = 2", "E-LOG-007"),
        ("DELETE FROM log_entry WHERE leaf_index = 4", "E-LOG-008"),
        (
            """UPDATE log_entry SET (body, leaf_hash) =
               (SELECT body, leaf_hash FROM log_entry WHERE leaf_index = 1) WHERE leaf_index = 2""",
            "E-LOG-008",
        ),
    ],
)
def test_a_record_changed_in_the_database_is_detected(
    member: Member, statement: str, code: str
) -> None:
    """Even where the stored tree still leads to the right root."""
    for _ in range(5):
        member.append()
    with member.units.read() as unit:
        root = root_at(unit.log, 4)
        check_stored(unit.log, 4, root, batch=2)
        whole = unit.log.size(), root_at(unit.log, 5)
        check_stored(unit.log, *whole, batch=2)
    tamper(member, statement)
    with member.units.read() as unit, pytest.raises(AccordError, match=code):
        check_stored(unit.log, *whole, batch=2)


def test_two_logs_cannot_give_one_index(member: Member) -> None:
    """Should the lock ever fail, the store still lets one of two through."""
    member.append()
    leaf = Leaf(1, bytes(32), b"", RecordKind.ACCESS, b"", FakeClock().now())
    stale = Growth([leaf], [(1, RecordOpening(bytes(32), {}))], [], Frontier(3, (bytes(32),) * 2))
    with pytest.raises(FaultError, match="E-LOG-011"), member.units.write() as unit:
        unit.log.add(stale)
    assert member.append().leaf_index == 1


def test_listeners_hear_of_appends_once_they_are_committed(member: Member) -> None:
    heard: list[int] = []

    def listen() -> None:
        with member.units.read() as unit:
            heard.append(unit.log.size())

    member.database.on_append(listen)
    member.append()
    with member.units.write() as unit:
        unit.log.erase_opening(0)
    member.append()
    assert heard == [1, 2]


def test_a_reader_does_not_wait_for_a_writer(database_url: str) -> None:
    member = Member(database_url)
    member.append()
    with member.units.write() as writing:
        member.log.append(writing.log, RecordKind.ACCESS, {})
        with member.units.read() as reading:
            assert reading.log.size() == 1
        assert writing.log.size() == 2
    member.close()


def test_an_erased_key_is_not_left_in_the_file(tmp_path: Path) -> None:
    member = Member(f"sqlite:///{tmp_path / 'member.db'}")
    key = member.append(purpose=b"a guessable purpose").opening.record_key
    with member.units.write() as unit:
        unit.log.erase_opening(0)
    member.close()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert key not in left
    assert b"a guessable purpose" not in left


def test_a_field_opens_with_its_own_salt_and_value_only(member: Member) -> None:
    record = member.append(purpose=b"statistics", table=b"income").record
    with member.units.read() as unit:
        opened = disclose_field(unit.log, 0, "purpose")
        other = disclose_field(unit.log, 0, "table")
    assert check_disclosed(record, "purpose", opened) == b"statistics"
    for field, bad in (
        ("purpose", replace(opened, value=b"marketing")),
        ("purpose", replace(opened, salt=other.salt)),
        ("table", opened),
        ("no such field", opened),
    ):
        with pytest.raises(VerificationError, match="E-REC-001"):
            check_disclosed(record, field, bad)


def test_every_constraint_has_a_name() -> None:
    """Without names a migration could not change them on every database."""
    for table in Base.metadata.tables.values():
        assert all(str(constraint.name or "") for constraint in table.constraints), table
        assert all(str(index.name or "") for index in table.indexes), table


def test_times_without_zone_are_not_stored(member: Member) -> None:
    member.clock._now = member.clock.now().replace(tzinfo=None)
    with pytest.raises(Exception, match="without zone"):
        member.append()


def test_work_is_refused_when_records_wait_too_long(member: Member) -> None:
    day = timedelta(days=1)
    member.gate.check_anchoring(member.clock.now() + day, timedelta())
    member.append()
    member.gate.check_anchoring(member.clock.now() + day, day)
    with pytest.raises(AccordError, match="E-LOG-018") as caught:
        member.gate.check_anchoring(member.clock.now() + 2 * day, day)
    assert caught.value.facts == {"member": "tax_north", "minutes": 2880}
