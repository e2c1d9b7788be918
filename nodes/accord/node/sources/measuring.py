"""A plan's sums over an opened source: the finest cells by SQL, margins by adding."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Final

from accord.domain.catalogue import Table
from accord.domain.errors import RefusalError
from accord.node.sources.aggregates import Aggregates
from accord.node.sources.backend import Backend
from accord.node.sources.places import place_of
from accord.query.plan import Extract, Plan

# SQLite answers 2,000 columns at most, PostgreSQL 1,664.
_MOST_AT_ONCE: Final = 1_000

Cell = tuple[int, ...]  # one place per group of the finest set
Sums = list[int]  # the counts, then the moments


def measured(backend: Backend, plan: Plan, table: Table) -> Extract:
    """All cells of all grouping sets.

    Raises:
        RefusalError: E-SRC-040; a row does not fit the description: a second lock behind
            the digest.  E-SRC-043; numbers would be too large for the database.
        RequestError: E-SRC-031 and what `Backend.raw` raises.
    """
    finest = _finest(backend, plan, table)
    cells = [sums for groups in plan.sets for sums in _set_of_cells(plan, groups, finest)]
    split = len(plan.counts)
    return Extract(
        counts=tuple(tuple(sums[:split]) for sums in cells),
        moments=tuple(tuple(sums[split:]) for sums in cells),
    )


def _set_of_cells(plan: Plan, groups: Sequence[int], finest: Mapping[Cell, Sums]) -> list[Sums]:
    kept = [plan.sets[0].index(group) for group in groups]
    zero = [0] * (len(plan.counts) + len(plan.measures))
    found: dict[Cell, Sums] = {}
    for cell, sums in finest.items():
        place = tuple(cell[index] for index in kept)
        found[place] = [x + y for x, y in zip(found.get(place, zero), sums, strict=True)]
    sizes = [range(len(plan.groups[group].labels)) for group in groups]
    return [found.get(place, zero) for place in product(*sizes)]


def _finest(backend: Backend, plan: Plan, table: Table) -> dict[Cell, Sums]:
    """The cells that have rows.

    Addends come in parts only where there are more than a database answers at once; the
    source is opened in one state for all of them.
    """
    aggregates = Aggregates(backend, plan, table)
    places = [place_of(plan.groups[group]) for group in plan.sets[0]]
    found: dict[Cell, Sums] = {}
    for start in range(0, len(aggregates.addends), _MOST_AT_ONCE):
        part = aggregates.addends[start : start + _MOST_AT_ONCE]
        for keys, wrong, values in aggregates.rows(part):
            cell = tuple(place(key) for place, key in zip(places, keys, strict=True))
            if wrong or None in cell:
                raise RefusalError("E-SRC-040", detail="rows do not fit the description")
            sums = found.setdefault(_known(cell), [0] * (len(plan.counts) + len(plan.measures)))
            for one, value in zip(part, values, strict=True):
                sums[one.index] += one.weight * int(value or 0)
    return found


def _known(cell: Sequence[int | None]) -> Cell:
    return tuple(place for place in cell if place is not None)
