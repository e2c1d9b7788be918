"""Promise 2, nobody sees a part: counts that a coordinator changes on their way to the guard."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from accord.domain import codec
from accord.domain.contribution import Counts
from accord.domain.run import COUNTS, OwnerEvidence
from accord.privacy.sealing import seal
from tests.consortium.by_hand import ByHand, Decided, run_of, run_to_decision
from tests.consortium.lab import BUREAU, STATS
from tests.consortium.tables import TestTable, spread
from tests.consortium.world import Consortium

SQL = "SELECT region, COUNT(*), SUM(age) FROM counts GROUP BY region"


@pytest.fixture(scope="module")
def table(consortium: Consortium) -> TestTable:
    return consortium.add(spread("counts"))


@pytest.fixture(scope="module")
def decided(consortium: Consortium, table: TestTable) -> Decided:
    return run_to_decision(consortium, SQL)


@pytest.fixture(scope="module")
def contributed(consortium: Consortium, table: TestTable) -> Decided:
    """A run that the guard has not decided on."""
    hand = ByHand(consortium)
    asked = hand.asked(hand.draft(SQL))
    nothing = consortium.members[BUREAU].sign("statement", b"")
    return Decided(hand, asked, hand.contribute_all(asked), nothing)


def forged_counts(
    consortium: Consortium, run: Decided, place: int, signer: str, other: Counts
) -> tuple[OwnerEvidence, ...]:
    """One owner's counts replaced by those that ``signer`` signs, sealed as they should be."""
    signed = consortium.members[signer].sign(COUNTS, other)
    card = consortium.members[STATS].cards[BUREAU]
    sealed = seal(card.hpke_key, codec.encode(signed), b"counts/" + run_of(run.asked))
    changed = list(run.contributions)
    changed[place] = replace(changed[place], sealed_counts=sealed)
    return tuple(changed)


@pytest.mark.parametrize("signer", [STATS, "alpha", "beta"])
def test_the_coordinator_cannot_raise_an_owners_counts(
    consortium: Consortium, contributed: Decided, signer: str
) -> None:
    """Not under its own signature, and not with alpha's help: the access record binds alpha."""
    run = run_of(contributed.asked)
    key = consortium.members[STATS].encryption_key(BUREAU)
    ten = (key.n * 10 + 1).to_bytes(768)  # (1 + 10 N): ten more rows, in the first slot
    made = Counts(1, run, "alpha", contributed.asked.question.digest, (ten,))
    code = "E-RUN-012" if signer == "alpha" else "E-SIG-001"
    with consortium.refused(code, by=BUREAU):
        contributions = forged_counts(consortium, contributed, 0, signer, made)
        contributed.hand.decide(contributed.asked, contributions)


def test_sealed_counts_with_one_bit_changed_do_not_open(
    consortium: Consortium, contributed: Decided
) -> None:
    first, *rest = contributed.contributions
    sealed = bytearray(first.sealed_counts)
    sealed[-1] ^= 1
    with consortium.refused("E-CRY-008", by=BUREAU):
        contributed.hand.decide(
            contributed.asked, (replace(first, sealed_counts=bytes(sealed)), *rest)
        )


def rosters(given: Sequence[OwnerEvidence]) -> dict[str, tuple[OwnerEvidence, ...]]:
    alpha, beta, gamma = given
    return {
        "dropped": (alpha, beta),
        "repeated": (alpha, beta, gamma, gamma),
        "alpha for gamma": (alpha, beta, alpha),
        "none": (),
    }


@pytest.mark.parametrize("case", ["dropped", "repeated", "alpha for gamma", "none"])
def test_no_owners_counts_are_dropped_or_repeated(
    consortium: Consortium, contributed: Decided, case: str
) -> None:
    with consortium.refused("E-RUN-012", by=BUREAU):
        contributed.hand.decide(contributed.asked, rosters(contributed.contributions)[case])


def test_no_owners_counts_are_passed_off_as_anothers(
    consortium: Consortium, contributed: Decided
) -> None:
    alpha, beta, gamma = contributed.contributions
    for forged in (
        replace(alpha, owner="gamma"),
        replace(gamma, sealed_counts=alpha.sealed_counts),
    ):
        with consortium.refused("E-SIG-001", by=BUREAU):
            contributed.hand.decide(contributed.asked, (alpha, beta, forged))


def test_counts_of_another_run_do_not_count(
    consortium: Consortium, decided: Decided, contributed: Decided
) -> None:
    """Neither with that run's records nor with this run's."""
    alpha, *rest = contributed.contributions
    other = decided.contributions[0]
    with consortium.refused("E-RUN-012", by=BUREAU):
        contributed.hand.decide(contributed.asked, (other, *rest))
    with consortium.refused("E-CRY-008", by=BUREAU):
        contributed.hand.decide(
            contributed.asked, (replace(alpha, sealed_counts=other.sealed_counts), *rest)
        )


def test_the_guard_decides_once(consortium: Consortium, decided: Decided) -> None:
    """The same contributions get the same bytes; others are a second decision."""
    again = decided.hand.decide(decided.asked, decided.contributions)
    alpha, *rest = decided.contributions
    with consortium.refused("E-RUN-009", by=BUREAU):
        decided.hand.decide(decided.asked, (replace(alpha, access=alpha.accept), *rest))
    assert again.statement == decided.statement


def test_the_guard_tells_its_decision_to_the_requester_alone(
    consortium: Consortium, decided: Decided
) -> None:
    """Beta has the question, as every owner has, and somebody gave it the contributions."""
    with consortium.refused("E-RUN-015", by=BUREAU):
        ByHand(consortium, "beta").decide(decided.asked, decided.contributions)
