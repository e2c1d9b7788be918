"""How counts and moments of a plan stand in plaintexts, with the bound of every sum.

One owner's largest number: ``max_rows`` for a count, ``max_rows * bound`` for a measure,
where ``bound`` is the largest term of one row; 1 for a flag.  `accord.privacy.packing`
multiplies by the number of parties.
"""

from collections.abc import Sequence
from typing import Final

from accord.domain.answer import CellMoments
from accord.privacy.disclosure import CellCounts
from accord.privacy.packing import Layout, make_layout, unpack
from accord.privacy.tally.context import TallyContext

_FLAGS: Final = (1, 1, 1)  # contributor, objection, veto


def count_layout(context: TallyContext, n: int) -> Layout:
    """First round: per cell its count terms, then the three flags.

    Raises:
        RequestError: E-CRY-006.
    """
    cell = (*(context.plan.max_rows for _ in context.plan.counts), *_FLAGS)
    return make_layout(cell * context.plan.cells, len(context.count_ring), n)


def value_layout(context: TallyContext, allowed: bytes, n: int) -> Layout:
    """Second round: the measures of every allowed cell, in plan order.

    Raises:
        RequestError: E-CRY-006.
    """
    cell = tuple(context.plan.max_rows * measure.bound for measure in context.plan.measures)
    return make_layout(cell * sum(allowed), len(context.owners), n)


def unpack_counts(layout: Layout, plaintexts: Sequence[int], terms: int) -> tuple[CellCounts, ...]:
    """Joint counts per cell; ``terms`` is the number of count terms of the plan.

    Raises:
        VerificationError: E-CRY-007.
    """
    rows = _split(unpack(layout, plaintexts), terms + len(_FLAGS))
    return tuple(CellCounts(row[:terms], *row[terms:]) for row in rows)


def unpack_values(
    layout: Layout, plaintexts: Sequence[int], allowed: bytes, measures: int
) -> tuple[CellMoments, ...]:
    """Moments per allowed cell.

    Raises:
        VerificationError: E-CRY-007.
    """
    rows = _split(unpack(layout, plaintexts), measures)
    cells = (cell for cell, released in enumerate(allowed) if released)
    return tuple(CellMoments(cell, row) for cell, row in zip(cells, rows, strict=True))


def _split(values: tuple[int, ...], size: int) -> list[tuple[int, ...]]:
    return [values[start : start + size] for start in range(0, len(values), size)]
