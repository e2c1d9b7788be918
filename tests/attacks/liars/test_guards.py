"""Guards that allow too much or too little, or are false with their mask or their record."""

from collections.abc import Callable
from dataclasses import replace
from functools import reduce

import pytest

from accord.domain.answer import WITHHELD
from accord.domain.bundle import RecordEvidence
from accord.domain.contribution import GuardStatement, Values
from accord.domain.errors import RefusalError, VerificationError
from accord.domain.record import RecordKind
from accord.domain.run import STATEMENT, VALUES, GuardEvidence
from accord.domain.signed import Signed
from accord.ledger.reading import read_leaf
from accord.ledger.records import parse_entry
from accord.ledger.store.log_store import SqlLogStore
from accord.node.handlers.guard import Guard
from accord.node.handlers.proofs import FetchProof
from accord.node.member import Member
from accord.privacy.opening import multiply_ciphertexts
from accord.privacy.tally.context import TallyContext
from accord.verify.bundle import verify_bundle
from accord.verify.report import Report
from tests.attacks.liars.lies import (
    RunKeys,
    adding,
    answers,
    guard_allows,
    guard_sends,
    pair_keys_of,
)
from tests.consortium.by_hand import ByHand, run_of
from tests.consortium.lab import BUREAU, OWNERS, STATS
from tests.consortium.tables import TestTable, spread
from tests.consortium.world import ANA, Consortium, Finished, refused
from tests.unit.privacy.parties import make_parties, three_owners

SQL = "SELECT region, COUNT(*), SUM(age) FROM guarded GROUP BY region"
TINY = 3  # place of the region where alpha alone has people


@pytest.fixture(scope="module", autouse=True)
def table(consortium: Consortium) -> TestTable:
    table = spread("guarded")
    table.rows["alpha"].extend((f"guarded-{n}", "tiny", 30 + n, "5.00") for n in range(4))  # type: ignore[attr-defined] # made as lists
    return consortium.add(table)


def everything(allowed: bytes) -> bytes:
    return b"\1" * len(allowed)


def verified(consortium: Consortium, done: Finished) -> Report:
    assert done.outcome
    return verify_bundle(done.outcome.bundle, consortium.client(ANA).profile.trust)


def last_kinds(consortium: Consortium, member: str) -> list[RecordKind]:
    return consortium.kinds(member, consortium.client(ANA).runs(1)[0].run_id)


def assert_released_without_answer(consortium: Consortium) -> None:
    kinds = [RecordKind.APPLY, RecordKind.RELEASE, RecordKind.ABORT]
    assert last_kinds(consortium, STATS) == kinds


def test_a_small_cell_is_allowed(consortium: Consortium) -> None:
    """Every sum comes with the count behind it, and whoever verifies sees that it is small."""
    with guard_allows(everything):
        done = consortium.ask("SELECT region, SUM(age) FROM guarded GROUP BY region")

    assert done.bundle.answer.rows[TINY] == ("tiny", "126")  # type: ignore[union-attr] # answered
    failed = verified(consortium, done).failed
    assert failed
    assert (failed.number, failed.code) == (14, "E-VER-114")


def test_a_cell_of_one_owner_is_allowed(consortium: Consortium) -> None:
    """Nobody notices: large enough, and that it is alpha's own sum only the guard has seen."""
    alone = spread("alonetoo")
    alone.rows["alpha"].extend((f"alonetoo-{n}", "tiny", 30 + n, "5.00") for n in range(40))  # type: ignore[attr-defined]
    consortium.add(alone)

    with guard_allows(everything):
        done = consortium.ask("SELECT region, SUM(age) FROM alonetoo GROUP BY region")

    ages = str(sum(range(30, 70)))
    assert done.bundle.answer.rows[TINY] == ("tiny", ages)  # type: ignore[union-attr] # answered
    assert verified(consortium, done).failed is None


def test_a_large_cell_is_withheld(consortium: Consortium) -> None:
    """Nobody notices: a withheld cell looks the same whatever the reason."""
    with guard_allows(lambda allowed: b"\0" + allowed[1:]):
        done = consortium.ask(SQL)

    assert done.bundle.answer.rows[0] == ("north", WITHHELD, WITHHELD)  # type: ignore[union-attr] # answered
    assert verified(consortium, done).failed is None


def test_a_cell_that_an_owner_forbids_is_allowed() -> None:
    """The owner sends nothing at all, rather than everything but that cell."""
    parties = make_parties(three_owners(), vetoes={"north": frozenset({1})})
    honest = parties.guard().decide(parties.counts(), parties.data_versions).statement.decision
    assert honest.allowed == b"\1\0"

    with pytest.raises(VerificationError, match="E-CRY-012"):
        parties.owner("north").values(replace(honest, allowed=b"\1\1"))


