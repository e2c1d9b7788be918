"""The typed, immutable plan of a question: what every owner sums, cell by cell.

A plan is made by `accord.query.compile` and carried, as canonical CBOR, inside the
signed question.  This module and `accord.query.finish` import no SQL library, so that
the stand-alone verifier can read a plan and redo the final arithmetic.

Numbers are integers throughout: a decimal column of scale s is multiplied by 10**s, and
a measure of power p sums ``(x - offset)**p``, where ``offset`` is the column's minimum.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PLAN_VERSION: Final = 1
MAX_CELLS: Final = 65_536


class Comparison(StrEnum):
    """Operators between a column and literals."""

    EQUAL = "="
    NOT_EQUAL = "<>"
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    IN = "in"
    IS_NULL = "is null"


class Junction(StrEnum):
    """Connectives of conditions, with SQL's three-valued logic."""

    AND = "and"
    OR = "or"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Condition:
    """``column OPERATOR literals``.

    Attributes:
        literals: Integers (scaled) or text; one for a comparison, several for IN, none
            for IS NULL.  A literal finer than the column's scale is folded away by the
            compiler (``age > 59.5`` becomes ``age >= 60``).
        scale: Digits after the point of the column, so that a plan can be put into
            words without its table.
    """

    column: str
    operator: Comparison
    literals: tuple[int | str, ...]
    scale: int = 0


@dataclass(frozen=True, slots=True)
class Compound:
    """A connective over conditions; NOT has one operand."""

    junction: Junction
    operands: tuple["Condition | Compound", ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One GROUP BY column with its public values.

    Attributes:
        values: In domain order: scaled integers or text; None last if NULL may occur.
        labels: The same as they are printed.
    """

    column: str
    values: tuple[int | str | None, ...]
    labels: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """One sum that is released per allowed cell.

    Attributes:
        column: Empty for COUNT(*).
        power: 0 counts rows (with a non-NULL ``column``), 1 and 2 sum powers.
        offset: Subtracted before the power is taken, scaled.
        bound: Largest term one row can add; never negative.
    """

    column: str
    power: int
    offset: int
    bound: int


class CountKind(StrEnum):
    """What the guard counts per cell besides contributors, objections and vetoes."""

    ROWS = "rows"
    PRESENT = "present"  # rows with a non-NULL value
    SUPPORT = "support"  # rows whose value is neither NULL, zero nor the column's minimum
    HEADROOM = "headroom"  # rows whose value is neither NULL nor the column's maximum


@dataclass(frozen=True, slots=True)
class CountTerm:
    """One count per cell of the first round; ``column`` is empty for ROWS."""

    kind: CountKind
    column: str


class Function(StrEnum):
    """What an output column shows."""

    GROUP = "group"
    COUNT = "count"
    SUM = "sum"
    AVG = "avg"
    VAR_POP = "var_pop"
    VAR_SAMP = "var_samp"
    STDDEV_POP = "stddev_pop"
    STDDEV_SAMP = "stddev_samp"


@dataclass(frozen=True, slots=True)
class Output:
    """One column of the answer.

    Attributes:
        column: Column it is about; empty for COUNT(*).
        scale: Digits after the point of that column.
        unit: Of the number shown.
        moments: Indexes into `Plan.measures`: count, sum, sum of squares as needed.
    """

    name: str
    function: Function
    column: str
    scale: int
    unit: str
    moments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled question over one table.

    Attributes:
        columns: Every column the question touches, sorted; what a grant must cover.
        where: None without a WHERE clause.
        groups: Cells are the product of their values, the last group varying fastest;
            one cell without GROUP BY.
        counts: What the guard decides on, per cell.
        max_rows: The table's bound on the rows of one part.
    """

    version: int
    table: str
    columns: tuple[str, ...]
    where: Condition | Compound | None
    groups: tuple[Group, ...]
    measures: tuple[Measure, ...]
    counts: tuple[CountTerm, ...]
    outputs: tuple[Output, ...]
    max_rows: int

    @property
    def cells(self) -> int:
        """Number of cells, empty ones included."""
        product = 1
        for group in self.groups:
            product *= len(group.values)
        return product


@dataclass(frozen=True, slots=True)
class Extract:
    """One owner's plaintext numbers for a plan, before any encryption.

    Attributes:
        counts: Per cell, one integer per `Plan.counts` term.
        moments: Per cell, one integer per `Plan.measures` entry.
    """

    counts: tuple[tuple[int, ...], ...]
    moments: tuple[tuple[int, ...], ...]
