"""The typed, immutable plan of a question: what every owner sums, cell by cell.

A plan is made by `accord.query.compile` and carried, as canonical CBOR, inside the
signed question.  What it says of single rows stands in `plan_rows`, what it says of the
answer in `plan_answer`.  Neither these nor `accord.query.finish` import an SQL library, so
that the stand-alone verifier can read a plan and redo the final arithmetic.

Numbers are integers throughout: a decimal column of scale s is multiplied by 10**s, a
date is its number of days since 1970-01-01.  What a row adds to a sum is a product of
terms, each less its smallest possible value, so that nothing negative is ever encoded.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import prod
from typing import Final

from accord.query.plan_answer import Expression, Order, Output
from accord.query.plan_rows import Predicate, Term

PLAN_VERSION: Final = 2
MAX_CELLS: Final = 131_072


@dataclass(frozen=True, slots=True)
class Group:
    """One GROUP BY item: the public places that a row may fall into.

    Exactly one of ``values``, ``cuts`` and ``cases`` is filled, except that ``cuts`` may
    have a None among ``values`` beside it.

    Attributes:
        name: How the item is written: a column, or an expression.
        columns: What it is made of, sorted; one column unless it has cases.
        labels: One per place, as they are printed; None for NULL.
        values: One per place, in domain order: scaled integers, days or text; None last
            if NULL may occur.
        cuts: Rising lower edges of all places but the first: a row is in the place that
            is the number of cuts that are not greater than its value.  A None in
            ``values`` makes a last place for NULL.
        cases: One per place: a row is in the first whose condition is true.
        date: Whether the values or cuts are days.
    """

    name: str
    columns: tuple[str, ...]
    labels: tuple[str | None, ...]
    values: tuple[int | str | None, ...] = ()
    cuts: tuple[int, ...] = ()
    cases: tuple[Predicate, ...] = ()
    date: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """One sum that is released per allowed cell.

    Over the rows of a cell for which the arm's condition is true and no column of
    ``present`` is NULL, it sums the product of (term - its minimum); without terms it
    counts these rows.

    Attributes:
        arm: Index into `Plan.arms`; None for all rows of the cell.
        present: Sorted; columns that can never be NULL are left out.
        terms: Indexes into `Plan.terms`, not falling: (2, 2) is a square.
        bound: Largest number that one row can add: the product of the terms' widths.
    """

    arm: int | None
    present: tuple[str, ...]
    terms: tuple[int, ...]
    bound: int


class CountKind(StrEnum):
    """What the guard counts per cell besides contributors, objections and vetoes."""

    ROWS = "rows"  # all rows of the arm
    PRESENT = "present"  # rows of the arm with no NULL among ``present``
    SUPPORT = "support"  # of these, rows where every term is neither zero nor its edge
    HEADROOM = "headroom"  # of these, rows where every term differs from its edge


@dataclass(frozen=True, slots=True)
class CountTerm:
    """One count per cell of the first round.

    Attributes:
        arm: As in `Measure`.
        present: As in `Measure`; empty for ROWS.
        terms: Indexes into `Plan.terms`, rising, without repetition.
        edges: One per term: the smallest or largest value that a row of this arm can have.
        also: Further arms, after ``arm`` and rising, whose conditions are true as well; only
            of ROWS.
    """

    kind: CountKind
    arm: int | None = None
    present: tuple[str, ...] = ()
    terms: tuple[int, ...] = ()
    edges: tuple[int, ...] = ()
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled question over one table.

    Attributes:
        columns: Every column the question touches, sorted; what a grant must cover.
        where: None without a WHERE clause.
        groups: All GROUP BY items.
        sets: Indexes into ``groups`` by grouping set, finest first, each holding the
            next; without ROLLUP one set with all groups.  The cells of a set are the
            product of the places of its groups, the last varying fastest; the cells of
            the plan are those of the first set, then of the second, and so on.
        terms: Each once, in the order of first use; then columns that only the guard
            counts.
        arms: Conditions of CASE and FILTER, each once, in the order of first use.
        counts: What the guard decides on, per cell.
        having: None, or what a released row must fulfil to be shown.
        limit: None, or how many rows are shown.
        offset: How many rows are left out before.
        cross: The answer is one row over all cells, not one per cell.
        max_rows: The table's bound on the rows of one part.
    """

    version: int
    table: str
    columns: tuple[str, ...]
    where: Predicate | None
    groups: tuple[Group, ...]
    sets: tuple[tuple[int, ...], ...]
    terms: tuple[Term, ...]
    arms: tuple[Predicate, ...]
    measures: tuple[Measure, ...]
    counts: tuple[CountTerm, ...]
    outputs: tuple[Output, ...]
    having: Expression | None
    order: tuple[Order, ...]
    limit: int | None
    offset: int
    cross: bool
    max_rows: int

    @property
    def cells(self) -> int:
        """Number of cells, empty ones included."""
        return sum(self.cells_of(groups) for groups in self.sets)

    def cells_of(self, groups: tuple[int, ...]) -> int:
        """Number of cells of one grouping set."""
        return prod(len(self.groups[group].labels) for group in groups)


@dataclass(frozen=True, slots=True)
class Extract:
    """One owner's plaintext numbers for a plan, before any encryption.

    Attributes:
        counts: Per cell, one integer per `Plan.counts` term.
        moments: Per cell, one integer per `Plan.measures` entry.
    """

    counts: tuple[tuple[int, ...], ...]
    moments: tuple[tuple[int, ...], ...]
