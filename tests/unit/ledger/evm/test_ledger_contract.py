"""Rules of AccordLedger, on the embedded chain."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord.ledger.evm.accounts import anchor_address
from accord.ledger.evm.contract import call_data, report_call, selector
from accord.ledger.evm.genesis import GenesisMember
from accord.ledger.evm.heads import HeadDomain, sign_head
from tests.unit.ledger.evm.evm_consortium import Consortium, insecure_key, member

keep_chain = settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def head(consortium: Consortium, number: int) -> tuple[int, ...]:
    return consortium.view(selector("head(bytes32)") + member(number).log_id, 4)


def membership(consortium: Consortium) -> tuple[int, ...]:
    return consortium.view(selector("membership()"), 3)


def is_member(consortium: Consortium, subject: GenesisMember) -> bool:
    asked = selector("member(address)") + subject.address.rjust(32, b"\0")
    return consortium.view(asked, 3)[2] == 1


def report(
    consortium: Consortium,
    heads: tuple[tuple[int, bytes], tuple[int, bytes]],
    key: bytes,
    domain: HeadDomain | None = None,
    *,
    log_id: bytes,
    size: int = 9,
) -> bytes:
    """The call that reports two heads (size, root) signed with ``key``."""
    (size_a, root_a), (size_b, root_b) = heads
    domain = domain or consortium.domain
    signatures = [
        sign_head(key, domain, log_id, size_a, root_a),
        sign_head(key, domain, log_id, size_b, root_b),
    ]
    return report_call(log_id, size, (root_a, signatures[0]), (root_b, signatures[1]))


class TestAnchor:
    @keep_chain
    @given(sizes=st.lists(st.integers(0, 60), max_size=8))
    def test_size_grows_strictly_and_sequence_has_no_gap(
        self, consortium: Consortium, sizes: list[int]
    ) -> None:
        """The chain lives on between examples, so the model starts from its head."""
        newest, root, sequence, _ = head(consortium, 0)
        for step, offset in enumerate(sizes):
            size = max(newest - 30, 0) + offset
            fresh = bytes([step + 1]) * 32
            assert consortium.anchors(0, size, fresh) == (size > newest)
            if size > newest:
                newest, root, sequence = size, int.from_bytes(fresh, "big"), sequence + 1
            assert head(consortium, 0) == (newest, root, sequence, 0)

    def test_event_says_what_the_storage_says(self, consortium: Consortium) -> None:
        for sequence, size in enumerate((3, 8), start=1):
            receipt = consortium.transact(
                1, call_data("anchor(bytes32,uint64,bytes32)", member(1).log_id, size, b"R" * 32)
            )
            (event,) = receipt["logs"]
            assert event["topics"][1] == "0x" + member(1).log_id.hex()
            assert int(event["topics"][2], 16) == sequence
            assert bytes.fromhex(event["data"][2:]) == size.to_bytes(32, "big") + b"R" * 32
            assert head(consortium, 1)[:3] == (size, int.from_bytes(b"R" * 32, "big"), sequence)

    def test_nobody_moves_another_members_log(self, consortium: Consortium) -> None:
        assert not consortium.anchors(1, 5, log_id=member(0).log_id)
        assert not consortium.anchors(1, 5, log_id=b"unknown log unknown log unknown!")
        assert head(consortium, 0) == (0, 0, 0, 0)

    def test_largest_size_is_the_last(self, consortium: Consortium) -> None:
        assert consortium.anchors(0, 2**64 - 1)
        assert not consortium.anchors(0, 2**64 - 1)
        assert not consortium.anchors(0, 2**64)

    def test_gas_stays_within_what_the_client_offers(self, consortium: Consortium) -> None:
        def gas(size: int) -> int:
            call = call_data("anchor(bytes32,uint64,bytes32)", member(0).log_id, size, b"\xff" * 32)
            return int(consortium.transact(0, call)["gasUsed"], 16)

        assert gas(2**63) < 80_000
        assert gas(2**63 + 1) < 45_000


class TestMembership:
    def test_a_newcomer_needs_the_votes_and_may_then_anchor(self, consortium: Consortium) -> None:
        newcomer = member(7)
        assert consortium.votes(0, newcomer)
        assert not is_member(consortium, newcomer)
        assert consortium.votes(1, newcomer)
        assert is_member(consortium, newcomer)
        assert consortium.anchors(7, 1)
        assert membership(consortium) == (2, 4, 1)

    def test_a_vote_counts_once(self, consortium: Consortium) -> None:
        assert consortium.votes(0, member(7))
        for _ in range(3):
            assert not consortium.votes(0, member(7))
        assert not is_member(consortium, member(7))

    def test_votes_for_different_cards_do_not_add_up(self, consortium: Consortium) -> None:
        assert consortium.votes(0, member(7))
        assert consortium.votes(1, replace(member(7), card_hash=b"x" * 32))
        assert consortium.votes(2, replace(member(7), log_id=b"x" * 32))
        assert not is_member(consortium, member(7))

    def test_votes_lapse_when_the_membership_changes(self, consortium: Consortium) -> None:
        """A vote of a member that was removed since must not count."""
        assert consortium.votes(2, member(7))
        assert consortium.votes(2, member(8))
        assert consortium.votes(1, member(8))
        assert consortium.votes(1, member(7))
        assert not is_member(consortium, member(7))
        assert consortium.votes(2, member(7))
        assert is_member(consortium, member(7))

    def test_a_removed_member_does_nothing_any_more(self, consortium: Consortium) -> None:
        assert consortium.votes(0, member(2), active=False)
        assert consortium.votes(1, member(2), active=False)
        assert not is_member(consortium, member(2))
        with pytest.raises(Exception, match="not a member"):
            consortium.anchors(2, 1)
        with pytest.raises(Exception, match="not a member"):
            consortium.votes(2, member(7))

    def test_the_last_needed_members_cannot_be_removed(self, consortium: Consortium) -> None:
        for number in (0, 1):
            consortium.votes(number, member(2), active=False)
        assert membership(consortium)[:2] == (2, 2)
        assert consortium.votes(0, member(1), active=False)
        assert not consortium.votes(1, member(1), active=False)
        assert is_member(consortium, member(1))

    def test_an_anchor_key_is_replaced_by_vote(self, consortium: Consortium) -> None:
        """The log goes on with the new key; the old one is out."""
        assert consortium.anchors(0, 5)
        rotated = replace(member(9), log_id=member(0).log_id)
        assert consortium.votes(1, rotated)
        assert consortium.votes(2, rotated)
        assert membership(consortium)[:2] == (2, 3)
        assert consortium.anchors(9, 6, log_id=member(0).log_id)
        assert head(consortium, 0)[:3:2] == (6, 2)
        assert not is_member(consortium, member(0))

    def test_a_member_with_a_new_log_leaves_the_old_one(self, consortium: Consortium) -> None:
        moved = replace(member(0), log_id=b"new epoch new epoch new epoch ne")
        assert consortium.votes(1, moved)
        assert consortium.votes(2, moved)
        assert not consortium.anchors(0, 5)
        assert consortium.anchors(0, 5, log_id=moved.log_id)
        assert membership(consortium)[:2] == (2, 3)

    def test_incomplete_and_unknown_members_are_refused(self, consortium: Consortium) -> None:
        for subject in (
            replace(member(7), address=bytes(20)),
            replace(member(7), card_hash=bytes(32)),
            replace(member(7), log_id=bytes(32)),
        ):
            assert not consortium.votes(0, subject)
        stranger = member(7)
        assert consortium.votes(0, stranger, active=False)
        assert not consortium.votes(1, stranger, active=False)

    def test_votes_needed_change_by_vote_within_bounds(self, consortium: Consortium) -> None:
        def vote(number: int, needed: int) -> bool:
            return consortium.succeeds(number, call_data("voteVotesNeeded(uint64)", needed))

        assert not vote(0, 1)
        assert not vote(0, 4)
        assert vote(0, 3)
        assert not vote(0, 3)
        assert membership(consortium)[0] == 2
        assert vote(1, 3)
        assert membership(consortium) == (3, 3, 1)

    @keep_chain
    @given(
        calls=st.lists(
            st.tuples(st.sampled_from(["admit", "remove", "votes", "rotate"]), st.integers(0, 3)),
            max_size=6,
        )
    )
    def test_one_member_alone_changes_nothing(
        self, consortium: Consortium, calls: list[tuple[str, int]]
    ) -> None:
        before = (membership(consortium), consortium.view(selector("accounts()"), 5))
        for kind, number in calls:
            if kind == "admit":
                consortium.votes(0, member(5 + number))
            elif kind == "remove":
                consortium.votes(0, member(number), active=False)
            elif kind == "rotate":
                consortium.votes(0, replace(member(9), log_id=member(number).log_id))
            else:
                consortium.succeeds(0, call_data("voteVotesNeeded(uint64)", number))

        assert (membership(consortium), consortium.view(selector("accounts()"), 5)) == before
        assert all(is_member(consortium, each) for each in consortium.spec.members)


class TestEquivocation:
    HEADS = ((9, b"A" * 32), (9, b"B" * 32))

    def test_two_signed_roots_freeze_the_log_for_good(self, consortium: Consortium) -> None:
        assert consortium.anchors(0, 5)
        call = report(consortium, self.HEADS, insecure_key(0), log_id=member(0).log_id)
        receipt = consortium.transact(2, call)
        assert receipt["status"] == "0x1"
        assert len(receipt["logs"]) == 1
        assert head(consortium, 0)[3] == 1
        assert not consortium.anchors(0, 10)
        assert not consortium.succeeds(1, call)
        rotated = replace(member(9), log_id=member(0).log_id)
        assert consortium.votes(1, rotated)
        assert not consortium.votes(2, rotated)
        assert consortium.anchors(1, 10)

    def test_what_is_no_equivocation_freezes_nothing(self, consortium: Consortium) -> None:
        log_id, key = member(0).log_id, insecure_key(0)
        domain = consortium.domain
        elsewhere = HeadDomain(domain.chain_id, b"c" * 20)
        calls = [
            report(consortium, ((9, b"A" * 32), (9, b"A" * 32)), key, log_id=log_id),
            report(consortium, ((9, b"A" * 32), (8, b"B" * 32)), key, log_id=log_id),
            report(consortium, self.HEADS, key, log_id=log_id, size=8),
            report(consortium, self.HEADS, insecure_key(1), log_id=log_id),
            report(consortium, self.HEADS, key, HeadDomain(1, domain.contract), log_id=log_id),
            report(consortium, self.HEADS, key, elsewhere, log_id=log_id),
            report(consortium, self.HEADS, key, log_id=b"nobody's log, never heard of one"),
        ]
        good = report(consortium, self.HEADS, key, log_id=log_id)
        calls += [
            good[:-128] + (64).to_bytes(32, "big") + good[-96:],
            good[:-32] + b"\x1a" + bytes(31),
            good[:-32],
            good[:100],
        ]

        for call in calls:
            assert not consortium.succeeds(1, call)
        assert head(consortium, 0)[3] == 0
        assert consortium.succeeds(1, good)

    def test_a_replaced_key_cannot_freeze_its_successors_log(self, consortium: Consortium) -> None:
        rotated = replace(member(9), log_id=member(0).log_id)
        for number in (1, 2):
            consortium.votes(number, rotated)
        call = report(consortium, self.HEADS, insecure_key(0), log_id=member(0).log_id)
        assert not consortium.succeeds(1, call)


def test_one_member_consortium_rules_itself(tmp_path: Path) -> None:
    """One vote needed: the single member may admit, and may not remove itself."""
    consortium = Consortium(tmp_path, members=1, votes_needed=1)
    assert consortium.votes(0, member(5))
    assert membership(consortium) == (1, 2, 1)
    assert anchor_address(insecure_key(5)) == member(5).address
    assert consortium.anchors(5, 1)
    consortium.close()
