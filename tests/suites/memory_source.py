"""A `DataSource` over rows in memory: naive on purpose, the reference for the others.

Rows hold text or None per column, as a CSV file would.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product

from accord.domain.catalogue import Column, ColumnType, Table
from accord.domain.errors import RefusalError
from accord.ledger.permits import AccessPermit
from accord.node.sources.port import ColumnFaults, Examination, check_permit
from accord.query.plan import (
    Comparison,
    Compound,
    Condition,
    CountKind,
    CountTerm,
    Extract,
    Junction,
    Measure,
    Plan,
)

Row = Mapping[str, str | None]
Value = int | str | None


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
        counts, moments = [], []
        for cell in product(*(group.values for group in plan.groups)):
            names = [group.column for group in plan.groups]
            inside = [row for row in kept if tuple(row[name] for name in names) == cell]
            counts.append(tuple(count(term, table, inside) for term in plan.counts))
            moments.append(tuple(total(measure, inside) for measure in plan.measures))
        return Extract(tuple(counts), tuple(moments))


def read(column: Column, text: str) -> Value:
    if column.type is ColumnType.TEXT:
        return text
    if not re.fullmatch(r"[+-]?\d+(\.\d*)?", text, re.ASCII):
        return None
    scaled = Fraction(text) * 10**column.scale
    return int(scaled) if scaled.denominator == 1 else None


def total(measure: Measure, rows: Sequence[Mapping[str, Value]]) -> int:
    if measure.column == "":
        return len(rows)
    values = [row[measure.column] for row in rows if row[measure.column] is not None]
    return sum(
        (value - measure.offset) ** measure.power if measure.power else 1 for value in values
    )


def count(term: CountTerm, table: Table, rows: Sequence[Mapping[str, Value]]) -> int:
    if term.kind is CountKind.ROWS:
        return len(rows)
    values = [row[term.column] for row in rows if row[term.column] is not None]
    if term.kind is CountKind.PRESENT:
        return len(values)
    column = table.column(term.column)
    left_out = (column.maximum,) if term.kind is CountKind.HEADROOM else (0, column.minimum)
    return len([value for value in values if value not in left_out])


def truth(condition: Condition | Compound, row: Mapping[str, Value]) -> bool | None:
    """SQL's three-valued logic; None is unknown."""
    if isinstance(condition, Condition):
        return _compared(condition, row[condition.column])
    truths = [truth(operand, row) for operand in condition.operands]
    if condition.junction is Junction.NOT:
        return None if truths[0] is None else not truths[0]
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
    (other,) = condition.literals
    return {
        Comparison.EQUAL: value == other,
        Comparison.NOT_EQUAL: value != other,
        Comparison.LESS: value < other,
        Comparison.LESS_EQUAL: value <= other,
        Comparison.GREATER: value > other,
        Comparison.GREATER_EQUAL: value >= other,
    }[condition.operator]
