"""What colluding members gain by racing or relaying messages at an owner: nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier

import pytest

from accord.domain.contribution import GuardStatement, Values
from accord.domain.errors import AccordError
from accord.domain.record import RecordKind
from accord.domain.run import STATEMENT, Asked, ValuesEvidence
from accord.domain.signed import Signed
from tests.consortium.by_hand import ByHand, run_of
from tests.consortium.lab import BUREAU, OWNERS, STATS
from tests.consortium.tables import spread
from tests.consortium.world import Consortium, refused

SQL = "SELECT region, COUNT(*), SUM(age) FROM raced GROUP BY region"
BOTH = 2


@pytest.fixture(scope="module")
def hand(consortium: Consortium) -> ByHand:
    consortium.add(spread("raced", number=90))
    return ByHand(consortium)


def together(*calls: Callable[[], ValuesEvidence]) -> list[ValuesEvidence | AccordError]:
    """Make the calls at one moment; an error is an answer, too."""
    start = Barrier(len(calls))

    def safely(call: Callable[[], ValuesEvidence]) -> ValuesEvidence | AccordError:
        start.wait()
        try:
            return call()
        except AccordError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(safely, calls))


def second_statement(hand: ByHand, first: Signed) -> Signed:
    """What a guard in league with the requester would sign: one cell less."""
    statement = first.unsafe_open(GuardStatement)
    fewer = bytes([0, *statement.decision.allowed[1:]])
    assert fewer != statement.decision.allowed
    changed = replace(statement, decision=replace(statement.decision, allowed=fewer))
    return hand.consortium.members[BUREAU].sign(STATEMENT, changed)


def decided(hand: ByHand) -> tuple[Asked, Signed]:
    asked = hand.asked(hand.draft(SQL))
    return asked, hand.decide(asked, hand.contribute_all(asked)).statement


def test_of_two_decisions_sent_at_once_an_owner_answers_one(
    consortium: Consortium, hand: ByHand
) -> None:
    """Two answers would be two sums whose difference is a cell."""
    asked, first = decided(hand)
    second, run = second_statement(hand, first), run_of(asked)
    for owner in OWNERS:
        calls = [partial(hand.peers.send_values, owner, run, said) for said in (first, second)]
        answers = together(*calls)
        errors = [answer.code for answer in answers if isinstance(answer, AccordError)]
        assert errors == ["E-RUN-009"]
        assert consortium.kinds(owner, run).count(RecordKind.CONTRIBUTED) == 1


def test_one_decision_sent_twice_at_once_gives_no_second_ciphertext(
    consortium: Consortium, hand: ByHand
) -> None:
    asked, statement = decided(hand)
    run = run_of(asked)
    answers = together(*[partial(hand.peers.send_values, "alpha", run, statement)] * BOTH)
    sent = {a.values.unsafe_open(Values) for a in answers if isinstance(a, ValuesEvidence)}
    again = hand.peers.send_values("alpha", run, statement).values.unsafe_open(Values)
    assert sent <= {again}
    assert consortium.kinds("alpha", run).count(RecordKind.CONTRIBUTED) == 1


def test_an_owner_cannot_relay_a_question_or_a_decision_as_its_own(
    consortium: Consortium, hand: ByHand
) -> None:
    asked, statement = decided(hand)
    beta = ByHand(consortium, "beta")
    with consortium.refused("E-RUN-015", by="gamma"):
        beta.contribute(asked, "gamma")
    with refused("E-RUN-011"):
        beta.peers.send_values("gamma", run_of(asked), statement)
    assert RecordKind.CONTRIBUTED not in consortium.kinds("gamma", run_of(asked))
    assert consortium.kinds(STATS, run_of(asked)) == [RecordKind.APPLY]
