"""What single ciphertexts and coalitions get out of a tally: noise.

Numbers in brackets are those of the threat table.  "Noise" is shown in two ways: the top
bits of what the attacker holds pass a chi-square test of uniformity, for data sets as
different as they can be, and both samples look alike.  A control shows that the test does
see data where masks are missing.
"""

import dataclasses
import math
from collections.abc import Callable, Sequence

from accord.domain.contribution import Decision, Values, digest_of
from accord.privacy.masks import Binding, Round, masks_of
from accord.privacy.opening import multiply_ciphertexts
from accord.privacy.packing import pack
from accord.privacy.tally.layouts import value_layout
from tests.unit.privacy.parties import (
    Parties,
    make_parties,
    three_owners,
)

RUNS = 320
BINS = 16
CHI_SQUARE_LIMIT = 37.7  # 15 degrees of freedom, 99.9 %
KS_LIMIT = 1.95 * math.sqrt(2 / RUNS)  # two samples, 99.9 %

LITTLE, MUCH = three_owners(10, 0), three_owners(1000, 1000 * 10**6)


def chi_square(samples: Sequence[int], n: int) -> float:
    counts = [0] * BINS
    for sample in samples:
        counts[sample * BINS // n] += 1
    expected = len(samples) / BINS
    return sum((count - expected) ** 2 / expected for count in counts)


def distance(first: Sequence[int], second: Sequence[int]) -> float:
    """Kolmogorov-Smirnov distance of two samples."""
    points = sorted((*first, *second))
    return max(
        abs(sum(x <= p for x in first) / len(first) - sum(x <= p for x in second) / len(second))
        for p in points
    )


def assert_independent_of_data(attack: Callable[[Parties], int]) -> None:
    """Run ``attack`` on many runs over two opposite data sets and compare what it gets."""
    samples = []
    for cells in (LITTLE, MUCH):
        parties = make_parties(cells)
        gained = [attack(parties.with_run(number)) for number in range(RUNS)]
        assert chi_square(gained, parties.requester_key.n) < CHI_SQUARE_LIMIT
        samples.append(gained)
    assert distance(*samples) < KS_LIMIT


def everything_allowed(parties: Parties) -> Decision:
    """A decision as the guard would make it, without the cost of the first round."""
    context = parties.context
    return Decision(
        version=context.version,
        run_id=context.run_id,
        guard=context.guard,
        question=context.question,
        counts={o: digest_of(parties.owner(o).counts().ciphertexts) for o in context.count_ring},
        data_versions=parties.data_versions,
        minimum=context.minimum,
        allowed=b"\1" * context.plan.cells,
    )


def sent_by(parties: Parties, owner: str) -> tuple[Values, Binding]:
    """One owner's values, caught on the wire, and what their masks bind."""
    decision = everything_allowed(parties)
    n = parties.requester_key.n
    binding = parties.context.binding(Round.VALUES, n, decision.digest())
    return parties.owner(owner).values(decision), binding


def without_masks_of(
    parties: Parties, coalition: Sequence[str], plaintext: int, binding: Binding
) -> int:
    """Strip from a plaintext of ``south`` every mask that the coalition can compute."""
    n = parties.requester_key.n
    known = {member: parties.secrets(member).pair_keys["south"] for member in coalition}
    ring = [m for m in parties.context.value_ring if m in known or m == "south"]
    return (plaintext - masks_of("south", ring, known, binding, n).at(0)) % n


def stolen(parties: Parties, coalition: Sequence[str]) -> int:
    """What requester and coalition make of the first ciphertext of ``south``."""
    values, binding = sent_by(parties, "south")
    plaintext = parties.requester_key.decrypt(values.ciphertexts[0])
    return without_masks_of(parties, coalition, plaintext, binding)


def true_plaintext(parties: Parties) -> int:
    moments = [m for cell in parties.inputs["south"].extract.moments for m in cell]
    layout = value_layout(
        parties.context, b"\1" * parties.context.plan.cells, parties.requester_key.n
    )
    return pack(layout, moments)[0]


def test_the_requester_decrypts_one_owners_ciphertext_and_gets_noise():
    assert_independent_of_data(lambda parties: stolen(parties, ()))


def test_the_requester_pools_with_one_owner_of_three_and_gets_noise():
    assert_independent_of_data(lambda parties: stolen(parties, ("north",)))


def test_requester_guard_and_one_owner_of_three_pool_and_get_noise():
    assert_independent_of_data(lambda parties: stolen(parties, ("north", "bureau")))


def test_the_limit_is_as_stated_all_others_together_open_the_last_owner():
    parties = make_parties(MUCH)
    assert stolen(parties, ("north", "west", "bureau")) == true_plaintext(parties)


def test_the_statistics_do_see_data_where_masks_are_missing():
    parties = make_parties(MUCH)
    bare = [stolen(parties.with_run(number), ("north", "west", "bureau")) for number in range(RUNS)]
    assert chi_square(bare, parties.requester_key.n) > CHI_SQUARE_LIMIT


def test_the_guard_decrypts_one_owners_counts_and_gets_noise():
    assert_independent_of_data(
        lambda parties: (
            parties.guard_key.decrypt(parties.owner("south").counts().ciphertexts[0])
            * parties.requester_key.n
            // parties.guard_key.n
        )
    )


def test_two_ciphertexts_of_one_owner_subtracted_leave_noise():
    """[1] With one mask for both, the difference would be zero here."""
    cells = 2 * len(value_layout_of_one())
    samples = []
    for number in range(RUNS):
        parties = make_parties(three_owners(500, 123, cells)).with_run(number)
        values, _ = sent_by(parties, "south")
        first, second = (parties.requester_key.decrypt(c) for c in values.ciphertexts[:2])
        samples.append((first - second) % parties.requester_key.n)
    assert chi_square(samples, parties.requester_key.n) < CHI_SQUARE_LIMIT


def value_layout_of_one() -> tuple[int, ...]:
    """The slots of one full plaintext; half as many cells fill it."""
    parties = make_parties(three_owners(cells=40))
    return value_layout(parties.context, b"\1" * 40, parties.requester_key.n).plaintexts[0]


def test_ciphertexts_of_two_rounds_runs_or_decisions_subtracted_do_not_show_equality():
    """[1, 5] Mask reuse: equal data under equal keys never gives equal plaintexts."""
    parties, n = make_parties(three_owners()), make_parties(three_owners()).requester_key.n
    decision = everything_allowed(parties)
    other = dataclasses.replace(decision, allowed=b"\1\0")
    plaintexts = {
        parties.requester_key.decrypt(parties.owner("south").values(d).ciphertexts[0])
        for d in (decision, other)
    }
    binding = parties.context.binding(Round.VALUES, n, decision.digest())
    masks = {
        masks_of("south", parties.context.value_ring, keys, variant, n).at(index)
        for keys in (
            parties.secrets("south").pair_keys,
            parties.with_run(1).secrets("south").pair_keys,
        )
        for variant in (
            binding,
            dataclasses.replace(binding, round=Round.COUNTS),
            dataclasses.replace(binding, decision=b""),
            dataclasses.replace(binding, recipient=b""),
        )
        for index in (0, 1)
    }
    assert (len(plaintexts), len(masks)) == (2, 16)


def test_one_seed_with_two_extracts_never_shares_randomness():
    """Else the quotient of two ciphertexts would show their difference to anybody."""
    roots = []
    for cells in (LITTLE, MUCH):
        parties = make_parties(cells)
        ciphertext = parties.owner("south").counts().ciphertexts[0]
        roots.append(parties.guard_key.open_ciphertext(ciphertext).r)
    assert roots[0] != roots[1]


def test_the_requester_opens_before_the_guards_mask_and_gets_noise():
    """[7] All owners' values are there; the release record is not."""

    def attack(parties: Parties) -> int:
        decision = everything_allowed(parties)
        owners = parties.context.owners
        said = [parties.owner(owner).values(decision).ciphertexts[0] for owner in owners]
        return parties.requester_key.decrypt(multiply_ciphertexts(parties.requester_key.n, said))

    assert_independent_of_data(attack)
