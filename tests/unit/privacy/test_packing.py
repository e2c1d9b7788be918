"""Slots never run into each other, and whatever is no honest sum is seen."""

import pytest

from accord.domain.errors import FaultError, RequestError, VerificationError
from accord.privacy.packing import Layout, make_layout, pack, unpack

N = 1 << 99 | 1  # 100 bits, of which 99 carry slots


def test_sums_come_back_in_order():
    layout = make_layout([1, 1000, 0, 10**9], 3, N)
    parts = [(1, 1000, 0, 10**9), (0, 7, 0, 5), (1, 1000, 0, 10**9)]
    packed = [pack(layout, part) for part in parts]
    sums = [sum(column) for column in zip(*packed, strict=True)]
    assert unpack(layout, sums) == (2, 2007, 0, 2 * 10**9 + 5)


def test_no_sum_of_largest_values_reaches_the_modulus():
    layout = make_layout([2**20 - 1] * 30, 7, N)
    largest = pack(layout, [2**20 - 1] * 30)
    assert len(largest) == len(layout.plaintexts) > 1
    assert all(7 * plaintext < N for plaintext in largest)
    assert set(unpack(layout, [7 * plaintext for plaintext in largest])) == {7 * (2**20 - 1)}


def test_a_slot_that_cannot_fit_is_a_bad_request():
    assert make_layout([2**94 - 1], 1, N).plaintexts == ((2**94 - 1,),)
    with pytest.raises(RequestError, match="E-CRY-006") as caught:
        make_layout([2**97], 1, N)
    assert caught.value.facts == {"bits": 99, "usable": 97}


def test_nothing_needs_no_plaintext():
    assert make_layout([], 3, N) == Layout(3, ())
    assert unpack(make_layout([], 3, N), ()) == ()


@pytest.mark.parametrize("values", [(1,), (1, 2, 3), (-1, 0), (2, 0), (1, 10)])
def test_values_out_of_their_limits_are_our_own_fault(values):
    with pytest.raises(FaultError, match="E-CRY-016"):
        pack(make_layout([1, 9], 2, N), values)


def _honest(layout: Layout) -> int:
    return sum(pack(layout, part)[0] for part in ((1, 9), (1, 9)))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda honest, layout: honest + 1,  # 3 of at most 2
        lambda honest, layout: honest + (1 << 2),  # the first guard bit
        lambda honest, layout: honest + (1 << 3),  # 19 of at most 18
        lambda honest, layout: honest - pack(layout, (0, 0))[0],  # one canary missing
        lambda honest, layout: honest + pack(layout, (0, 0))[0],  # one too many
        lambda honest, layout: 2 * honest,  # a product squared
        lambda honest, layout: honest + (1 << 98),  # above the canary
        lambda honest, layout: 0,
    ],
)
def test_what_is_no_sum_of_one_contribution_each_is_rejected(spoil):
    layout = make_layout([1, 9], 2, N)
    assert unpack(layout, [_honest(layout)]) == (2, 18)
    with pytest.raises(VerificationError, match="E-CRY-007"):
        unpack(layout, [spoil(_honest(layout), layout)])


def test_a_missing_plaintext_is_rejected():
    layout = make_layout([1, 9], 2, N)
    with pytest.raises(VerificationError, match="E-CRY-007"):
        unpack(layout, [])
