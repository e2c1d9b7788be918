"""What a plan says of the answer: aggregates of released sums, and expressions over them.

Part of the format of `accord.query.plan`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


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
