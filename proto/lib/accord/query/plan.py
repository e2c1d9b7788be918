"""The typed, immutable plan of a question: what every owner sums, cell by cell.

A plan is made by `accord.query.compile` and carried, as canonical CBOR, inside the
signed question.  This module and `accord.query.finish` import no SQL library, so that
the stand-alone verifier can read a plan and redo the final arithmetic.

Numbers are integers throughout: a decimal column of scale s is multiplied by 10**s, a
date is its number of days since 1970-01-01.  What a row adds to a sum is a product of
terms, each less its smallest possible value, so that nothing negative is ever encoded.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import prod
from typing import Final, TypeAlias

PLAN_VERSION: Final = 2
MAX_CELLS: Final = 131_072


class Comparison(StrEnum):
    """Operators between a column or term and literals."""

    EQUAL = "="
    NOT_EQUAL = "<>"
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    IN = "in"
    IS_NULL = "is null"


class Junction(StrEnum):
    """Connectives of conditions, with SQL's three-valued logic.

    AND and OR take any number of operands (an empty AND is true, an empty OR false), the
    others one.
    """

    AND = "and"
    OR = "or"
    NOT = "not"
    IS_TRUE = "is true"  # unknown counts as false


@dataclass(frozen=True, slots=True)
class Power:
    """``column ** exponent``; the exponent is at least 1."""

    column: str
    exponent: int


@dataclass(frozen=True, slots=True)
class Monomial:
    """``coefficient * product of powers``; powers sorted by column, none for a constant."""

    coefficient: int
    powers: tuple[Power, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A number that each row has: a polynomial of its columns.

    Attributes:
        monomials: Over scaled integers, sorted by their powers, no two with equal powers;
            empty for zero.
        columns: All columns it was written with, sorted: NULL in one of them makes the
            term NULL, also where its coefficient has become zero.
        scale: The number is the polynomial divided by 10**scale.
        minimum: Of the polynomial, by interval arithmetic from the columns' bounds.
        maximum: Likewise.
    """

    monomials: tuple[Monomial, ...]
    columns: tuple[str, ...]
    scale: int
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Condition:
    """``column OPERATOR literals``.

    Attributes:
        literals: Integers (scaled, or days) or text; one for a comparison, several for
            IN, none for IS NULL.  A literal finer than the column's scale is folded away
            by the compiler (``age > 59.5`` becomes ``age >= 60``).
        scale: Digits after the point of the column, so that a plan can be put into
            words without its table.
        date: Whether the literals are days.
    """

    column: str
    operator: Comparison
    literals: tuple[int | str, ...]
    scale: int = 0
    date: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """``term OPERATOR literal``: columns compared with each other, or arithmetic of them.

    Attributes:
        operator: None of IN and IS NULL.
        literal: On the scale of the term.
    """

    term: Term
    operator: Comparison
    literal: int


@dataclass(frozen=True, slots=True)
class Compound:
    """A connective over conditions."""

    junction: Junction
    operands: tuple["Condition | Relation | Compound", ...]


Predicate: TypeAlias = Condition | Relation | Compound


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


class Function(StrEnum):
    """What is made of the sums behind an aggregate.

    The comment says which moments a `Piece` has, in this order: n counts the rows, the
    others are sums over them.  Functions after AVG, VAR and STDDEV take one piece.
    """

    COUNT = "count"  # n
    SUM = "sum"  # n, x
    AVG = "avg"  # n, x
    VAR_POP = "var_pop"  # n, x, xx
    VAR_SAMP = "var_samp"
    STDDEV_POP = "stddev_pop"
    STDDEV_SAMP = "stddev_samp"
    COVAR_POP = "covar_pop"  # n, y, x, xy; as SQL writes it, y comes first
    COVAR_SAMP = "covar_samp"
    CORR = "corr"  # n, y, x, yy, xy, xx; so have all that follow
    REGR_SLOPE = "regr_slope"
    REGR_INTERCEPT = "regr_intercept"
    REGR_R2 = "regr_r2"
    REGR_COUNT = "regr_count"
    REGR_AVGX = "regr_avgx"
    REGR_AVGY = "regr_avgy"
    REGR_SXX = "regr_sxx"
    REGR_SYY = "regr_syy"
    REGR_SXY = "regr_sxy"
    # y on k regressors: n, then y, x1 ... xk, then all products of two in the order
    # yy, yx1 ... yxk, x1x1, x1x2 ... xkxk.  ``index`` 0 is the intercept.
    OLS_COEFFICIENT = "ols_coefficient"
    OLS_ERROR = "ols_error"
    OLS_R2 = "ols_r2"
    OLS_CONDITION = "ols_condition"
    OLS_COUNT = "ols_count"
    # Over all cells of a cross table (`Plan.cross`): n.
    CHI_SQUARE = "chi_square"
    CHI_SQUARE_DF = "chi_square_df"
    CHI_SQUARE_P = "chi_square_p"
    CRAMERS_V = "cramers_v"
    CROSS_COUNT = "cross_count"


@dataclass(frozen=True, slots=True)
class Piece:
    """The moments of one arm of an aggregate's argument.

    Attributes:
        terms: Indexes into `Plan.terms` of the variables (none for COUNT, one for SUM,
            two for COVAR as y, x); a sum of ``x`` is the measure plus n times the
            term's minimum.
        moments: Indexes into `Plan.measures`, in the order that `Function` gives.
    """

    terms: tuple[int, ...]
    moments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregate function over the rows of a cell.

    Attributes:
        pieces: One per arm: several only for CASE.
        index: Which coefficient, for OLS; else 0.
    """

    function: Function
    pieces: tuple[Piece, ...]
    index: int = 0


@dataclass(frozen=True, slots=True)
class Label:
    """The label of a group, by its index in `Plan.groups`."""

    group: int


@dataclass(frozen=True, slots=True)
class Grouping:
    """1 where the row is a margin over this group, else 0 (SQL: GROUPING).

    The codec tells types by their fields' names, hence not ``group`` as in `Label`.
    """

    over: int


@dataclass(frozen=True, slots=True)
class Number:
    """The literal ``value / 10**scale``."""

    value: int
    scale: int = 0


@dataclass(frozen=True, slots=True)
class Text:
    """A literal to compare a label with."""

    value: str


class Operator(StrEnum):
    """What is computed from released numbers.  NULL in, NULL out, but for the last five."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"  # by zero: NULL
    NEGATE = "neg"
    ABS = "abs"
    SQRT = "sqrt"  # of a negative number: NULL
    ROUND = "round"  # half away from zero; the second operand is a Number, 0 to 18
    EQUAL = "="
    NOT_EQUAL = "<>"
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    NOT = "not"
    AND = "and"  # three-valued
    OR = "or"
    IS_NULL = "is null"
    COALESCE = "coalesce"
    NULLIF = "nullif"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator over expressions."""

    operator: Operator
    operands: tuple["Expression", ...]


Expression: TypeAlias = Aggregate | Label | Grouping | Number | Text | Operation


@dataclass(frozen=True, slots=True)
class Output:
    """One column of the answer.

    Attributes:
        digits: After the point, as it is printed.
        unit: Of the number shown; empty if it has none or none that can be told.
    """

    name: str
    expression: Expression
    digits: int
    unit: str


@dataclass(frozen=True, slots=True)
class Order:
    """One ORDER BY item, over released rows only."""

    expression: Expression
    descending: bool
    nulls_first: bool


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
