"""The outbox in its thread."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from accord.domain.errors import RefusalError, UnavailableError, VerificationError
from accord.domain.record import RecordKind
from accord.ledger.progress import Progress
from accord.ledger.publisher import Pace, Publisher
from tests.fakes.anchor import FakeChain
from tests.fakes.ledger import LOG_ID, Member

QUICK = Pace(0.01, 0.001, 0.002, 0.001, 0.002, 0.01)


@pytest.fixture
def member(any_database_url: str) -> Iterator[Member]:
    member = Member(any_database_url)
    yield member
    member.close()


@pytest.fixture
def chain() -> FakeChain:
    return FakeChain()


@pytest.fixture
def publisher(member: Member, chain: FakeChain) -> Iterator[Publisher]:
    publisher = Publisher(member.outbox(chain), member.progress, QUICK)
    member.database.on_append(publisher.wake)
    yield publisher
    publisher.stop()


def test_the_publisher_anchors_what_is_appended(member: Member, publisher: Publisher) -> None:
    publisher.start()
    for _ in range(3):
        appended = member.append(RecordKind.ACCESS)
        permit = member.gate.send_permit(appended.leaf_index, timeout_s=30)
        assert permit.leaf_index == appended.leaf_index
    member.gate.check_anchoring(member.clock.now() + timedelta(days=9), timedelta())


def test_the_publisher_goes_on_when_the_chain_is_back(
    member: Member, chain: FakeChain, publisher: Publisher
) -> None:
    chain.away = True
    publisher.start()
    index = member.append().leaf_index
    with pytest.raises(UnavailableError, match="E-LOG-017"):
        member.gate.wait_final(index, timeout_s=0.05)
    chain.away = False
    member.gate.wait_final(index, timeout_s=30)


def test_the_publisher_goes_on_after_refusals_and_defects(
    member: Member, chain: FakeChain, publisher: Publisher
) -> None:
    failures = [RefusalError("E-CHN-006", reason="pool is full"), OSError("disk full")]

    def fail(_raw: bytes) -> None:
        if failures:
            raise failures.pop()

    chain.before_send = fail
    publisher.start()
    member.gate.wait_final(member.append().leaf_index, timeout_s=30)
    assert chain.anchored_sizes(LOG_ID) == [1]


def test_the_publisher_sends_again_what_does_not_become_final(
    member: Member, chain: FakeChain, publisher: Publisher
) -> None:
    chain.swallowing = True

    def second(_raw: bytes) -> None:
        chain.swallowing = chain.sent < 1

    chain.before_send = second
    publisher.start()
    member.gate.wait_final(member.append().leaf_index, timeout_s=30)
    assert chain.sent == 2


def test_an_alarm_reaches_all_who_wait(
    member: Member, chain: FakeChain, publisher: Publisher
) -> None:
    chain.send(chain.prepare(LOG_ID, 1, b"x" * 32).raw_tx)
    index = member.append().leaf_index
    publisher.start()
    with pytest.raises(VerificationError, match="E-LOG-012"):
        member.gate.wait_final(index, timeout_s=30)
    with pytest.raises(VerificationError, match="E-LOG-012"):
        member.gate.check_anchoring(member.clock.now(), timedelta(days=1))


def test_a_wait_ends_with_its_time() -> None:
    progress = Progress()
    progress.wait_beyond(progress.count, timeout_s=0.0)
    progress.announce()
    progress.wait_beyond(0, timeout_s=30)
