"""The outbox, step by step."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from accord.domain.errors import AccordError, UnavailableError, VerificationError
from accord.ledger.anchor import Anchor, ProvenHead
from accord.ledger.heads import Head, HeadState
from accord.ledger.outbox import Outbox
from accord.ledger.verify import verify_log_proof
from tests.fakes.anchor import FakeChain, check_fake_anchor
from tests.fakes.ledger import LOG_ID, Member, member_card
from tests.suites.anchor import AnchorSuite


class TestFakeChain(AnchorSuite):
    @pytest.fixture
    def anchor(self, tmp_path: Path) -> Anchor:
        return FakeChain(tmp_path / "chain.db")

    @pytest.fixture
    def log_id(self) -> bytes:
        return LOG_ID


@pytest.fixture
def member(any_database_url: str) -> Iterator[Member]:
    member = Member(any_database_url)
    yield member
    member.close()


@pytest.fixture
def chain() -> FakeChain:
    return FakeChain()


def settle(outbox: Outbox) -> None:
    while outbox.step() is not None:
        pass


def heads(member: Member) -> list[tuple[int, str]]:
    with member.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT size, state FROM log_head ORDER BY size")
        return [(row.size, row.state) for row in rows]


def latest(member: Member) -> Head:
    with member.units.read() as unit:
        head = unit.heads.latest()
    assert head is not None
    return head


def test_nothing_is_anchored_while_nothing_is_appended(member: Member, chain: FakeChain) -> None:
    assert member.outbox(chain).step() is None
    assert chain.sent == 0


def test_what_is_appended_meanwhile_goes_into_one_head(member: Member, chain: FakeChain) -> None:
    outbox = member.outbox(chain)
    for count in (1, 5, 3):
        for _ in range(count):
            member.append()
        assert [outbox.step(), outbox.step()] == [HeadState.FINAL, None]
    assert chain.anchored_sizes(LOG_ID) == [1, 6, 9]
    assert heads(member) == [(1, "final"), (6, "final"), (9, "final")]


def test_evidence_verifies_offline(member: Member, chain: FakeChain) -> None:
    outbox, entries = member.outbox(chain), list[bytes]()
    for _ in range(5):
        entries.append(member.append().entry)
        entries.append(member.append().entry)
        settle(outbox)
    for index, entry in enumerate(entries):
        proof = member.gate.evidence(index)
        head = verify_log_proof(entry, proof, member_card(), check_fake_anchor)
        assert head.size == 2 * (index // 2 + 1)  # the first head that covers it


def test_there_is_no_evidence_before_the_head_is_final(member: Member, chain: FakeChain) -> None:
    member.append()
    chain.holding = True
    member.outbox(chain).step()
    with pytest.raises(AccordError, match="E-LOG-017"):
        member.gate.evidence(0)
    with pytest.raises(AccordError, match="E-LOG-009"):
        member.gate.evidence(1)


def test_a_raw_transaction_is_stored_before_it_is_sent(member: Member, chain: FakeChain) -> None:
    stored: list[bytes] = []
    chain.before_send = lambda _raw: stored.append(latest(member).raw_tx)
    sent: list[bytes] = []
    chain.after_send = sent.append
    member.append()
    settle(member.outbox(chain))
    assert stored == sent != []


@pytest.mark.parametrize("moment", ["before_send", "after_send"])
def test_a_restart_around_sending_resends_the_same_bytes(
    member: Member, chain: FakeChain, moment: str
) -> None:
    def fail(raw: bytes) -> None:
        sent.append(raw)
        raise ConnectionAbortedError("as good as a killed process")

    sent: list[bytes] = []
    setattr(chain, moment, fail)
    member.append()
    with pytest.raises(ConnectionAbortedError):
        member.outbox(chain).step()
    setattr(chain, moment, sent.append)
    member.append()
    settle(member.outbox(chain))
    assert len(set(sent)) == 2
    assert chain.anchored_sizes(LOG_ID) == [1, 2]
    assert heads(member) == [(1, "final"), (2, "final")]


def test_a_chain_that_is_away_loses_and_doubles_nothing(member: Member, chain: FakeChain) -> None:
    outbox = member.outbox(chain)
    for _ in range(3):
        member.append()
        chain.away = True
        for _ in range(2):
            with pytest.raises(UnavailableError):
                outbox.step()
            outbox.compare_again()
        chain.away = False
        settle(outbox)
    assert chain.anchored_sizes(LOG_ID) == [1, 2, 3]


def test_a_lost_transaction_is_sent_again(member: Member, chain: FakeChain) -> None:
    outbox = member.outbox(chain)
    member.append()
    chain.swallowing = True
    assert [outbox.step(), outbox.step()] == [HeadState.SIGNED] * 2
    assert chain.sent == 1
    chain.swallowing = False
    outbox.compare_again()
    settle(outbox)
    assert (chain.sent, chain.anchored_sizes(LOG_ID)) == (2, [1])


def test_a_block_that_is_undone_before_it_is_final_comes_back(
    member: Member, chain: FakeChain
) -> None:
    outbox = member.outbox(chain)
    member.append()
    chain.holding = True
    assert outbox.step() is HeadState.SIGNED
    chain.undo_last_block()
    chain.holding = False
    assert outbox.step() is HeadState.SIGNED
    outbox.compare_again()
    settle(outbox)
    assert chain.anchored_sizes(LOG_ID) == [1]


def test_an_overtaken_transaction_is_signed_anew(member: Member, chain: FakeChain) -> None:
    member.append()
    chain.before_send = lambda _raw: chain.overtake()
    outbox = member.outbox(chain)
    assert outbox.step() is HeadState.INTEGRATED
    chain.before_send = lambda _raw: None
    settle(outbox)
    assert chain.anchored_sizes(LOG_ID) == [1]


def test_another_root_on_the_chain_stops_the_outbox(member: Member, chain: FakeChain) -> None:
    chain.send(chain.prepare(LOG_ID, 1, b"x" * 32).raw_tx)
    member.append()
    member.append()
    for _ in range(2):
        with pytest.raises(VerificationError, match="E-LOG-012") as caught:
            member.outbox(chain).step()
    assert caught.value.facts["anchored"] == 1
    assert heads(member) == []


def test_a_log_shorter_than_the_chain_stops_the_outbox(member: Member, chain: FakeChain) -> None:
    """As after restoring an old backup."""
    chain.send(chain.prepare(LOG_ID, 7, b"x" * 32).raw_tx)
    member.append()
    with pytest.raises(VerificationError, match="E-LOG-012"):
        member.outbox(chain).step()


def test_heads_that_were_lost_are_taken_from_the_chain(member: Member, chain: FakeChain) -> None:
    for _ in range(2):
        member.append()
        settle(member.outbox(chain))
    with member.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM log_head")
    settle(member.outbox(chain))
    assert heads(member) == [(2, "final")]
    entry = member.append().entry
    settle(member.outbox(chain))
    assert chain.anchored_sizes(LOG_ID) == [1, 2, 3]
    verify_log_proof(entry, member.gate.evidence(2), member_card(), check_fake_anchor)


def test_a_head_the_chain_went_past_is_superseded(member: Member, chain: FakeChain) -> None:
    member.append()
    outbox = member.outbox(chain)
    chain.swallowing = True
    outbox.step()
    chain.swallowing = False
    member.append()
    with member.units.read() as unit:
        ahead = outbox._make_head(unit, 2)
    chain.send(chain.prepare(LOG_ID, 2, ahead.root).raw_tx)
    settle(member.outbox(chain))
    assert heads(member) == [(1, "superseded"), (2, "final")]
    assert member.gate.evidence(0).checkpoint == ahead.note


def test_an_adopted_head_that_the_chain_undoes_is_signed(member: Member, chain: FakeChain) -> None:
    member.append()
    settle(member.outbox(chain))
    with member.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM log_head")
    chain.holding = True
    assert member.outbox(chain).step() is HeadState.SIGNED
    assert latest(member).raw_tx == b""
    chain.undo_last_block()
    chain.holding = False
    settle(member.outbox(chain))
    assert latest(member).raw_tx != b""
    assert chain.anchored_sizes(LOG_ID) == [1]


def test_a_final_head_is_not_given_up_because_a_server_lags(
    member: Member, chain: FakeChain
) -> None:
    member.append()
    settle(member.outbox(chain))
    chain.undo_last_block()
    with pytest.raises(UnavailableError, match="E-LOG-013"):
        member.outbox(chain).step()
    assert heads(member) == [(1, "final")]


def test_a_rejected_head_stops_the_outbox_until_a_restart(member: Member, chain: FakeChain) -> None:
    class Rejecting(FakeChain):
        rejecting = True

        def proof(self, tx_hash: bytes) -> ProvenHead | None:
            if self.rejecting:
                raise VerificationError("E-LOG-015")
            return super().proof(tx_hash)

    rejecting = Rejecting()
    rejecting.swallowing = True
    member.append()
    with pytest.raises(VerificationError, match="E-LOG-015"):
        member.outbox(rejecting).step()
    assert heads(member) == [(1, "integrated")]
    rejecting.rejecting = rejecting.swallowing = False
    settle(member.outbox(rejecting))
    assert rejecting.anchored_sizes(LOG_ID) == [1]


def test_other_errors_of_the_chain_are_not_taken_for_ours(member: Member, chain: FakeChain) -> None:
    def refuse(_raw: bytes) -> None:
        raise VerificationError("E-CHN-002", address="", thing="chain id")

    chain.before_send = refuse
    member.append()
    with pytest.raises(VerificationError, match="E-CHN-002"):
        member.outbox(chain).step()
    assert heads(member) == [(1, "signed")]
