"""Which cells may be released: a deterministic function of joint counts.

Zero counts as small: an empty cell looks like a withheld one.  The reason stays with the
guard, sealed; everybody else sees one mark for every withheld cell, because "too few"
and "complement too few" together would say more than either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from accord.query.plan import CountKind, CountTerm, Plan

MIN_SOURCES: Final = 2  # with one, the joint sum is that owner's own number


class Reason(StrEnum):
    """Why a cell is released or withheld; never leaves the guard unsealed."""

    RELEASED = "released"
    VETO = "veto"
    TOO_FEW = "too_few"
    COMPLEMENT = "complement"  # one released count less another shows too few rows
    SINGLE_SOURCE = "single_source"
    INCONSISTENT = "inconsistent"  # more values than rows: somebody lies


@dataclass(frozen=True, slots=True)
class CellCounts:
    """What the guard opens of one cell; the requester's own rows are not in it.

    Attributes:
        terms: One joint count per `CountTerm` of the plan.
        contributors: Owners with rows behind every term.
        objections: Contributors whose grant forbids cells that they alone feed.
        vetoes: Owners that forbid the cell for reasons of their own.
    """

    terms: tuple[int, ...]
    contributors: int
    objections: int
    vetoes: int


def decide(
    plan: Plan, cells: Sequence[CellCounts], minimum: int
) -> tuple[bytes, tuple[Reason, ...]]:
    """One byte per cell, 1 released and 0 withheld, and the reason of each."""
    nested, released = _nested_terms(plan.counts), _released_terms(plan)
    reasons = tuple(_judge(cell, nested, released, minimum) for cell in cells)
    return bytes(reason is Reason.RELEASED for reason in reasons), reasons


def _judge(
    cell: CellCounts,
    nested: Sequence[tuple[int, int]],
    released: Sequence[int],
    minimum: int,
) -> Reason:
    single = cell.contributors == 1 and cell.objections == 0
    if cell.vetoes:
        return Reason.VETO
    if any(cell.terms[rows] < cell.terms[present] for rows, present in nested):
        return Reason.INCONSISTENT
    if min(cell.terms) < minimum:
        return Reason.TOO_FEW
    if _differ_by_few([cell.terms[place] for place in released], minimum):
        return Reason.COMPLEMENT
    if cell.contributors < MIN_SOURCES and not single:
        return Reason.SINGLE_SOURCE
    return Reason.RELEASED


def _nested_terms(terms: Sequence[CountTerm]) -> tuple[tuple[int, int], ...]:
    """Places of ROWS and of each PRESENT, where the plan has both."""
    rows = [place for place, term in enumerate(terms) if term.kind is CountKind.ROWS]
    present = [place for place, term in enumerate(terms) if term.kind is CountKind.PRESENT]
    return tuple((row, other) for row in rows for other in present)


def _released_terms(plan: Plan) -> tuple[int, ...]:
    """Places of the counts that the answer shows: values are counted only to be shown."""
    shown = {CountKind.PRESENT}
    if any(not measure.column for measure in plan.measures):
        shown.add(CountKind.ROWS)
    return tuple(place for place, term in enumerate(plan.counts) if term.kind in shown)


def _differ_by_few(counts: Sequence[int], minimum: int) -> bool:
    """Whether any two differ, by less than the minimum.

    WHERE decides which rows are counted, so it can nest one column's values in another's;
    the guard sees no rows and treats every pair as nested.  In order, neighbours suffice.
    """
    return any(0 < more - less < minimum for less, more in pairwise(sorted(set(counts))))
