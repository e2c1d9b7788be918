"""Expressions over released numbers: exact, with SQL's NULL (None) and three-valued logic."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Final, TypeAlias, cast

from accord.query.chi_square import cross_value
from accord.query.expressions import aggregates_of, expressions_of
from accord.query.functions import CROSS
from accord.query.plan import Group, Plan
from accord.query.plan_answer import Aggregate, Expression, Grouping, Label, Number, Operator, Text
from accord.query.pooled import pooling_of
from accord.query.roots import square_root
from accord.query.statistics import statistic

Value: TypeAlias = Fraction | str | bool | None

_NUMBER: Final = re.compile(r"-?[0-9]{1,19}(\.[0-9]{1,18})?")


@dataclass(frozen=True, slots=True)
class Row:
    """One row before it is printed.

    Attributes:
        places: In every group of the plan; None where the row is a margin over it.
        sums: One per measure; of a cross table none, but those of all cells in ``cells``.
    """

    places: tuple[int | None, ...]
    sums: Sequence[int] = ()
    cells: Sequence[Sequence[int]] = ()


def is_numeric(group: Group) -> bool:
    """Whether the labels of a group are numbers, to be compared and sorted as such."""
    if group.date or group.cases or any(isinstance(value, str) for value in group.values):
        return False
    return all(label is None or _NUMBER.fullmatch(label) for label in group.labels)


class Evaluator:
    """Evaluates the expressions of one checked plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._labels = tuple(_label_values(group) for group in plan.groups)
        self._poolings = {
            aggregate: pooling_of(plan, aggregate)
            for expression in expressions_of(plan)
            for aggregate in aggregates_of(expression)
            if aggregate.function not in CROSS
        }

    def value(self, expression: Expression, row: Row) -> Value:
        """What the expression is in a released row; without aggregates, in any row."""
        match expression:
            case Aggregate():
                return self._aggregate(expression, row)
            case Label():
                place = row.places[expression.group]
                return None if place is None else self._labels[expression.group][place]
            case Grouping():
                return Fraction(row.places[expression.over] is None)
            case Number():
                return Fraction(expression.value, 10**expression.scale)
            case Text():
                return expression.value
            case _:
                values = [self.value(operand, row) for operand in expression.operands]
                return operate(expression.operator, values)

    def rows_behind(self, expression: Expression, row: Row) -> int | None:
        """The fewest rows that an aggregate in the expression rests on; None without any."""
        counts = [self._count(aggregate, row) for aggregate in aggregates_of(expression)]
        return min(counts, default=None)

    def _aggregate(self, aggregate: Aggregate, row: Row) -> Fraction | None:
        if aggregate.function in CROSS:
            moment = aggregate.pieces[0].moments[0]
            columns = len(self._plan.groups[1].labels)
            return cross_value(aggregate.function, [sums[moment] for sums in row.cells], columns)
        pooled = self._poolings[aggregate].pool(row.sums)
        return statistic(aggregate.function, pooled, aggregate.index)

    def _count(self, aggregate: Aggregate, row: Row) -> int:
        cells = row.cells if aggregate.function in CROSS else (row.sums,)
        return sum(sums[piece.moments[0]] for sums in cells for piece in aggregate.pieces)


def operate(operator: Operator, values: Sequence[Value]) -> Value:
    """One operator over values; the plan's check has seen to their types."""
    if operator in _OF_NULLS:
        return _OF_NULLS[operator](values)
    if any(value is None for value in values):
        return None
    return _OF_VALUES[operator](*values)


def _label_values(group: Group) -> tuple[Value, ...]:
    if not is_numeric(group):
        return group.labels
    return tuple(None if label is None else Fraction(label) for label in group.labels)


def _all(values: Sequence[Value]) -> bool | None:
    if False in values:
        return False
    return None if None in values else True


def _any(values: Sequence[Value]) -> bool | None:
    if True in values:
        return True
    return None if None in values else False


def _divide(over: Fraction, under: Fraction) -> Fraction | None:
    return over / under if under else None


def _round(value: Fraction, digits: Fraction) -> Fraction:
    """Half away from zero, as DuckDB rounds decimals."""
    unit = 10 ** int(digits)
    size = Fraction(floor(abs(value) * unit + Fraction(1, 2)), unit)
    return -size if value < 0 else size


_OF_NULLS: Final[Mapping[Operator, Callable[[Sequence[Value]], Value]]] = {
    Operator.AND: _all,
    Operator.OR: _any,
    Operator.IS_NULL: lambda values: values[0] is None,
    Operator.COALESCE: lambda values: next((one for one in values if one is not None), None),
    Operator.NULLIF: lambda values: None if values[0] == values[1] else values[0],
}
_OF_VALUES: Final = cast(
    "Mapping[Operator, Callable[..., Value]]",
    {
        Operator.ADD: lambda a, b: a + b,
        Operator.SUBTRACT: lambda a, b: a - b,
        Operator.MULTIPLY: lambda a, b: a * b,
        Operator.DIVIDE: _divide,
        Operator.NEGATE: lambda a: -a,
        Operator.ABS: abs,
        Operator.SQRT: lambda a: None if a < 0 else square_root(a),
        Operator.ROUND: _round,
        Operator.EQUAL: lambda a, b: a == b,
        Operator.NOT_EQUAL: lambda a, b: a != b,
        Operator.LESS: lambda a, b: a < b,
        Operator.LESS_EQUAL: lambda a, b: a <= b,
        Operator.GREATER: lambda a, b: a > b,
        Operator.GREATER_EQUAL: lambda a, b: a >= b,
        Operator.NOT: lambda a: not a,
    },
)
