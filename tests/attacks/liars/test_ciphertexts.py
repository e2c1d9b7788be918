"""Owners that sign, record and send what is no ciphertext of this place in this run."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from accord.domain.contribution import Counts, Values
from accord.domain.errors import VerificationError
from accord.domain.record import RecordKind
from accord.privacy.modulus import size_bytes
from accord.privacy.opening import parse_ciphertext
from accord.privacy.tally.context import TallyContext
from accord.privacy.tally.layouts import count_layout, value_layout
from accord.verify.bundle import verify_bundle
from tests.attacks.liars.lies import (
    Lie,
    RunKeys,
    adding,
    owner_lies,
    pair_keys_of,
    unmasked,
    with_first,
)
from tests.attacks.test_tally_attacks import top
from tests.consortium.lab import BUREAU, STATS
from tests.consortium.tables import spread
from tests.consortium.world import ANA, Consortium
from tests.unit.privacy.parties import make_parties, three_owners

SQL = "SELECT COUNT(*), SUM(age) FROM ciphered"


@pytest.fixture(scope="module", autouse=True)
def table(consortium: Consortium) -> None:
    consortium.add(spread("ciphered"))


def number(value: Callable[[int], int], longer: int = 0) -> Lie:
    """A lie: some number in the place of the first ciphertext."""
    return lambda message, n, _: with_first(message, value(n).to_bytes(2 * size_bytes(n) + longer))


OUTSIDE = {
    "zero": number(lambda _: 0),
    "n": number(lambda n: n),
    "multiple of n": number(lambda n: 5 * n),
    "n squared": number(lambda n: n * n),
    "largest of that length": number(lambda n: (1 << 16 * size_bytes(n)) - 1),
    "a byte more": number(lambda _: 4, longer=1),
    "a byte less": lambda message, *_: with_first(message, message.ciphertexts[0][1:]),
    "empty": lambda message, *_: with_first(message, b""),
}
WRONG_NUMBER = {
    "none": lambda message, *_: replace(message, ciphertexts=()),
    "one more": lambda m, *_: replace(m, ciphertexts=(*m.ciphertexts, m.ciphertexts[0])),
}


def last_run(consortium: Consortium) -> bytes:
    return consortium.client(ANA).runs(1)[0].run_id


def assert_nothing_was_decided(consortium: Consortium) -> None:
    assert consortium.kinds(BUREAU, last_run(consortium)) == [RecordKind.REFUSE]


def assert_nothing_was_released(consortium: Consortium) -> None:
    assert consortium.kinds(STATS, last_run(consortium)) == [RecordKind.APPLY, RecordKind.ABORT]


def assert_released_without_answer(consortium: Consortium) -> None:
    kinds = [RecordKind.APPLY, RecordKind.RELEASE, RecordKind.ABORT]
    assert consortium.kinds(STATS, last_run(consortium)) == kinds
    assert consortium.client(ANA).runs(1)[0].state == "failed"


@pytest.mark.parametrize("lie", OUTSIDE)
def test_counts_outside_the_group(consortium: Consortium, lie: str) -> None:
    lying = owner_lies("beta", counts=OUTSIDE[lie])
    with lying, consortium.refused("E-CRY-020", by=BUREAU) as caught:
        consortium.ask(SQL)
    assert caught.value.facts == {"sender": "beta"}
    assert_nothing_was_decided(consortium)


@pytest.mark.parametrize("lie", OUTSIDE)
def test_values_outside_the_group(consortium: Consortium, lie: str) -> None:
    lying = owner_lies("beta", values=OUTSIDE[lie])
    with lying, consortium.refused("E-CRY-020", by=STATS) as caught:
        consortium.ask(SQL)
    assert caught.value.facts == {"sender": "beta"}
    assert_nothing_was_released(consortium)


def test_a_multiple_of_a_prime_factor() -> None:
    """Nobody but the key's owner knows one; who finds one has broken the key."""
    parties = make_parties(three_owners())
    key = parties.guard_key
    for factor in (key.private.p, key.private.q):
        with pytest.raises(VerificationError, match="E-CRY-004"):
            parse_ciphertext(key.n, (7 * factor).to_bytes(2 * size_bytes(key.n)))


@pytest.mark.parametrize("lie", WRONG_NUMBER)
def test_too_few_or_too_many_counts(consortium: Consortium, lie: str) -> None:
    with (
        owner_lies("beta", counts=WRONG_NUMBER[lie]),
        consortium.refused("E-CRY-010", by=BUREAU) as caught,
    ):
        consortium.ask(SQL)
    assert caught.value.facts == {"sender": "beta"}
    assert_nothing_was_decided(consortium)


@pytest.mark.parametrize("lie", WRONG_NUMBER)
def test_too_few_or_too_many_values(consortium: Consortium, lie: str) -> None:
    with (
        owner_lies("beta", values=WRONG_NUMBER[lie]),
        consortium.refused("E-CRY-010", by=STATS) as caught,
    ):
        consortium.ask(SQL)
    assert caught.value.facts == {"sender": "beta"}
    assert_nothing_was_released(consortium)


@pytest.mark.parametrize("change", [{"run_id": bytes(16)}, {"question": bytes(32)}])
def test_counts_that_say_they_are_of_another_run(consortium: Consortium, change: dict) -> None:
    def lie(counts: Counts, *_: object) -> Counts:
        return replace(counts, **change)

    with owner_lies("beta", counts=lie), consortium.refused("E-CRY-010", by=BUREAU):
        consortium.ask(SQL)
    assert_nothing_was_decided(consortium)


