"""Whether a plan and opened sums fit together; for readers who trust neither.

The stand-alone verifier decodes both from a file, so nothing here may take time or
memory that the file's author chooses.
"""

from collections.abc import Sequence
from typing import Final

from accord.domain.answer import CellMoments
from accord.domain.catalogue import Column
from accord.domain.catalogue_check import MAX_SCALE
from accord.domain.errors import VerificationError
from accord.query.plan import MAX_CELLS, Function, Measure, Output, Plan

# Count, sum and sum of squares are three equations: with as many values as unknowns they
# say how many rows have each value, also the one that a single row has.
_SOLVABLE_VALUES: Final = 3

_POWERS: Final = {
    Function.GROUP: (),
    Function.COUNT: (0,),
    Function.SUM: (0, 1),
    Function.AVG: (0, 1),
    Function.VAR_POP: (0, 1, 2),
    Function.VAR_SAMP: (0, 1, 2),
    Function.STDDEV_POP: (0, 1, 2),
    Function.STDDEV_SAMP: (0, 1, 2),
}


def squares_tell_values(column: Column) -> bool:
    """Whether a sum of squares would show how many rows have each value of ``column``."""
    if column.minimum is None or column.maximum is None:
        return False
    values = column.maximum - column.minimum + 1
    return min(values, len(column.domain) or values) <= _SOLVABLE_VALUES


def check_plan(plan: Plan) -> None:
    """Check that the parts of a plan refer to each other as they must.

    Raises:
        VerificationError: E-SQL-038.
    """
    for group in plan.groups:
        _expect(0 < len(group.values) == len(group.labels), f"group {group.column}")
        _expect(len(set(group.values)) == len(group.values), f"group {group.column}")
    _expect(len({group.column for group in plan.groups}) == len(plan.groups), "groups")
    _expect(plan.max_rows > 0 and plan.cells <= MAX_CELLS, "size")
    for measure in plan.measures:
        _expect(measure.power in (0, 1, 2) and measure.bound >= 0, f"measure {measure.column}")
    for output in plan.outputs:
        _check_output(plan, output)


def check_moments(plan: Plan, moments: Sequence[CellMoments], parts: int | None = None) -> None:
    """Check that every released cell has sums that rows within the bounds could make.

    Args:
        plan: Already checked.
        moments: Sums over all parts.
        parts: Number of the table's parts, which limits the rows, where known.

    Raises:
        VerificationError: E-SQL-037.
    """
    seen: set[int] = set()
    for cell in moments:
        _fits(0 <= cell.cell < plan.cells and cell.cell not in seen, f"cell {cell.cell}")
        _fits(len(cell.moments) == len(plan.measures), f"cell {cell.cell}")
        seen.add(cell.cell)
        for measure, value in zip(plan.measures, cell.moments, strict=True):
            limit = None if parts is None else measure.bound * plan.max_rows * parts
            _fits(value >= 0 and (limit is None or value <= limit), f"cell {cell.cell}")
        for output in plan.outputs:
            _check_cell(plan, output, cell)


def _check_output(plan: Plan, output: Output) -> None:
    name = f"output {output.name}"
    _expect(0 <= output.scale <= MAX_SCALE, name)
    _expect(all(0 <= index < len(plan.measures) for index in output.moments), name)
    used = [plan.measures[index] for index in output.moments]
    _expect(tuple(measure.power for measure in used) == _POWERS[output.function], name)
    _expect(all(_is_about(measure, output) for measure in used), name)
    _expect(len({measure.offset for measure in used if measure.power}) <= 1, name)
    if output.function is Function.GROUP:
        _expect(output.column in {group.column for group in plan.groups}, name)


def _is_about(measure: Measure, output: Output) -> bool:
    """COUNT(*) stands in for the count of a column without NULL."""
    return measure.column == output.column or (measure.power == 0 and measure.column == "")


def _check_cell(plan: Plan, output: Output, cell: CellMoments) -> None:
    if len(output.moments) < 2:  # noqa: PLR2004 - a count alone fits always
        return
    count, total = (cell.moments[index] for index in output.moments[:2])
    bound = plan.measures[output.moments[1]].bound
    _fits(total <= bound * count, f"cell {cell.cell}")
    if len(output.moments) > 2:  # noqa: PLR2004 - Cauchy-Schwarz: no variance is negative
        squares = cell.moments[output.moments[2]]
        _fits(squares * count >= total * total, f"cell {cell.cell}")
        _fits(squares <= bound * total, f"cell {cell.cell}")


def _expect(holds: bool, fault: str) -> None:  # noqa: FBT001
    if not holds:
        raise VerificationError("E-SQL-038", fault=fault)


def _fits(holds: bool, fault: str) -> None:  # noqa: FBT001
    if not holds:
        raise VerificationError("E-SQL-037", fault=fault)
