"""Public functions of one column, as the steps at which their value changes.

A column with public values makes one step per value, a number or date with bounds one
per interval; so UPPER(region), FLOOR(age / 10) and YEAR(born) are groups, and conditions
on them are conditions on the column.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from accord.domain.catalogue import Column, ColumnType
from accord.query.dates import date_text
from accord.query.derived import domain_values
from accord.query.plan_rows import Comparison, Compound, Condition, Junction, Predicate

Value: TypeAlias = int | str | Fraction


class Kind(StrEnum):
    """How a value is written."""

    INTEGER = "integer"
    DOUBLE = "double"
    DATE = "date"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Step:
    """The function is ``value`` where the column is from ``low`` to ``high``."""

    low: int | str
    high: int | str
    value: Value


@dataclass(frozen=True, slots=True)
class Steps:
    """A function of one column; NULL where the column is NULL.

    Attributes:
        listed: Whether the column has public values: one step each, in domain order.
        steps: Otherwise rising, without gaps, from the column's minimum to its maximum.
    """

    column: Column
    kind: Kind
    listed: bool
    steps: tuple[Step, ...]

    def mapped(self, kind: Kind, function: Callable[[Value], Value]) -> "Steps":
        """A function of the function."""
        found = tuple(Step(one.low, one.high, function(one.value)) for one in self.steps)
        return Steps(self.column, kind, self.listed, found if self.listed else _merged(found))

    @property
    def values(self) -> tuple[Value, ...]:
        """Each once, in the order of the steps."""
        return tuple(dict.fromkeys(step.value for step in self.steps))

    def label(self, value: Value) -> str:
        """The value as DuckDB prints it."""
        match self.kind:
            case Kind.DATE:
                return date_text(int(value))
            case Kind.DOUBLE:
                return repr(float(value))
            case _:
                return str(value)

    def where(self, holds: Callable[[Value], bool]) -> Predicate:
        """The condition on the column that the function's value is such; NULL for NULL."""
        kept = [step for step in self.steps if holds(step.value)]
        if not kept:
            return self._never()
        if self.listed:
            return self.compared(Comparison.IN, *(step.low for step in kept))
        runs = _merged(_equal(kept))
        if all(run.low == run.high for run in runs):
            return self.compared(Comparison.IN, *(run.low for run in runs))
        ranges = tuple(map(self._range, runs))
        return ranges[0] if len(ranges) == 1 else Compound(Junction.OR, ranges)

    def compared(self, operator: Comparison, *literals: int | str) -> Condition:
        """A condition on the column itself."""
        return compared(self.column, operator, *literals)

    def _range(self, step: Step) -> Predicate:
        """Without the end that every row fulfils, unless nothing else would be left."""
        parts = []
        if step.high != self.steps[-1].high:
            parts.append(self.compared(Comparison.LESS_EQUAL, step.high))
        if step.low != self.steps[0].low or not parts:
            parts.insert(0, self.compared(Comparison.GREATER_EQUAL, step.low))
        return parts[0] if len(parts) == 1 else Compound(Junction.AND, tuple(parts))

    def _never(self) -> Predicate:
        value = self.steps[0].low
        equal, other = Comparison.EQUAL, Comparison.NOT_EQUAL
        return Compound(Junction.AND, (self.compared(equal, value), self.compared(other, value)))


def compared(column: Column, operator: Comparison, *literals: int | str) -> Condition:
    """A condition with what a plan says about its column."""
    return Condition(
        column.name, operator, literals, column.scale, date=column.type is ColumnType.DATE
    )


def stepped(
    column: Column, kind: Kind, function: Callable[[int], Value], starts: Iterable[int]
) -> Steps:
    """A function of a number or date.

    Args:
        column: With public values or bounds.
        kind: Of the values.
        function: From what plans hold.
        starts: Where its value may change, rising from the column's minimum; not read if
            the column has public values.
    """
    if column.domain:
        found = (Step(one, one, function(one)) for one in _integers(column))
        return Steps(column, kind, listed=True, steps=tuple(found))
    edges = list(starts)
    highs = [*(edge - 1 for edge in edges[1:]), column.maximum or 0]
    ranges = (Step(low, high, function(low)) for low, high in zip(edges, highs, strict=True))
    return Steps(column, kind, listed=False, steps=_merged(ranges))


def listed_texts(column: Column) -> Steps:
    """A text column by its public values."""
    steps = tuple(Step(value, value, value) for value in column.domain)
    return Steps(column, Kind.TEXT, listed=True, steps=steps)


def _integers(column: Column) -> Iterator[int]:
    return (value for value in domain_values(column) if isinstance(value, int))


def _equal(steps: Iterable[Step]) -> Iterator[Step]:
    return (Step(step.low, step.high, 0) for step in steps)


def _merged(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Neighbours of equal value as one."""
    found: list[Step] = []
    for step in steps:
        last = found[-1] if found else None
        if last and last.value == step.value and int(last.high) + 1 == step.low:
            found[-1] = Step(last.low, step.high, step.value)
        else:
            found.append(step)
    return tuple(found)