@pytest.mark.parametrize("change", [{"run_id": bytes(16)}, {"decision": bytes(32)}])
def test_values_that_say_they_are_of_another_run(consortium: Consortium, change: dict) -> None:
    def lie(values: Values, *_: object) -> Values:
        return replace(values, **change)

    with owner_lies("beta", values=lie), consortium.refused("E-CRY-010", by=STATS):
        consortium.ask(SQL)
    assert_nothing_was_released(consortium)


def test_counts_of_another_run_under_this_runs_name(consortium: Consortium) -> None:
    """Honest ciphertexts of the run before: their masks are that run's."""
    kept: list[tuple[bytes, ...]] = []

    def keep(counts: Counts, *_: object) -> Counts:
        kept.append(counts.ciphertexts)
        return counts

    def lie(counts: Counts, *_: object) -> Counts:
        return replace(counts, ciphertexts=kept[0])

    with owner_lies("beta", counts=keep):
        consortium.ask(SQL)
    with owner_lies("beta", counts=lie), consortium.refused("E-CRY-007", by=BUREAU):
        consortium.ask(SQL)
    assert_nothing_was_decided(consortium)


def test_counts_sent_as_values() -> None:
    """Under one key for both rounds, as nowhere in a run: still nothing cancels."""
    parties = make_parties(three_owners())
    parties = replace(parties, requester_key=parties.guard_key)
    run = parties.run()
    counts = run.counts["north"].ciphertexts
    values = {**run.values, "north": replace(run.values["north"], ciphertexts=counts)}

    partial = parties.requester().add(values, run.statement)

    with pytest.raises(VerificationError, match="E-CRY-007"):
        parties.requester().open(partial, run.mask, run.statement)


def test_a_broken_canary_of_counts(consortium: Consortium) -> None:
    """One contribution more than there are owners, and everything else as it should be."""

    def lie(counts: Counts, n: int, context: TallyContext) -> Counts:
        return adding(top(count_layout(context, n), 0))(counts, n, context)

    with owner_lies("beta", counts=lie), consortium.refused("E-CRY-007", by=BUREAU) as caught:
        consortium.ask(SQL)
    assert caught.value.facts == {}  # whose it was, the sum does not say
    assert_nothing_was_decided(consortium)


def test_a_broken_canary_of_values(consortium: Consortium) -> None:
    """Found when the sum is opened: the release record stands, and no answer with it."""

    def lie(values: Values, n: int, context: TallyContext) -> Values:
        return adding(top(value_layout(context, b"\1", n), 0))(values, n, context)

    with owner_lies("beta", values=lie), consortium.refused("E-CRY-007", by=STATS):
        consortium.ask(SQL)
    assert_released_without_answer(consortium)


def test_values_of_another_run_under_this_runs_name(consortium: Consortium) -> None:
    kept: list[tuple[bytes, ...]] = []

    def lie(values: Values, *_: object) -> Values:
        kept.append(values.ciphertexts)
        return replace(values, ciphertexts=kept[0])

    with owner_lies("beta", values=lie):
        consortium.ask(SQL)
        with consortium.refused("E-CRY-007", by=STATS):
            consortium.ask(SQL)
    assert_released_without_answer(consortium)


def test_counts_masked_with_the_keys_of_another_run(consortium: Consortium) -> None:
    def lie(honest: RunKeys, context: TallyContext) -> dict[str, bytes]:
        return honest(replace(context, run_id=bytes(16)))

    with pair_keys_of("beta", lie), consortium.refused("E-CRY-007", by=BUREAU):
        consortium.ask(SQL)
    assert_nothing_was_decided(consortium)


def test_counts_masked_for_another_place() -> None:
    """The masks of two places exchanged."""
    parties = make_parties(three_owners(cells=40))
    counts = parties.counts()
    first, second, *rest = counts["north"].ciphertexts
    counts["north"] = replace(counts["north"], ciphertexts=(second, first, *rest))

    with pytest.raises(VerificationError, match="E-CRY-007"):
        parties.guard().decide(counts, parties.data_versions)


def test_counts_without_a_mask(consortium: Consortium) -> None:
    def lie(counts: Counts, n: int, context: TallyContext) -> Counts:
        return replace(counts, ciphertexts=unmasked(count_layout(context, n), n))

    with owner_lies("beta", counts=lie), consortium.refused("E-CRY-007", by=BUREAU):
        consortium.ask(SQL)
    assert_nothing_was_decided(consortium)


def test_values_without_a_mask(consortium: Consortium) -> None:
    def lie(values: Values, n: int, context: TallyContext) -> Values:
        return replace(values, ciphertexts=unmasked(value_layout(context, b"\1", n), n))

    with owner_lies("beta", values=lie), consortium.refused("E-CRY-007", by=STATS):
        consortium.ask(SQL)
    assert_released_without_answer(consortium)


def test_two_owners_that_leave_out_the_mask_between_them(consortium: Consortium) -> None:
    """Nobody notices; the mask with the honest third still hides what that one sends."""

    def known(other: str) -> Callable[[RunKeys, TallyContext], dict[str, bytes]]:
        return lambda honest, context: {**honest(context), other: bytes(32)}

    with pair_keys_of("alpha", known("beta")), pair_keys_of("beta", known("alpha")):
        done = consortium.ask(SQL)

    assert done.outcome
    assert verify_bundle(done.outcome.bundle, consortium.client(ANA).profile.trust).failed is None
    key = consortium.members[STATS].keys.decryption
    gamma = done.bundle.values[2].unsafe_open(Values)  # type: ignore[union-attr] # it was answered
    assert key.decrypt(gamma.ciphertexts[0]).bit_length() > key.n.bit_length() - 64
