"""Tally of counts, sums and means: all parties in this process, one after the other.

No network and no ledger: what the parties compute, with pair keys in place.  Cold: nobody
has a table for the keys yet; warm: tables are there from the run before.  In this process
the owners share one table per key, so cold counts it once, at the first owner.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from accord.privacy.parameters import KEY_BITS
from benchmarks.report import Row
from tests.unit.privacy.parties import (
    HEADROOM,
    ROWS,
    SUPPORT,
    Parties,
    key,
    make_parties,
    make_plan,
    uniform_cells,
)

OFFICE_ROWS, WAGES_BOUND, PEOPLE = 1 << 20, 10**9, 50
SHAPES = ((10, 1_000), (50, 1_000), (10, 10_000))


T = TypeVar("T")


@dataclass(slots=True)
class Clocks:
    """Processor seconds of the parties of one run."""

    owners: dict[str, float] = field(default_factory=dict[str, float])
    others: float = 0.0

    @property
    def total(self) -> float:
        """All parties together."""
        return sum(self.owners.values()) + self.others

    @property
    def path(self) -> float:
        """The slowest owner, then guard and requester: a run with a core for everybody."""
        return max(self.owners.values()) + self.others


def rows() -> Iterator[Row]:
    """Per shape: everybody, one owner, and the way a run cannot be shorter than."""
    for owners, cells in SHAPES:
        label = f"tally in process, {owners} owners, {cells:,} cells"
        states = ("cold", "warm") if (owners, cells) == SHAPES[0] else ("warm",)
        parties = make(owners, cells)
        for number, state in enumerate(states, 1):
            clocks = run(parties.with_run(number))
            each = clocks.total - clocks.others
            yield Row(f"{label}, {state}: all parties", clocks.total, "s of processor")
            yield Row(f"{label}, {state}: one owner", each / owners, "s of processor")
            yield Row(f"{label}, {state}: longest way", clocks.path, "s of processor")


def make(owners: int, cells: int) -> Parties:
    """Parties of a `SELECT COUNT(*), SUM(wages), AVG(wages) ... GROUP BY`, full-sized keys."""
    for name in ("guard", "requester"):
        key(name, KEY_BITS)
    plan = make_plan(
        cells, counts=(ROWS, SUPPORT, HEADROOM), bounds=(1, WAGES_BOUND), max_rows=OFFICE_ROWS
    )
    one = uniform_cells(cells, PEOPLE, PEOPLE * 70_000)
    each = [((*counts, PEOPLE), moments) for counts, moments in one]
    names = [f"owner_{place}" for place in range(owners)]
    return make_parties(dict.fromkeys(names, each), plan=plan, bits=KEY_BITS)


def run(parties: Parties) -> Clocks:
    """One run, each party by its own clock; the sums are checked."""
    clocks, counts, values = Clocks(), {}, {}
    tallies = {owner: parties.owner(owner) for owner in parties.context.owners}
    guard, requester = parties.guard(), parties.requester()
    for owner, tally in tallies.items():
        counts[owner] = _timed(clocks, owner, tally.counts)
    verdict = _timed(clocks, "", lambda: guard.decide(counts, parties.data_versions))
    decision = verdict.statement.decision
    for owner, tally in tallies.items():
        values[owner] = _timed(clocks, owner, partial(tally.values, decision))
    added = _timed(clocks, "", lambda: requester.add(values, verdict.statement))
    mask = _timed(clocks, "", lambda: guard.mask(verdict.statement))
    _openings, moments = _timed(clocks, "", lambda: requester.open(added, mask, verdict.statement))
    people = PEOPLE * len(tallies)
    if {cell.moments for cell in moments} != {(people, people * 70_000)}:
        raise ValueError("the tally is wrong")
    return clocks


def _timed(clocks: Clocks, owner: str, work: Callable[[], T]) -> T:
    start = time.process_time()
    made = work()
    seconds = time.process_time() - start
    if owner:
        clocks.owners[owner] = clocks.owners.get(owner, 0.0) + seconds
    else:
        clocks.others += seconds
    return made
