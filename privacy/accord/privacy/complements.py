"""Which released counts of a cell, less each other, would count a set of rows of its own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from accord.query.disjoint import are_disjoint
from accord.query.guarding import present_families
from accord.query.plan import CountKind, CountTerm, Plan

Present = tuple[str, ...]
Lattice = tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Complements:
    """By places in `Plan.counts`.

    Attributes:
        nested: Pairs of which the first counts all rows that the second counts.
        shown: Counts that the answer shows.
        apart: Pairs among these that count no row in common.
        families: A count of all rows and counts of arms that lie apart in it.
        lattices: Counts by which values are there, each with those that ask for more; with
            any two there is the count of rows that have both.
    """

    nested: tuple[tuple[int, int], ...]
    shown: tuple[int, ...]
    apart: frozenset[tuple[int, int]]
    families: tuple[tuple[int, tuple[int, ...]], ...]
    lattices: tuple[Lattice, ...]

    def show_few(self, counts: Sequence[int], minimum: int) -> bool:
        """Whether some difference is a number of rows above zero and below the minimum.

        WHERE and FILTER decide which rows are counted, so they can nest one count in
        another; the guard sees no rows and treats every pair as nested that is not apart.
        """
        return (
            self._pairs_show_few(counts, minimum)
            or any(
                0 < counts[whole] - sum(counts[part] for part in parts) < minimum
                for whole, parts in self.families
            )
            or any(0 < rows < minimum for each in self.lattices for rows in _rows_of(each, counts))
        )

    def _pairs_show_few(self, counts: Sequence[int], minimum: int) -> bool:
        if not self.apart:  # in order, neighbours suffice
            ordered = sorted({counts[place] for place in self.shown})
            return any(0 < more - less < minimum for less, more in pairwise(ordered))
        return any(
            0 < abs(counts[one] - counts[other]) < minimum
            for one, other in combinations(self.shown, 2)
            if (one, other) not in self.apart
        )


def complements_of(plan: Plan) -> Complements:
    """What follows from the plan alone."""
    places = {
        (term.arm, term.present): place
        for place, term in enumerate(plan.counts)
        if term.kind in (CountKind.ROWS, CountKind.PRESENT) and not term.also
    }
    counted = {(measure.arm, measure.present) for measure in plan.measures if not measure.terms}
    # Values are counted only to be shown, rows also to guard what is summed over them.
    shown = tuple(place for key, place in places.items() if key in counted or key[1])
    apart = frozenset(
        pair
        for pair in combinations(shown, 2)
        if _are_apart(plan, plan.counts[pair[0]], plan.counts[pair[1]])
    )
    nested = tuple(
        (places[more], place)
        for (arm, present), place in places.items()
        for more in {(arm, ()), (None, present), (None, ())} - {(arm, present)}
        if more in places
    )
    families = _families(plan, shown, apart)
    return Complements(nested, shown, apart, families, tuple(_lattices(plan, places)))


def _lattices(plan: Plan, places: Mapping[tuple[int | None, Present], int]) -> Iterator[Lattice]:
    for arm, family in present_families(plan.terms, plan.measures):
        ordered = sorted(family, key=len, reverse=True)
        yield tuple(
            (places[arm, one], tuple(places[arm, more] for more in ordered if set(one) < set(more)))
            for one in ordered
        )


def _rows_of(lattice: Lattice, counts: Sequence[int]) -> Iterable[int]:
    """Rows that have just these values and no more of those asked for (Moebius inversion)."""
    found: dict[int, int] = {}
    for place, more in lattice:
        found[place] = counts[place] - sum(found[other] for other in more)
    return found.values()


def _are_apart(plan: Plan, one: CountTerm, other: CountTerm) -> bool:
    if one.arm is None or other.arm is None:
        return False
    return are_disjoint(plan.arms[one.arm], plan.arms[other.arm])


def _families(
    plan: Plan, shown: Sequence[int], apart: frozenset[tuple[int, int]]
) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """All arms that lie apart, taken from the whole: no subset of them leaves fewer rows."""
    by_present: dict[Present, list[int]] = {}
    wholes: Mapping[Present, int] = {
        plan.counts[place].present: place for place in shown if plan.counts[place].arm is None
    }
    for place in shown:
        term = plan.counts[place]
        if term.arm is not None:
            family = by_present.setdefault(term.present, [])
            if all((other, place) in apart for other in family):
                family.append(place)
    return tuple(
        (wholes[present], tuple(family))
        for present, family in by_present.items()
        if present in wholes
    )
