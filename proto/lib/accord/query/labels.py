"""Comparisons of a group's label with literals, decided now: labels are public."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

from sqlglot import exp

from accord.query.literals import scaled
from accord.query.plan import Group, Label, Operation, Operator, Text
from accord.query.statement import Statement
from accord.query.unsupported import shown

MAX_LABELS: Final = 1_000  # what a plan lists for one comparison
ORDERS: Final[Mapping[type[exp.Expr], Callable[[Any, Any], bool]]] = {
    exp.EQ: eq,
    exp.NEQ: ne,
    exp.LT: lt,
    exp.LTE: le,
    exp.GT: gt,
    exp.GTE: ge,
}


def compare_label(
    statement: Statement, group: Group, index: int, order: type[exp.Expr], literal: exp.Expr
) -> Operation:
    """``label OPERATOR literal`` as "the label is one of these"; NULL for the label NULL.

    Raises:
        AccordError: E-SQL-047; a number is compared with text, or with very many labels.
    """
    wanted, labels = _read(statement, group, literal)
    chosen = [text for text, value in labels.items() if ORDERS[order](value, wanted)]
    if len(chosen) > len(labels) / 2:
        rest = [text for text in labels if text not in set(chosen)]
        return Operation(Operator.NOT, (_one_of(statement, index, rest, group, literal),))
    return _one_of(statement, index, chosen, group, literal)


def _one_of(
    statement: Statement, index: int, chosen: list[str], group: Group, literal: exp.Expr
) -> Operation:
    if len(chosen) > MAX_LABELS:
        raise _error(statement, group, literal)
    label = Label(index)
    equal = tuple(Operation(Operator.EQUAL, (label, Text(text))) for text in chosen)
    if len(equal) == 1:
        return equal[0]
    if equal:
        return Operation(Operator.OR, equal)
    # Of no label: false, but unknown for NULL.
    one = Operation(Operator.EQUAL, (label, Text("")))
    return Operation(Operator.AND, (one, Operation(Operator.NOT, (one,))))


def _read(statement: Statement, group: Group, literal: exp.Expr) -> tuple[Any, Mapping[str, Any]]:
    """The literal and every label but NULL, both as numbers or both as text."""
    text, number = _literal(literal)
    labels = [label for label in group.labels if label is not None]
    if number is None and text is not None:
        return text, {label: label for label in labels}
    try:
        return number, {label: scaled(label, 0) for label in labels}
    except ValueError:
        raise _error(statement, group, literal) from None


def _error(statement: Statement, group: Group, literal: exp.Expr) -> Exception:
    return statement.error("E-SQL-047", literal, construct=shown(literal), group=group.name)


def _literal(node: exp.Expr) -> tuple[str | None, Fraction | None]:
    node = node.unnest()
    if isinstance(node, exp.Cast):
        node = node.this.unnest()
    if isinstance(node, exp.Neg) and isinstance(node.this.unnest(), exp.Literal):
        value = scaled(node.this.unnest().name, 0)
        return None, -value
    if node.is_string:
        return str(node.name), None
    return None, scaled(node.name, 0)
