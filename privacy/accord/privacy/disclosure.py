"""Which cells may be released: a deterministic function of joint counts.

Zero counts as small: an empty cell looks like a withheld one.  The reason stays with the
guard, sealed; everybody else sees one mark for every withheld cell, because "too few"
and "complement too few" together would say more than either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from accord.privacy.complements import Complements, complements_of
from accord.query.cells import margins_of_finest, set_starts
from accord.query.equations import needed_rows
from accord.query.plan import Plan

MIN_SOURCES: Final = 2  # with one, the joint sum is that owner's own number


class Reason(StrEnum):
    """Why a cell is released or withheld; never leaves the guard unsealed."""

    RELEASED = "released"
    VETO = "veto"
    TOO_FEW = "too_few"
    COMPLEMENT = "complement"  # released counts less each other show too few rows
    SINGLE_SOURCE = "single_source"
    REMAINDER = "remainder"  # a margin less the released cells in it would show too little
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
    complements, minimum = complements_of(plan), needed_rows(plan, minimum)
    reasons = [_judge(cell, complements, minimum) for cell in cells]
    finest = plan.cells_of(plan.sets[0])
    open_ = {cell for cell in range(finest) if reasons[cell] is not Reason.RELEASED}
    for level in range(1, len(plan.sets)):
        open_ = _judge_margins(plan, level, cells, reasons, complements, minimum, open_)
    return bytes(reason is Reason.RELEASED for reason in reasons), tuple(reasons)


def _judge(cell: CellCounts, complements: Complements, minimum: int) -> Reason:
    single = cell.contributors == 1 and cell.objections == 0
    if cell.vetoes:
        return Reason.VETO
    if any(cell.terms[more] < cell.terms[less] for more, less in complements.nested):
        return Reason.INCONSISTENT
    if min(cell.terms) < minimum:
        return Reason.TOO_FEW
    if complements.show_few(cell.terms, minimum):
        return Reason.COMPLEMENT
    if cell.contributors < MIN_SOURCES and not single:
        return Reason.SINGLE_SOURCE
    return Reason.RELEASED


def _judge_margins(
    plan: Plan,
    level: int,
    cells: Sequence[CellCounts],
    reasons: list[Reason],
    complements: Complements,
    minimum: int,
    open_: set[int],
) -> set[int]:
    """Judge one coarser set; returns the finest cells that no released cell holds yet.

    A margin less the released cells in it is what is left of it, to whoever subtracts: so
    the rest must itself be fit for release, or there must be none.  Released cells of one
    chain of sets lie in each other or apart, so nothing else can be subtracted.
    """
    start, end = set_starts(plan)[level : level + 2]
    holder = margins_of_finest(plan, level)
    inside: list[list[int]] = [[] for _ in range(start, end)]
    for cell, margin in enumerate(holder):
        inside[margin - start].append(cell)
    for margin, held in enumerate(inside, start):
        if cells[margin].terms != _add([cells[cell].terms for cell in held]):
            reasons[margin] = Reason.INCONSISTENT
        rest = [cells[cell] for cell in held if cell in open_]
        if reasons[margin] is Reason.RELEASED and rest:
            fit = _judge(_rest(rest), complements, minimum) is Reason.RELEASED
            reasons[margin] = Reason.RELEASED if fit else Reason.REMAINDER
    return {cell for cell in open_ if reasons[holder[cell]] is not Reason.RELEASED}


def _rest(rest: Sequence[CellCounts]) -> CellCounts:
    """Withheld cells as one: as many contributors as the best of them surely has.

    Each cell's veto is about that cell; an owner that forbids their sum vetoes the margin.
    """
    return CellCounts(
        terms=_add([cell.terms for cell in rest]),
        contributors=max(cell.contributors for cell in rest),
        objections=sum(cell.objections for cell in rest),
        vetoes=0,
    )


def _add(rows: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*rows, strict=True)))
