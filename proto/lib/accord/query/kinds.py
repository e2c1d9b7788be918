"""What kind of value an expression has: numbers, text and truth values do not mix."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Final

from accord.query.evaluate import is_numeric
from accord.query.limits import MAX_LITERAL, MAX_SCALE
from accord.query.plan import Group
from accord.query.plan_answer import (
    Aggregate,
    Expression,
    Grouping,
    Label,
    Number,
    Operation,
    Operator,
    Text,
)


class Kind(Enum):
    """Kinds of values; all have NULL."""

    NUMBER = auto()
    TEXT = auto()
    TRUTH = auto()


_ARITHMETIC: Final = {
    Operator.ADD: 2,
    Operator.SUBTRACT: 2,
    Operator.MULTIPLY: 2,
    Operator.DIVIDE: 2,
    Operator.NEGATE: 1,
    Operator.ABS: 1,
    Operator.SQRT: 1,
    Operator.ROUND: 2,
}
_COMPARISONS: Final = frozenset(
    {
        Operator.EQUAL,
        Operator.NOT_EQUAL,
        Operator.LESS,
        Operator.LESS_EQUAL,
        Operator.GREATER,
        Operator.GREATER_EQUAL,
    }
)


def kind_of(expression: Expression, groups: Sequence[Group]) -> Kind:
    """The kind of an expression.

    Raises:
        ValueError: its parts do not fit each other, or an index is out of range.
    """
    match expression:
        case Aggregate():
            return Kind.NUMBER
        case Grouping(over=place):
            _expect(0 <= place < len(groups))
            return Kind.NUMBER
        case Label(group=place):
            _expect(0 <= place < len(groups))
            return Kind.NUMBER if is_numeric(groups[place]) else Kind.TEXT
        case Number(value=value, scale=scale):
            _expect(abs(value) <= MAX_LITERAL and 0 <= scale <= MAX_SCALE)
            return Kind.NUMBER
        case Text():
            return Kind.TEXT
        case _:
            return _kind_of_operation(expression, groups)


def _kind_of_operation(operation: Operation, groups: Sequence[Group]) -> Kind:
    kinds = [kind_of(operand, groups) for operand in operation.operands]
    operator = operation.operator
    if operator in _ARITHMETIC:
        _expect(kinds == [Kind.NUMBER] * _ARITHMETIC[operator])
        _expect(operator is not Operator.ROUND or _is_digits(operation.operands[1]))
        return Kind.NUMBER
    if operator in (Operator.AND, Operator.OR, Operator.NOT):
        _expect(set(kinds) <= {Kind.TRUTH} and (operator is not Operator.NOT or len(kinds) == 1))
        return Kind.TRUTH
    if operator is Operator.IS_NULL:
        _expect(len(kinds) == 1)
        return Kind.TRUTH
    _expect(len(set(kinds)) == 1 and (operator is Operator.COALESCE or len(kinds) == 2))  # noqa: PLR2004
    return Kind.TRUTH if operator in _COMPARISONS else kinds[0]


def _is_digits(expression: Expression) -> bool:
    if not isinstance(expression, Number):
        return False
    return expression.scale == 0 and 0 <= expression.value <= MAX_SCALE


def _expect(holds: bool) -> None:  # noqa: FBT001
    if not holds:
        raise ValueError("kinds that do not fit")