def test_each_owner_is_told_another_decision(consortium: Consortium) -> None:
    """The requester is in league and adds what it got: masks of two decisions do not cancel."""
    hand = ByHand(consortium)
    asked = hand.asked(hand.draft(SQL))
    statement = hand.decide(asked, hand.contribute_all(asked)).statement
    opened = statement.unsafe_open(GuardStatement)
    fewer = replace(opened, decision=replace(opened.decision, allowed=b"\0\1\1\0"))
    second = consortium.members[BUREAU].sign(STATEMENT, fewer)
    said = {"alpha": statement, "beta": second, "gamma": statement}

    values = [
        hand.peers.send_values(owner, run_of(asked), said[owner]).values.unsafe_open(Values)
        for owner in OWNERS
    ]

    key = hand.member.keys.decryption
    product = multiply_ciphertexts(key.n, [each.ciphertexts[0] for each in values])
    assert key.decrypt(product).bit_length() > key.n.bit_length() - 64
    with consortium.refused("E-RUN-009", by="beta"):
        hand.peers.send_values("beta", run_of(asked), statement)


def test_another_mask_than_the_committed_one(consortium: Consortium) -> None:
    with guard_sends(adding(1)), consortium.refused("E-CRY-015", by=STATS):
        consortium.ask(SQL)
    assert_released_without_answer(consortium)


def test_no_mask(consortium: Consortium) -> None:
    def lie(_: Signed, member: Member, __: int) -> Signed:
        raise RefusalError("E-RUN-013", record=member.place(0))

    with answers(Guard, "send_mask", lie), refused("E-RUN-013"):
        consortium.ask(SQL)
    assert_released_without_answer(consortium)


def test_a_mask_of_no_ciphertexts(consortium: Consortium) -> None:
    def lie(values: Values, *_: object) -> Values:
        return replace(values, ciphertexts=())

    with guard_sends(lie), consortium.refused("E-CRY-010", by=STATS) as caught:
        consortium.ask(SQL)
    assert caught.value.facts == {"sender": BUREAU}
    assert_released_without_answer(consortium)


def test_a_mask_in_another_members_name(consortium: Consortium) -> None:
    def lie(mask: Signed, _: Member, __: int) -> Signed:
        return consortium.members["beta"].sign(VALUES, mask.unsafe_open(Values))

    with answers(Guard, "send_mask", lie), consortium.refused("E-SIG-001", by=STATS):
        consortium.ask(SQL)
    assert_released_without_answer(consortium)


def test_a_mask_that_does_not_cancel(consortium: Consortium) -> None:
    """Committed to, and useless: the sum opens to noise, and whose fault it is nobody can say."""

    def lie(honest: RunKeys, context: TallyContext) -> dict[str, bytes]:
        return {**honest(context), "alpha": bytes(32)}

    with pair_keys_of(BUREAU, lie), consortium.refused("E-CRY-007", by=STATS) as caught:
        consortium.ask(SQL)
    assert caught.value.facts == {}
    assert_released_without_answer(consortium)


def test_a_mask_asked_for_twice(consortium: Consortium) -> None:
    """It is the same one, also for a second release record."""
    hand = ByHand(consortium)
    asked = hand.asked(hand.draft(SQL))
    statement = hand.decide(asked, hand.contribute_all(asked)).statement
    values = hand.values(asked, statement)
    contributed = [given.record for given in values.values()]
    releases = [hand.release(asked, statement, values) for _ in range(2)]

    masks = {hand.mask(asked, release, contributed).body for release in (*releases, releases[0])}

    assert len(masks) == 1
    assert releases[0].entry != releases[1].entry


def recorded_elsewhere(consortium: Consortium) -> Callable[..., GuardEvidence]:
    """The guard's record of the run before, or of no statement."""
    kept = []

    def lie(given: GuardEvidence, _: Member, __: int) -> GuardEvidence:
        kept.append(given.record)
        return replace(given, record=kept[0])

    return lie


def test_a_record_of_another_statement(consortium: Consortium) -> None:
    """Found before any owner is asked for values."""
    with answers(Guard, "decide", recorded_elsewhere(consortium)):
        consortium.ask(SQL)
        with consortium.refused("E-RUN-012", by=STATS) as caught:
            consortium.ask(SQL)
    assert caught.value.facts["member"] == BUREAU
    for owner in OWNERS:
        assert last_kinds(consortium, owner) == [RecordKind.ACCEPT, RecordKind.ACCESS]


def test_another_record_at_the_second_look(consortium: Consortium) -> None:
    """Asked for the proof, after the answer: what was released stays as it is."""
    lied: list[str] = []

    def lie(given: RecordEvidence, member: Member, times: int) -> RecordEvidence:
        del times
        if member.name != BUREAU:
            return given
        lied.append(member.name)
        with member.database.read() as session:
            before = read_leaf(SqlLogStore(session), parse_entry(given.entry)[1].index - 1)
        return replace(given, entry=before.body)

    with answers(FetchProof, "__call__", lie):
        done = consortium.ask(SQL)

    assert lied == [BUREAU]
    assert verified(consortium, done).failed is None
    shown = [row[1] for row in done.bundle.answer.rows]  # type: ignore[union-attr] # answered
    assert shown.count(WITHHELD) == 1
    assert reduce(lambda total, text: total + int(text), shown[:TINY], 0) == 180  # type: ignore[arg-type] # shown
