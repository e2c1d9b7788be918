"""Digits and unit of what is shown: the one rule, for compiler and verifier."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from accord.domain.catalogue import ColumnType, Table
from accord.query.plan import Group
from accord.query.plan_answer import (
    Aggregate,
    Expression,
    Function,
    Label,
    Number,
    Operation,
    Operator,
)
from accord.query.plan_rows import Monomial, Term

EXTRA_DIGITS: Final = 6
QUOTIENT_DIGITS: Final = 10
MAX_PRODUCT_DIGITS: Final = 18
DAYS: Final = "days"

_WITHOUT_DIGITS: Final = frozenset(
    {
        Function.COUNT,
        Function.REGR_COUNT,
        Function.OLS_COUNT,
        Function.CROSS_COUNT,
        Function.CHI_SQUARE_DF,
    }
)
# Places of the variables (0 is the only one, or y; 1 is x) that a value is made of.
_VARIABLES: Final[Mapping[Function, tuple[int, ...]]] = {
    Function.SUM: (0,),
    Function.AVG: (0,),
    Function.VAR_POP: (0, 0),
    Function.VAR_SAMP: (0, 0),
    Function.STDDEV_POP: (0,),
    Function.STDDEV_SAMP: (0,),
    Function.COVAR_POP: (0, 1),
    Function.COVAR_SAMP: (0, 1),
    Function.REGR_INTERCEPT: (0,),
    Function.REGR_AVGY: (0,),
    Function.REGR_AVGX: (1,),
    Function.REGR_SYY: (0, 0),
    Function.REGR_SXX: (1, 1),
    Function.REGR_SXY: (0, 1),
}
_QUOTIENTS: Final = frozenset(
    {
        Function.REGR_SLOPE,
        Function.REGR_INTERCEPT,
        Function.OLS_COEFFICIENT,
        Function.OLS_ERROR,
        Function.CHI_SQUARE_P,
    }
)
_LIKE_ADDITION: Final = frozenset(
    {
        Operator.ADD,
        Operator.SUBTRACT,
        Operator.NEGATE,
        Operator.ABS,
        Operator.COALESCE,
    }
)
_LIKE_THE_FIRST: Final = frozenset({Operator.ROUND, Operator.NULLIF})

# Units with their powers, sorted; empty for a bare number, None where it cannot be told.
_Dimension: TypeAlias = tuple[tuple[str, int], ...] | None


def output_digits(expression: Expression, terms: Sequence[Term]) -> int:
    """Digits after the point with which ``expression`` is printed.

    Args:
        expression: Its indexes fit.
        terms: Those of the plan.
    """
    match expression:
        case Aggregate():
            return _aggregate_digits(expression, terms)
        case Number():
            return expression.scale
        case Operation():
            digits = [output_digits(operand, terms) for operand in expression.operands]
            return _operation_digits(expression, digits)
        case _:
            return 0


def output_unit(
    expression: Expression, terms: Sequence[Term], table: Table, groups: Sequence[Group]
) -> str:
    """Unit of what ``expression`` shows, such as ``EUR``, ``(EUR)^2`` or ``EUR/years``.

    Empty where it is a bare number, text or a truth value, or where parts of it differ in
    unit.  A column without unit counts as a bare number, a date as days.

    Args:
        expression: Its indexes fit.
        terms: Those of the plan.
        table: Says the columns' units.
        groups: Those of the plan.
    """
    units = {
        column.name: column.unit or (DAYS if column.type is ColumnType.DATE else "")
        for column in table.columns
    }
    if isinstance(expression, Label):
        group = groups[expression.group]
        column = table.column(group.name) if group.values else None
        return column.unit if column else ""
    return _unit_text(_dimension(expression, terms, units))


def _aggregate_digits(aggregate: Aggregate, terms: Sequence[Term]) -> int:
    function = aggregate.function
    if function in _WITHOUT_DIGITS:
        return 0
    if function in _QUOTIENTS:
        return QUOTIENT_DIGITS
    scale = max((_scale(piece.terms, function, terms) for piece in aggregate.pieces), default=0)
    return scale if function is Function.SUM else scale + EXTRA_DIGITS


def _scale(variables: Sequence[int], function: Function, terms: Sequence[Term]) -> int:
    return sum(terms[variables[place]].scale for place in _VARIABLES.get(function, ()))


def _operation_digits(operation: Operation, digits: Sequence[int]) -> int:
    match operation.operator:
        case Operator.DIVIDE | Operator.SQRT:
            return QUOTIENT_DIGITS
        case Operator.MULTIPLY:
            return min(sum(digits), max(MAX_PRODUCT_DIGITS, *digits))
        case Operator.ROUND:
            return _rounded_to(operation)
        case Operator.NULLIF:
            return digits[0]
        case operator if operator in _LIKE_ADDITION:
            return max(digits)
        case _:
            return 0


def _rounded_to(operation: Operation) -> int:
    places = operation.operands[1]
    return places.value if isinstance(places, Number) else 0


def _dimension(  # noqa: PLR0911 - one return per kind of operator
    expression: Expression, terms: Sequence[Term], units: Mapping[str, str]
) -> _Dimension:
    if isinstance(expression, Aggregate):
        return _aggregate_dimension(expression, terms, units)
    if not isinstance(expression, Operation):
        return ()
    found = [_dimension(operand, terms, units) for operand in expression.operands]
    match expression.operator:
        case Operator.MULTIPLY:
            return _product(found)
        case Operator.DIVIDE:
            return _product([found[0], _power(found[1], -1)])
        case Operator.SQRT:
            return _root(found[0])
        case operator if operator in _LIKE_THE_FIRST:
            return found[0]
        case operator if operator in _LIKE_ADDITION:
            pairs = zip(expression.operands, found, strict=True)
            # A literal takes the unit of what it is added to.
            return _common(one for operand, one in pairs if not isinstance(operand, Number))
    return ()


def _aggregate_dimension(
    aggregate: Aggregate, terms: Sequence[Term], units: Mapping[str, str]
) -> _Dimension:
    found = []
    for piece in aggregate.pieces:
        variables = [terms[index] for index in piece.terms]
        if variables and not any(term.columns for term in variables):
            continue  # a literal takes the unit of the other arms
        dimensions = [_term_dimension(term, units) for term in variables]
        found.append(_made_of(aggregate, dimensions))
    return _common(found)


def _made_of(aggregate: Aggregate, dimensions: Sequence[_Dimension]) -> _Dimension:
    function = aggregate.function
    if function is Function.REGR_SLOPE:
        return _product([dimensions[0], _power(dimensions[1], -1)])
    if function in (Function.OLS_COEFFICIENT, Function.OLS_ERROR):
        regressor = dimensions[aggregate.index] if aggregate.index else ()
        return _product([dimensions[0], _power(regressor, -1)])
    return _product(dimensions[place] for place in _VARIABLES.get(function, ()))


def _term_dimension(term: Term, units: Mapping[str, str]) -> _Dimension:
    return _common(_monomial(monomial, units) for monomial in term.monomials if monomial.powers)


def _monomial(monomial: Monomial, units: Mapping[str, str]) -> _Dimension:
    powers = [(units[power.column], power.exponent) for power in monomial.powers]
    return _product(((unit, exponent),) if unit else () for unit, exponent in powers)


def _common(dimensions: Iterable[_Dimension]) -> _Dimension:
    found = set(dimensions)
    if not found:
        return ()
    return found.pop() if len(found) == 1 else None


def _product(dimensions: Iterable[_Dimension]) -> _Dimension:
    total: Counter[str] = Counter()
    for dimension in dimensions:
        if dimension is None:
            return None
        for unit, exponent in dimension:
            total[unit] += exponent
    return tuple(sorted((unit, exponent) for unit, exponent in total.items() if exponent))


def _power(dimension: _Dimension, exponent: int) -> _Dimension:
    return None if dimension is None else tuple((unit, one * exponent) for unit, one in dimension)


def _root(dimension: _Dimension) -> _Dimension:
    if dimension is None or any(exponent % 2 for _, exponent in dimension):
        return None
    return tuple((unit, exponent // 2) for unit, exponent in dimension)


def _unit_text(dimension: _Dimension) -> str:
    if not dimension:
        return ""
    if dimension[0][1] == 1 and len(dimension) == 1:
        return dimension[0][0]
    over = [_factor(unit, exponent) for unit, exponent in dimension if exponent > 0]
    under = [_factor(unit, -exponent) for unit, exponent in dimension if exponent < 0]
    return "/".join(["*".join(over) or "1", *under])


def _factor(unit: str, exponent: int) -> str:
    """Units are free text: what is no word stands in parentheses."""
    return f"({unit})^{exponent}" if exponent > 1 else unit if unit.isalnum() else f"({unit})"
