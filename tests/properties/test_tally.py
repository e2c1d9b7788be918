"""For every table and roster: the machines follow the specification, and sums are plain."""

import dataclasses

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accord.domain.errors import AccordError, VerificationError
from accord.privacy.packing import make_layout, pack, unpack
from tests.unit.privacy.parties import (
    HEADROOM,
    PRESENT,
    ROWS,
    SUPPORT,
    Parties,
    make_parties,
    make_plan,
    three_owners,
)

PLANS = [(ROWS,), (ROWS, SUPPORT), (ROWS, SUPPORT, HEADROOM), (ROWS, PRESENT, SUPPORT, HEADROOM)]
MEMBERS = ("north", "south", "west", "east", "centre")


@st.composite
def runs(draw: st.DrawFn) -> Parties:
    """Any roster, plan, extract, minimum, consent and veto."""
    asks_itself = draw(st.booleans())
    owners = MEMBERS[: draw(st.integers(2 + asks_itself, 5))]
    counts = draw(st.sampled_from(PLANS))
    bounds = draw(st.lists(st.integers(0, 2**70), min_size=1, max_size=3))
    max_rows = draw(st.sampled_from([1, 4, 64]))
    cells = draw(st.integers(1, 12))

    def cell() -> tuple[list[int], list[int]]:
        nested = sorted((draw(st.integers(0, max_rows)) for _ in counts), reverse=True)
        return nested, [draw(st.integers(0, max_rows * bound)) for bound in bounds]

    requester = draw(st.sampled_from(owners)) if asks_itself else "statistics"
    return make_parties(
        {owner: [cell() for _ in range(cells)] for owner in owners},
        plan=make_plan(cells, counts=counts, bounds=bounds, max_rows=max_rows),
        requester=requester,
        minimum=draw(st.integers(1, 40)),
        single_source=[owner for owner in owners if draw(st.booleans())],
        vetoes={
            owner: draw(st.frozensets(st.integers(0, cells - 1), max_size=1))
            for owner in owners
            if owner != requester  # who asks need not forbid itself anything
        },
    )


def _plain_sums(parties: Parties, cell: int) -> tuple[int, ...]:
    moments = (own.extract.moments[cell] for own in parties.inputs.values())
    return tuple(sum(column) for column in zip(*moments, strict=True))


def _may_be_released(parties: Parties, cell: int) -> bool:
    """The rules of release, from the plaintext side."""
    others = [parties.inputs[owner] for owner in parties.context.count_ring]
    rows = [own.extract.counts[cell] for own in others]
    totals = [sum(column) for column in zip(*rows, strict=True)]
    rest = totals[0] - totals[1] if PRESENT in parties.context.plan.counts else 0
    sources = [own for own in others if all(own.extract.counts[cell])]
    return (
        min(totals) >= parties.context.minimum
        and (rest == 0 or rest >= parties.context.minimum)
        and not any(cell in own.vetoes for own in others)
        and (len(sources) > 1 or (len(sources) == 1 and sources[0].single_source))
    )


@settings(max_examples=40)
@given(runs())
def test_released_cells_are_the_plain_sums_and_the_others_are_not_sent(parties: Parties):
    run, specified = parties.run(), parties.specify()
    cells = range(parties.context.plan.cells)
    released = [cell for cell in cells if _may_be_released(parties, cell)]
    assert [moment.cell for moment in run.moments] == released
    assert [moment.moments for moment in run.moments] == [
        _plain_sums(parties, cell) for cell in released
    ]
    assert run.moments == specified.moments
    assert run.openings == specified.openings
    assert run.statement.decision == specified.decision


@settings(max_examples=40)
@given(runs(), st.data())
def test_any_dropped_doubled_or_exchanged_count_ends_the_run(parties: Parties, data: st.DataObject):
    counts = parties.counts()
    one, other = data.draw(st.permutations(sorted(counts)).map(lambda names: names[:2]))
    spoilt = {
        "dropped": {owner: said for owner, said in counts.items() if owner != one},
        "doubled": {**counts, one: dataclasses.replace(counts[other], owner=one)},
        "exchanged": {**counts, one: counts[other], other: counts[one]},
        "shortened": {
            **counts,
            one: dataclasses.replace(counts[one], ciphertexts=counts[one].ciphertexts[1:]),
        },
    }
    for wrong in spoilt.values():
        with pytest.raises(AccordError):
            parties.guard().decide(wrong, parties.data_versions)


@settings(max_examples=40)
@given(st.sampled_from(MEMBERS[:3]), st.permutations(range(4)))
def test_exchanged_ciphertexts_of_one_owner_never_open(owner: str, order: list[int]):
    assume(order != sorted(order))
    parties = make_parties(three_owners(cells=50))
    counts = parties.counts()
    moved = tuple(counts[owner].ciphertexts[place] for place in order)
    assert sorted(moved) == sorted(counts[owner].ciphertexts)
    counts[owner] = dataclasses.replace(counts[owner], ciphertexts=moved)
    with pytest.raises(VerificationError, match="E-CRY-007"):
        parties.guard().decide(counts, parties.data_versions)


@given(st.lists(st.integers(0, 2**80), max_size=30), st.integers(1, 9), st.data())
def test_every_layout_gives_back_every_sum(limits: list[int], parties: int, data: st.DataObject):
    n = (1 << 129) + 1
    layout = make_layout(limits, parties, n)
    parts = [
        [data.draw(st.sampled_from([0, limit // 2, limit])) for limit in limits]
        for _ in range(parties)
    ]
    packed = [pack(layout, part) for part in parts]
    sums = [sum(column) for column in zip(*packed, strict=True)]
    assert all(total < n for total in sums)
    expected = tuple(sum(column) for column in zip(*parts, strict=True))
    assert unpack(layout, sums) == expected
