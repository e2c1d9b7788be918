"""Where cells lie: the places of each, and the margins that hold it."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, product

from accord.query.plan import Plan


def cell_places(plan: Plan) -> Iterator[tuple[int | None, ...]]:
    """Per cell, in order, its place in every group; None where it is a margin over it."""
    for groups in plan.sets:
        sizes = [len(plan.groups[group].labels) for group in groups]
        for places in product(*map(range, sizes)):
            at = dict(zip(groups, places, strict=True))
            yield tuple(at.get(group) for group in range(len(plan.groups)))


def set_starts(plan: Plan) -> tuple[int, ...]:
    """The first cell of each grouping set, and the number of cells."""
    return tuple(accumulate(map(plan.cells_of, plan.sets), initial=0))


def margins_of_finest(plan: Plan, level: int) -> Sequence[int]:
    """For each cell of the finest set, the cell of set ``level`` that holds it."""
    start = set_starts(plan)[level]
    inside = [0] * plan.cells_of(plan.sets[0])
    sizes = [len(plan.groups[group].labels) for group in plan.sets[0]]
    steps = _steps(plan, level)
    for cell, places in enumerate(product(*map(range, sizes))):
        inside[cell] = start + sum(place * step for place, step in zip(places, steps, strict=True))
    return inside


def _steps(plan: Plan, level: int) -> list[int]:
    """By how many cells of the set a place of each group of the finest set counts."""
    step, steps = 1, {}
    for group in reversed(plan.sets[level]):
        steps[group] = step
        step *= len(plan.groups[group].labels)
    return [steps.get(group, 0) for group in plan.sets[0]]
