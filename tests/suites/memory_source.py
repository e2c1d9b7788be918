"""A `DataSource` over rows in memory: naive on purpose, the reference for the others.

Rows hold text or None per column, as a CSV file would.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import product
from math import prod

from accord.domain.catalogue import Column, ColumnType, Table
from accord.domain.errors import RefusalError
from accord.ledger.permits import AccessPermit
from accord.node.sources.port import ColumnFaults, Examination, check_permit
from accord.query.derived import reaches_of
from accord.query.plan import CountKind, CountTerm, Extract, Group, Measure, Plan
from accord.query.plan_rows import (
    Comparison,
    Compound,
    Condition,
    Junction,
    Predicate,
    Relation,
    Term,
)

Row = Mapping[str, str | None]
Value = int | str | None
ReadRow = Mapping[str, Value]


class MemorySource:
    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = list(rows)

    def digest(self) -> bytes:
        return hashlib.sha256(repr([sorted(row.items()) for row in self.rows]).encode()).digest()

    def examine(self, table: Table) -> Examination:
        keys = [row[table.key] for row in self.rows if row[table.key] is not None]
        faults = {column.name: self._faults(column) for column in table.columns}
        return Examination(len(self.rows), self.digest(), len(keys) - len(set(keys)), faults)

    def _faults(self, column: Column) -> ColumnFaults:
        unparsable = bounds = domain = nulls = 0
        for row in self.rows:
            text = row[column.name]
            if text is None:
                nulls += not column.nulls
                continue
            value = read(column, text)
            if value is None:
                unparsable += 1
                continue
            if column.minimum is not None:
                bounds += not column.minimum <= value <= column.maximum
            if column.domain:
                domain += value not in [read(column, known) for known in column.domain]
        return ColumnFaults(unparsable, bounds, domain, nulls)

    def measure(
        self, plan: Plan, permit: AccessPermit, *, table: Table, expected: bytes
    ) -> Extract:
        check_permit(permit)
        if self.digest() != expected:
            raise RefusalError("E-SRC-040")
        rows = [
            {c.name: None if row[c.name] is None else read(c, row[c.name]) for c in table.columns}
            for row in self.rows
        ]
        kept = [row for row in rows if plan.where is None or truth(plan.where, row) is True]
        for row in kept:
            check_fits(plan, table, row)
        cells = [
            [row for row in kept if all(place(plan.groups[g], row) == p for g, p in cell)]
            for groups in plan.sets
            for cell in cells_of(plan, groups)
        ]
        return Extract(
            counts=tuple(tuple(count(one, plan, rows) for one in plan.counts) for rows in cells),
            moments=tuple(tuple(total(one, plan, rows) for one in plan.measures) for rows in cells),
        )


def cells_of(plan: Plan, groups: tuple[int, ...]) -> list[tuple[tuple[int, int], ...]]:
    """Per cell of a grouping set: group index and place, for each of its groups."""
    places = [[(group, p) for p in range(len(plan.groups[group].labels))] for group in groups]
    return list(product(*places))


def check_fits(plan: Plan, table: Table, row: ReadRow) -> None:
    """The second lock: nothing is measured that the description does not allow."""
    for name, reach in reaches_of(table).items():
        value = row[name]
        if name in plan.columns and value is not None and not reach.low <= value <= reach.high:
            raise RefusalError("E-SRC-040")
    for column in table.columns:
        if column.name in plan.columns and row[column.name] is None and not column.nulls:
            raise RefusalError("E-SRC-040")
    if any(place(group, row) is None for group in plan.groups):
        raise RefusalError("E-SRC-040")


def read(column: Column, text: str) -> Value:
    if column.type is ColumnType.TEXT:
        return text
    if column.type is ColumnType.DATE:
        return days(text)
    if not re.fullmatch(r"[+-]?\d+(\.\d*)?", text, re.ASCII):
        return None
    scaled = Fraction(text) * 10**column.scale
    return int(scaled) if scaled.denominator == 1 and abs(scaled) < 2**63 else None


def days(text: str) -> int | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return None
    try:
        return (date.fromisoformat(text) - date(1970, 1, 1)).days
    except ValueError:
        return None


def place(group: Group, row: ReadRow) -> int | None:
    """The index of the row's place; None if it has none."""
    if group.cases:
        truths = [truth(case, row) for case in group.cases]
        return truths.index(True) if True in truths else None
    (name,) = group.columns
    value = row[name]
    if group.cuts and value is not None:
        return len([cut for cut in group.cuts if cut <= value])
    if value not in group.values:
        return None
    return group.values.index(value) + (len(group.cuts) + 1 if group.cuts else 0)


def evaluated(term: Term, row: ReadRow) -> int | None:
    if any(row[name] is None for name in term.columns):
        return None
    return sum(
        monomial.coefficient
        * prod(row[power.column] ** power.exponent for power in monomial.powers)
        for monomial in term.monomials
    )


def kept_rows(one: Measure | CountTerm, plan: Plan, rows: Sequence[ReadRow]) -> list[ReadRow]:
    """Rows of the arm with no NULL among ``present``."""
    return [
        row
        for row in rows
        if (one.arm is None or truth(plan.arms[one.arm], row) is True)
        and all(row[name] is not None for name in one.present)
    ]


def total(measure: Measure, plan: Plan, rows: Sequence[ReadRow]) -> int:
    terms = [plan.terms[index] for index in measure.terms]
    return sum(
        prod(evaluated(term, row) - term.minimum for term in terms)
        for row in kept_rows(measure, plan, rows)
    )


def count(one: CountTerm, plan: Plan, rows: Sequence[ReadRow]) -> int:
    found = kept_rows(one, plan, rows)
    found = [row for row in found if all(truth(plan.arms[arm], row) is True for arm in one.also)]
    for index, edge in zip(one.terms, one.edges, strict=True):
        left_out = (edge, 0) if one.kind is CountKind.SUPPORT else (edge,)
        found = [row for row in found if evaluated(plan.terms[index], row) not in left_out]
    return len(found)


def truth(condition: Predicate, row: ReadRow) -> bool | None:
    """SQL's three-valued logic; None is unknown."""
    if isinstance(condition, Condition):
        return _compared(condition, row[condition.column])
    if isinstance(condition, Relation):
        value = evaluated(condition.term, row)
        return None if value is None else _holds(condition.operator, value, condition.literal)
    assert isinstance(condition, Compound)
    truths = [truth(operand, row) for operand in condition.operands]
    if condition.junction is Junction.NOT:
        return None if truths[0] is None else not truths[0]
    if condition.junction is Junction.IS_TRUE:
        return truths[0] is True
    deciding = condition.junction is Junction.OR
    if deciding in truths:
        return deciding
    return None if None in truths else not deciding


def _compared(condition: Condition, value: Value) -> bool | None:
    if condition.operator is Comparison.IS_NULL:
        return value is None
    if value is None:
        return None
    if condition.operator is Comparison.IN:
        return value in condition.literals
    return _holds(condition.operator, value, condition.literals[0])


def _holds(operator: Comparison, value: int | str, other: int | str) -> bool:
    return {
        Comparison.EQUAL: value == other,
        Comparison.NOT_EQUAL: value != other,
        Comparison.LESS: value < other,
        Comparison.LESS_EQUAL: value <= other,
        Comparison.GREATER: value > other,
        Comparison.GREATER_EQUAL: value >= other,
    }[operator]
