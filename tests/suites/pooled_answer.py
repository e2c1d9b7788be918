"""What a question over parts in memory is answered: compiled, summed, judged and finished.

No encryption and no records: for tests of the language, whose questions are many.
"""

from collections.abc import Sequence

from accord.domain.answer import Answer, CellMoments
from accord.domain.catalogue import Table
from accord.privacy.disclosure import CellCounts, decide
from accord.query.compile import compile_question
from accord.query.finish import finish
from accord.query.plan import Extract, Plan
from tests.suites.memory_source import MemorySource, Row
from tests.suites.permit import permit_for_tests


def pooled_answer(
    sql: str, table: Table, parts: Sequence[Sequence[Row]], minimum: int = 10
) -> tuple[Plan, Answer]:
    """The plan of ``sql`` and its answer; cells fed by one owner alone are allowed."""
    plan = compile_question(sql, {table.name: table})
    extracts = [_extract(plan, table, part) for part in parts]
    cells = [_counts([extract.counts[cell] for extract in extracts]) for cell in range(plan.cells)]
    released, _ = decide(plan, cells, minimum)
    if plan.cross and 0 in released:
        released = bytes(plan.cells)
    moments = [
        CellMoments(cell, _added([extract.moments[cell] for extract in extracts]))
        for cell in range(plan.cells)
        if released[cell]
    ]
    return plan, finish(plan, moments)


def _extract(plan: Plan, table: Table, rows: Sequence[Row]) -> Extract:
    source = MemorySource(rows)
    return source.measure(plan, permit_for_tests(), table=table, expected=source.digest())


def _counts(rows: Sequence[tuple[int, ...]]) -> CellCounts:
    contributors = sum(min(row) > 0 for row in rows)
    return CellCounts(_added(rows), contributors=contributors, objections=0, vetoes=0)


def _added(rows: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*rows, strict=True)))
