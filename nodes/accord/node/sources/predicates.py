"""Conditions of a plan to SQL, with SQL's three-valued logic."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

from sqlalchemy import ColumnElement, String, and_, bindparam, case, not_, or_

from accord.node.sources.arithmetic import constant_of, polynomial
from accord.node.sources.backend import MAX_LITERAL, Arithmetic, integer
from accord.query.plan_rows import Comparison, Compound, Condition, Junction, Predicate
from accord.query.reach import Reaches

_OPERATORS: Final[Mapping[Comparison, Callable[[Any, Any], Any]]] = {
    Comparison.EQUAL: eq,
    Comparison.NOT_EQUAL: ne,
    Comparison.LESS: lt,
    Comparison.LESS_EQUAL: le,
    Comparison.GREATER: gt,
    Comparison.GREATER_EQUAL: ge,
}


@dataclass(frozen=True, slots=True)
class Predicates:
    """Writes conditions over columns called by their shared names."""

    columns: Mapping[str, ColumnElement[Any]]
    reaches: Reaches
    arithmetic: Arithmetic

    def sql(self, predicate: Predicate) -> ColumnElement[Any]:
        """The condition itself.

        Raises:
            RefusalError: E-SRC-043; a number in it would be too large for the database.
        """
        if isinstance(predicate, Compound):
            return self._compound(predicate)
        if isinstance(predicate, Condition):
            return self._condition(predicate)
        constant, largest = constant_of(predicate.term), self.arithmetic.widest
        term = polynomial(
            predicate.term, self.columns, self.reaches, self.arithmetic, less=constant
        )
        literal = max(-largest, min(largest, predicate.literal - constant))
        return _compared(predicate.operator, term, integer(literal))

    def one(self, predicate: Predicate) -> ColumnElement[Any]:
        """1 where it is true, 0 where it is false or unknown; errors as `sql`."""
        return case((self.sql(predicate), integer(1)), else_=integer(0))

    def _compound(self, compound: Compound) -> ColumnElement[Any]:
        operands = [self.sql(operand) for operand in compound.operands]
        match compound.junction:
            case Junction.NOT:
                return not_(operands[0])
            case Junction.IS_TRUE:
                return self.one(compound.operands[0]) == integer(1)
            case Junction.AND:
                return and_(*operands) if operands else integer(1) == integer(1)
            case _:
                return or_(*operands) if operands else integer(1) == integer(0)

    def _condition(self, condition: Condition) -> ColumnElement[Any]:
        column = self.columns[condition.column]
        if condition.operator is Comparison.IS_NULL:
            return column.is_(None)
        literals = [_literal(value) for value in condition.literals]
        if condition.operator is Comparison.IN:
            return column.in_(literals)
        return _compared(condition.operator, column, literals[0])


def _compared(operator: Comparison, left: Any, right: Any) -> ColumnElement[Any]:
    found: ColumnElement[Any] = _OPERATORS[operator](left, right)
    return found


def _literal(value: int | str) -> ColumnElement[Any]:
    """Integers are written out; text, which somebody typed, is always a parameter."""
    if isinstance(value, str):
        return bindparam(None, value, String)
    return integer(max(-MAX_LITERAL, min(MAX_LITERAL, value)))
