"""Whether opened sums are such as rows within the bounds could make.

For readers who trust nobody: whatever does not hold shows a lie or a fault.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from accord.domain.answer import CellMoments
from accord.domain.errors import VerificationError
from accord.query.cells import margins_of_finest
from accord.query.plan import Measure, Plan

_Check: TypeAlias = Callable[[Sequence[int]], bool]
_Places: TypeAlias = Mapping[tuple[int | None, tuple[str, ...], tuple[int, ...]], int]
_SQUARE: Final = 2


def check_moments(plan: Plan, moments: Sequence[CellMoments], parts: int | None = None) -> None:
    """Check that every released cell has sums that rows within the bounds could make.

    Args:
        plan: Already checked.
        moments: Sums over all parts.
        parts: Number of the table's parts, which limits the rows, where known.

    Raises:
        VerificationError: E-SQL-037.
    """
    checks = tuple(_checks(plan))
    limits = None
    if parts is not None:
        limits = [measure.bound * plan.max_rows * parts for measure in plan.measures]
    seen: set[int] = set()
    for cell in moments:
        sums, name = cell.moments, f"cell {cell.cell}"
        _fits(0 <= cell.cell < plan.cells and cell.cell not in seen, name)
        _fits(len(sums) == len(plan.measures) and min(sums) >= 0, name)
        seen.add(cell.cell)
        if limits is not None:
            _fits(all(a <= b for a, b in zip(sums, limits, strict=True)), name)
        _fits(all(check(sums) for check in checks), name)
    if len(plan.sets) > 1:
        _check_margins(plan, {cell.cell: cell.moments for cell in moments})


def _checks(plan: Plan) -> Iterator[_Check]:
    place = {
        (measure.arm, measure.present, measure.terms): at
        for at, measure in enumerate(plan.measures)
    }
    for at, measure in enumerate(plan.measures):
        count = place.get((measure.arm, measure.present, ()))
        if not measure.terms:
            yield from _count_checks(place, at, measure)
        elif count is not None:
            yield _not_more(at, count, measure.bound)
            if len(measure.terms) == _SQUARE:
                yield from _square_checks(plan, place, at, count)


def _count_checks(place: _Places, at: int, measure: Measure) -> Iterator[_Check]:
    """Fewer rows have a value than there are; fewer are in an arm than in the cell."""
    own = (measure.arm, measure.present)
    for more in {(measure.arm, ()), (None, measure.present), (None, ())} - {own}:
        if (*more, ()) in place:
            yield _not_more(at, place[*more, ()])


def _square_checks(plan: Plan, place: _Places, at: int, count: int) -> Iterator[_Check]:
    measure = plan.measures[at]
    own = (measure.arm, measure.present)
    first, second = (place.get((*own, (term,))) for term in measure.terms)
    if first is None or second is None:
        return
    places = (at, first, second, count)
    yield from _product_checks(plan, places)
    squares = [place.get((*own, (term, term))) for term in measure.terms]
    if squares[0] is not None and squares[1] is not None:
        yield _cauchy_schwarz(places, (squares[0], squares[1]))


def _not_more(at: int, limit: int, times: int = 1) -> _Check:
    return lambda sums: sums[at] <= sums[limit] * times


def _product_checks(plan: Plan, places: tuple[int, int, int, int]) -> Iterator[_Check]:
    """A product of a in [0, p] and b in [0, q] is between aq + bp - pq and aq, bp."""
    at, first, second, count = places
    p, q = plan.measures[first].bound, plan.measures[second].bound
    yield _not_more(at, first, q)
    yield _not_more(at, second, p)
    yield lambda sums: sums[at] >= sums[first] * q + sums[second] * p - sums[count] * p * q


def _cauchy_schwarz(places: tuple[int, int, int, int], squares: tuple[int, int]) -> _Check:
    """No variance is negative, no covariance larger than its variances allow."""
    at, first, second, count = places

    def holds(sums: Sequence[int]) -> bool:
        n, a, b = sums[count], sums[first], sums[second]
        of_a, of_b = n * sums[squares[0]] - a * a, n * sums[squares[1]] - b * b
        both = n * sums[at] - a * b
        return of_a >= 0 and of_b >= 0 and both * both <= of_a * of_b

    return holds


def _check_margins(plan: Plan, sums: dict[int, Sequence[int]]) -> None:
    """A margin is at least the sum of the released cells in it, and that sum if all are."""
    for level in range(1, len(plan.sets)):
        inside: dict[int, list[int]] = {}
        missing: set[int] = set()
        for cell, margin in enumerate(margins_of_finest(plan, level)):
            if margin not in sums:
                continue
            if cell in sums:
                total = inside.setdefault(margin, [0] * len(plan.measures))
                for at, value in enumerate(sums[cell]):
                    total[at] += value
            else:
                missing.add(margin)
        for margin, total in inside.items():
            pairs = list(zip(total, sums[margin], strict=True))
            _fits(all(part <= whole for part, whole in pairs), f"cell {margin}")
            equal = margin in missing or all(part == whole for part, whole in pairs)
            _fits(equal, f"cell {margin}")


def _fits(holds: bool, fault: str) -> None:  # noqa: FBT001
    if not holds:
        raise VerificationError("E-SQL-037", fault=fault)
