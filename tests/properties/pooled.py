"""What DuckDB answers over the pooled rows, and how near an answer has to be to it."""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb

from accord.domain.catalogue import Column, ColumnType
from accord.query.functions import COVARIANCES, ROOTS, SPREADS
from accord.query.plan import Plan
from accord.query.plan_answer import (
    Aggregate,
    Expression,
    Function,
    Grouping,
    Label,
    Operation,
    Operator,
    Output,
)
from tests.properties.worlds import World

TOLERANCE = 1e-9  # relative to the answer
NOISE = 1e-13  # relative to the largest number that can go in, and to its square
WELL_SPREAD = 1e-6  # of the largest square
LOST = 1e-6  # of a quotient whose parts are well spread
QUOTIENTS = frozenset(
    {Function.CORR, Function.REGR_R2, Function.REGR_SLOPE, Function.REGR_INTERCEPT}
)
SQUARES = frozenset(
    {*COVARIANCES, *SPREADS, Function.REGR_SXX, Function.REGR_SYY, Function.REGR_SXY}
)
EXACT = frozenset({Function.COUNT, Function.SUM, Function.REGR_COUNT})


def pooled(world: World) -> list[tuple[Any, ...]]:
    connection = duckdb.connect()
    columns = ", ".join(f"{column.name} {sql_type(column)}" for column in world.table.columns)
    connection.execute(f"CREATE TABLE t ({columns})")
    places = ", ".join("?" for _ in world.table.columns)
    for row in world.pooled:
        values = [typed(column, row[column.name]) for column in world.table.columns]
        connection.execute(f"INSERT INTO t VALUES ({places})", values)
    found = connection.execute(world.sql).fetchall()
    connection.close()
    return found


def typed(column: Column, text: str | None) -> str | Decimal | None:
    texts = (ColumnType.TEXT, ColumnType.DATE)
    return text if text is None or column.type in texts else Decimal(text)


def sql_type(column: Column) -> str:
    match column.type:
        case ColumnType.DECIMAL:
            return f"DECIMAL(9, {column.scale})"
        case ColumnType.INTEGER:
            return "HUGEINT"
        case ColumnType.DATE:
            return "DATE"
        case _:
            return "VARCHAR"


def key_of(plan: Plan) -> Callable[[tuple[Any, ...]], list[str]]:
    """What tells rows apart: labels, and whether they are margins."""
    labels = [
        place
        for place, output in enumerate(plan.outputs)
        if isinstance(output.expression, (Label, Grouping))
    ]
    return lambda row: [str(row[place]) for place in labels]


def assert_equal(
    plan: Plan, output: Output, shown: str | None, truth: Any, cells: Sequence[Sequence[int]]
) -> None:
    """Check one value of an answer against DuckDB's; ``cells`` are sums that may be behind it."""
    expression = output.expression
    if isinstance(truth, float) and not math.isfinite(truth):  # DuckDB: x / 0, CORR of constants
        truth = None
    if is_exact(expression):
        assert comparable(shown) == comparable(truth), output.name
    elif is_well_spread(plan, expression, cells):
        assert (shown is None) == (truth is None), output.name
        if shown is not None:
            last = 10.0 ** -len(shown.partition(".")[2])
            slack = last + noise(plan, expression)
            near = math.isclose(float(shown), truth, rel_tol=TOLERANCE, abs_tol=slack)
            assert near, (output.name, shown, truth)


def comparable(value: Any) -> Any:
    """Numbers as fractions, whatever digits they are printed with; text as it is."""
    if isinstance(value, bool) or value is None:
        return str(value).lower() if value is not None else None
    try:
        return Fraction(str(value))
    except ValueError:
        return str(value)


def is_exact(expression: Expression) -> bool:
    match expression:
        case Aggregate():
            return expression.function in EXACT
        case Operation():
            inexact = expression.operator in (Operator.DIVIDE, Operator.SQRT)
            return not inexact and all(is_exact(operand) for operand in expression.operands)
        case _:
            return True


def noise(plan: Plan, expression: Expression) -> float:
    if isinstance(expression, Operation):
        return sum(noise(plan, operand) for operand in expression.operands)
    if not isinstance(expression, Aggregate):
        return 0.0
    function = expression.function
    sizes = [size(plan, index) for piece in expression.pieces for index in piece.terms]
    largest = max([1.0, *sizes])
    if function in QUOTIENTS:
        y, x = sizes
        return LOST * {Function.REGR_SLOPE: y / x, Function.REGR_INTERCEPT: y}.get(function, 1.0)
    if function in ROOTS:
        return math.sqrt(NOISE) * largest
    return NOISE * (largest**2 if function in SQUARES else largest)


def size(plan: Plan, index: int) -> float:
    term = plan.terms[index]
    return max(abs(term.minimum), abs(term.maximum)) / 10.0**term.scale


def is_well_spread(plan: Plan, expression: Expression, cells: Sequence[Sequence[int]]) -> bool:
    """Whether no spread that a function divides by is lost in rounding."""
    if not isinstance(expression, Aggregate) or expression.function not in QUOTIENTS:
        return True
    (piece,) = expression.pieces
    for sums in cells:
        n, y, x, yy, _, xx = (sums[moment] for moment in piece.moments)
        for index, total, squares in ((piece.terms[0], y, yy), (piece.terms[1], x, xx)):
            largest = max(abs(plan.terms[index].minimum), abs(plan.terms[index].maximum), 1)
            if n and (squares * n - total * total) < WELL_SPREAD * n * n * largest**2:
                return False
    return True
