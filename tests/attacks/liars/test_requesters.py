"""Requesters that leave somebody out, take one run id twice, or publish another answer."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from accord.domain import codec
from accord.domain.answer import Answer
from accord.domain.bundle import Bundle
from accord.domain.contribution import GuardStatement, Values, digest_of
from accord.domain.record import RecordKind
from accord.privacy.opening import multiply_ciphertexts
from tests.consortium.by_hand import ByHand, Decided, run_of, run_to_decision
from tests.consortium.lab import BUREAU, STATS
from tests.consortium.tables import spread
from tests.consortium.world import Consortium, refused
from tests.simulation.tampering import changed, check_fails_at, put, swap

SQL = "SELECT COUNT(*), SUM(age) FROM coordinated"


@pytest.fixture(scope="module", autouse=True)
def table(consortium: Consortium) -> None:
    consortium.add(spread("coordinated"), STATS, "beta")


@pytest.fixture
def decided(consortium: Consortium) -> Decided:
    return run_to_decision(consortium, SQL)


def test_an_owner_left_out_of_the_sum(decided: Decided) -> None:
    """With release record and the guard's mask it is noise: gamma's mask is missing."""
    hand, asked, statement = decided.hand, decided.asked, decided.statement
    values = hand.values(asked, statement)
    release = hand.release(asked, statement, values)
    mask = hand.mask(asked, release, [given.record for given in values.values()])
    sent = [given.values.unsafe_open(Values).ciphertexts[0] for given in values.values()]
    key, last = hand.member.keys.decryption, mask.unsafe_open(Values).ciphertexts[0]

    everybody = key.decrypt(multiply_ciphertexts(key.n, [*sent, last]))
    but_gamma = key.decrypt(multiply_ciphertexts(key.n, [*sent[:-1], last]))

    assert everybody.bit_length() < 100
    assert but_gamma.bit_length() > key.n.bit_length() - 64


def named(decided: Decided, *owners: str) -> bytes:
    """The release record's field for these owners and the guard."""
    values = decided.hand.values(decided.asked, decided.statement)
    digests = {
        owner: digest_of(values[owner].values.unsafe_open(Values).ciphertexts) for owner in owners
    }
    mask = decided.statement.unsafe_open(GuardStatement).mask
    return codec.encode({**digests, BUREAU: mask})


def test_an_owner_left_out_of_the_release_record(consortium: Consortium, decided: Decided) -> None:
    hand, asked, statement = decided.hand, decided.asked, decided.statement
    values = hand.values(asked, statement)
    fewer = named(decided, "alpha", "beta")
    release = hand.release(asked, statement, values, contributions=fewer)
    contributed = [given.record for given in values.values()]

    with consortium.refused("E-RUN-013", by=BUREAU):
        hand.mask(asked, release, contributed)
    with consortium.refused("E-RUN-012", by=BUREAU):
        hand.mask(asked, release, contributed[:2])


def test_two_release_records(consortium: Consortium, decided: Decided) -> None:
    """The guard's one mask comes for both; both stay in the requester's log."""
    hand, asked, statement = decided.hand, decided.asked, decided.statement
    values = hand.values(asked, statement)
    contributed = [given.record for given in values.values()]

    masks = {
        hand.mask(asked, hand.release(asked, statement, values), contributed).body for _ in range(2)
    }

    assert len(masks) == 1
    assert consortium.kinds(STATS, run_of(asked)).count(RecordKind.RELEASE) == 2


def test_two_coordinators_with_one_run_id(consortium: Consortium) -> None:
    """Beta has the run id from the question it was sent, and asks under it as well."""
    first, second = ByHand(consortium), ByHand(consortium, "beta")
    asked = first.asked(first.draft(SQL))
    run_id = run_of(asked)
    contributions = first.contribute_all(asked)
    statement = first.decide(asked, contributions).statement
    other = second.asked(second.draft(SQL, run_id=run_id))

    with consortium.refused("E-RUN-008", by="alpha"):
        second.contribute(other, "alpha")
    with consortium.refused("E-RUN-008", by=BUREAU):
        second.decide(other, contributions)
    with refused("E-RUN-011"):
        second.peers.send_values("alpha", run_id, statement)
    values = first.values(asked, statement)
    release = first.release(asked, statement, values)
    with refused("E-RUN-011"):
        second.mask(asked, release, [given.record for given in values.values()])


def test_the_second_coordinator_comes_first(consortium: Consortium) -> None:
    """It can spoil a run whose id it knows, at one owner after the other, and is on record."""
    first, second = ByHand(consortium), ByHand(consortium, "beta")
    question = first.draft(SQL)
    second.contribute(second.asked(second.draft(SQL, run_id=question.run_id)), "alpha")

    with consortium.refused("E-RUN-008", by="alpha"):
        first.contribute(first.asked(question), "alpha")
    kinds = consortium.kinds("beta", question.run_id)
    assert RecordKind.APPLY in kinds


def test_values_before_counts(consortium: Consortium, decided: Decided) -> None:
    """An owner that has not contributed has nothing to answer with, whatever the guard signed."""
    fresh = decided.hand.asked(decided.hand.draft(SQL))
    with refused("E-RUN-011"):
        decided.hand.peers.send_values("alpha", run_of(fresh), decided.statement)
    assert consortium.kinds("alpha", run_of(fresh)) == []


def test_the_mask_before_the_decision(consortium: Consortium, decided: Decided) -> None:
    """A release record of a run on which the guard has not decided."""
    hand = decided.hand
    fresh = hand.asked(hand.draft(SQL))
    hand.contribute_all(fresh)
    values = hand.values(decided.asked, decided.statement)
    release = hand.release(fresh, decided.statement, values)

    with refused("E-RUN-011"):
        hand.mask(fresh, release, [given.record for given in values.values()])
    assert consortium.kinds(BUREAU, run_of(fresh)) == []


def other_rows(change: Callable[[Answer], Answer]) -> Callable[[Bundle], Bundle]:
    return lambda bundle: replace(bundle, answer=change(bundle.answer))


ANSWERS = {
    "label": lambda a: replace(a, rows=put(a.rows, 0, ("hills", *a.rows[0][1:]))),
    "order": lambda a: replace(a, rows=swap(a.rows)),
    "row dropped": lambda a: replace(a, rows=a.rows[1:]),
    "row added": lambda a: replace(a, rows=(*a.rows, a.rows[0])),
    "column renamed": lambda a: replace(a, columns=put(a.columns, 0, "county")),
    "withheld shown as NULL": lambda a: replace(a, rows=put(a.rows, 2, (a.rows[2][0],) * 5)),
}


@pytest.mark.parametrize("change", ANSWERS)
def test_another_answer_than_the_sums_give(change: str) -> None:
    """Labels, cells, order or marks changed, and sealed by the requester's node."""
    check_fails_at(14, changed(other_rows(ANSWERS[change]))())
