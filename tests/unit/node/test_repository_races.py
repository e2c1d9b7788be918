"""Two processes that change the same thing at once: one goes after the other, on both databases.

Each test interrupts a change between its reading and its writing and has another process
make the same change.  Were both let in, each would act on what it read before the other wrote.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import TypeVar

import pytest

from accord.domain import codec
from accord.domain.record import RecordKind
from accord.domain.signed import Signed
from accord.ledger.log import Log
from accord.ledger.signatures import Ed25519Signer
from accord.ledger.store.database import Database
from accord.ledger.store.log_store import SqlLogStore
from accord.node.runs import OWNER
from accord.node.store import repository
from accord.node.store.repository import Session, StoredPairKey, StoredRun
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import INSECURE_RECORD_KEY, CountingBytes
from tests.unit.node.handlers.members import RUN, grant, stored

Pause = Callable[[], None]
T = TypeVar("T")
LET_IN_S = 0.3  # a second writer that is let in is done long before


@pytest.fixture
def url(database_url: str) -> str:
    database = Database(database_url)
    database.create_tables()
    database.close()
    return database_url


def race(url: str, change: Callable[[Session, Pause], T]) -> tuple[T, T]:
    """What ``change`` gives to the process that begins and to the one that comes between."""
    first, second = Database(url), Database(url)
    others: list[Future[T]] = []

    def between() -> T:
        with second.write() as session:
            return change(session, lambda: None)

    with ThreadPoolExecutor(1) as pool:

        def pause() -> None:
            others.append(pool.submit(between))
            wait(others, LET_IN_S)

        with first.write() as session:
            mine = change(session, pause)
        theirs = others[0].result()
    for database in (first, second):
        database.close()
    return mine, theirs


def test_a_grant_is_used_as_often_as_it_says(url: str) -> None:
    signed = stored(grant(max_runs=1)).signed
    with Database(url).write() as session:
        repository.save_grant(session, signed, signed)
    runs = iter((b"first run 16 byt", b"other run 16 byt"))

    def use(session: Session, pause: Pause) -> bool:
        found = repository.find_grant(session, signed.digest)
        pause()
        if found is None or found.runs_used >= found.grant.max_runs:
            return False
        repository.use_grant(session, next(runs), signed.digest)
        return True

    assert race(url, use) == (True, False)


def test_a_run_id_is_taken_once(url: str) -> None:
    def take(session: Session, pause: Pause) -> bool:
        found = repository.find_run(session, RUN, OWNER)
        pause()
        if found is None:
            now = FakeClock().now()
            run = StoredRun(RUN, OWNER, bytes(32), "accepted", b"", now)
            repository.save_run(session, run)
        return found is None

    assert race(url, take) == (True, False)


def test_rows_are_answered_under_one_roster(url: str) -> None:
    rosters = iter((b"1" * 32, b"2" * 32))

    def answer(session: Session, pause: Pause) -> bytes:
        known = repository.answered_roster(session, bytes(32))
        pause()
        if known is None:
            known = next(rosters)
            repository.mark_answered(session, bytes(32), known)
        return known

    assert len(set(race(url, answer))) == 1


def test_a_pair_has_one_secret(url: str) -> None:
    secrets = iter((b"1" * 32, b"2" * 32))

    def keep(session: Session, pause: Pause) -> bytes:
        known = repository.find_pair_key(session, "beta")
        pause()
        if known is None:
            known = StoredPairKey(bytes(32), next(secrets), b"")
            repository.save_pair_key(session, "beta", known)
        return known.secret

    assert len(set(race(url, keep))) == 1


def test_a_secret_of_the_node_is_drawn_once(url: str) -> None:
    def draw(session: Session, pause: Pause) -> bytes:
        drawn = repository.secret(session, "data version")
        pause()
        return drawn

    assert len(set(race(url, draw))) == 1


def test_a_grant_is_registered_once(url: str) -> None:
    signed = stored(grant()).signed

    def register(session: Session, pause: Pause) -> bool:
        found = repository.find_grant(session, signed.digest)
        pause()
        if found is None:
            repository.save_grant(session, signed, signed)
        return found is None

    assert race(url, register) == (True, False)


def test_a_grant_that_is_being_revoked_is_not_used(url: str) -> None:
    made = grant()
    signed = Signed("grant", codec.encode(made), "", "ed25519", b"")
    with Database(url).write() as session:
        repository.save_grant(session, signed, signed)

    def revoke_then_look(session: Session, pause: Pause) -> bool:
        found = repository.find_grant(session, signed.digest)
        pause()
        repository.revoke_grant(session, made.grant_id)
        return found is not None and found.revoked

    assert race(url, revoke_then_look) == (False, True)


def test_a_record_and_what_it_describes_get_one_index(url: str) -> None:
    """The index stands in the record, and the log takes the lock only when it is appended to."""
    signer = Ed25519Signer("spiffe://testland/tax_north/node", INSECURE_RECORD_KEY)
    log = Log(
        "testland", "tax_north", signer=signer, clock=FakeClock(), random_bytes=CountingBytes()
    )

    def append(session: Session, pause: Pause) -> tuple[int, int]:
        store = SqlLogStore(session)
        expected = store.size()
        pause()
        return expected, log.append(store, RecordKind.ACCESS, {}).leaf_index

    assert race(url, append) == ((0, 0), (1, 1))


def test_what_a_former_state_says_is_not_written_over_a_later_one(url: str) -> None:
    run = StoredRun(RUN, OWNER, bytes(32), "recorded", b"", FakeClock().now())
    with Database(url).write() as session:
        repository.save_run(session, run)

    def contribute(session: Session, pause: Pause) -> bool:
        found = repository.find_run(session, RUN, OWNER)
        pause()
        if found is None or found.state != "recorded":
            return False
        repository.save_run(session, replace(found, state="contributed"))
        return True

    assert race(url, contribute) == (True, False)
