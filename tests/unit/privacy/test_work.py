"""Pieces computed anywhere give what the whole gives here."""

from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor

import pytest

from accord.privacy.tally.encryption import ENCRYPTIONS
from accord.privacy.work import INLINE, Grain, Work, spread
from tests.unit.privacy.parties import make_parties, make_plan, uniform_cells

GRAIN = Grain(items=2, least=4)


def double(numbers):
    return [2 * number for number in numbers]


class Counting(Executor):
    """Computes here and remembers how many pieces it was given."""

    def __init__(self):
        self.pieces = 0

    def submit(self, function, /, *args, **kwargs):
        self.pieces += 1
        return INLINE.submit(function, *args, **kwargs)


class Broken(Executor):
    """Breaks when a piece is given, or later, when its result is wanted."""

    def __init__(self, *, late):
        self.late = late

    def submit(self, function, /, *args, **kwargs):
        if not self.late:
            raise BrokenExecutor
        future = Future()
        future.set_exception(BrokenExecutor())
        return future


@pytest.mark.parametrize(("items", "pieces"), [(0, 0), (3, 0), (4, 2), (7, 4)])
def test_only_what_is_large_enough_is_cut_and_order_is_kept(items, pieces):
    executor = Counting()
    assert spread(executor, double, range(items), GRAIN) == tuple(double(range(items)))
    assert executor.pieces == pieces


def test_here_nothing_is_cut():
    seen = []
    spread(INLINE, lambda numbers: seen.append(numbers) or numbers, list(range(9)), GRAIN)
    assert seen == [list(range(9))]


@pytest.mark.parametrize("late", [False, True])
def test_a_broken_executor_costs_time_and_nothing_else(late):
    assert spread(Broken(late=late), double, range(9), GRAIN) == tuple(double(range(9)))


def test_an_error_of_a_piece_is_raised():
    with ThreadPoolExecutor(2) as threads, pytest.raises(ZeroDivisionError):
        spread(threads, lambda numbers: [1 // number for number in numbers], range(9), GRAIN)


def test_a_tally_in_threads_says_byte_by_byte_what_one_thread_says():
    """Enough cells for both rounds to be cut; short keys hold few slots."""
    cells = ENCRYPTIONS.least * 15
    names = ("north", "south", "west")
    parties = make_parties(
        {name: uniform_cells(cells, 20, 5000) for name in names}, plan=make_plan(cells)
    )
    far = Counting()
    with ThreadPoolExecutor(2) as near:
        run = parties.with_work(Work(far, near)).run()
    assert run == parties.run()
    least = min(len(run.mask.ciphertexts), len(run.counts["north"].ciphertexts))
    assert least >= ENCRYPTIONS.least
    assert far.pieces >= 7 * (ENCRYPTIONS.least // ENCRYPTIONS.items)
