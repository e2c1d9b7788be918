"""Values of an answer's row: arithmetic of aggregates, and labels of groups.

All of it is computed from the opened sums, so nothing here is asked of an owner but the
aggregates inside.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from sqlglot import exp

from accord.query.aggregates import compile_aggregate, is_aggregate
from accord.query.groups import item_name
from accord.query.measures import Sums
from accord.query.plan import Expression, Group, Grouping, Label, Number, Operation, Operator
from accord.query.polynomials import MAX_SCALE
from accord.query.statement import Statement
from accord.query.terms import exact_number
from accord.query.unsupported import shown, unsupported

MAX_DEPTH: Final = 40
_OPERATORS: Final[Mapping[type[exp.Expr], Operator]] = {
    exp.Add: Operator.ADD,
    exp.Sub: Operator.SUBTRACT,
    exp.Mul: Operator.MULTIPLY,
    exp.Div: Operator.DIVIDE,
    exp.Abs: Operator.ABS,
    exp.Sqrt: Operator.SQRT,
    exp.Nullif: Operator.NULLIF,
}


@dataclass(frozen=True, slots=True)
class Context:
    """Where expressions of the answer stand.

    Attributes:
        sums: Gets the aggregates' sums.
        groups: Those of the plan, whose labels may be named.
        aliases: Items of the SELECT list by their names in lower case, where such a name
            may be used: in HAVING and ORDER BY.
    """

    sums: Sums
    groups: tuple[Group, ...]
    aliases: Mapping[str, exp.Expr] = field(default_factory=dict)

    @property
    def statement(self) -> Statement:
        """The question."""
        return self.sums.scope.statement

    def meant(self, node: exp.Expr) -> tuple["Context", exp.Expr]:
        """What a name of the SELECT list stands for; any other expression itself."""
        node = node.unnest()
        if isinstance(node, exp.Column) and not node.table:
            item = self.aliases.get(node.name.lower())
            if item is not None:
                return replace(self, aliases={}), item.unnest()
        return self, node

    def group(self, node: exp.Expr) -> int | None:
        """Index of the GROUP BY item that ``node`` writes."""
        if not self.groups or node.find(exp.AggFunc, exp.Star, exp.Window):
            return None
        names = [group.name for group in self.groups]
        name = item_name(self.sums.scope, node)
        return names.index(name) if name in names else None


def compile_value(context: Context, node: exp.Expr, depth: int = 0) -> Expression:
    """A label, a number, or NULL.

    Raises:
        AccordError: Something else.
    """
    context, node = context.meant(node)
    check_depth(context, node, depth)
    if is_aggregate(node):
        return compile_aggregate(context.sums, node)
    group = context.group(node)
    if group is not None:
        return Label(group)
    if isinstance(node, exp.Column):
        raise _alone(context, node)
    return _HANDLERS.get(type(node), _operation)(context, node, depth)


def compile_number(context: Context, node: exp.Expr, depth: int) -> Expression:
    """Like `compile_value`; a label is for comparing and showing only."""
    found = compile_value(context, node, depth)
    if isinstance(found, Label):
        raise context.statement.error("E-SQL-048", node, construct=shown(node))
    return found


def check_depth(context: Context, node: exp.Expr, depth: int) -> None:
    """Check that an expression is not nested too deeply: E-SQL-024."""
    if depth > MAX_DEPTH:
        raise context.statement.error("E-SQL-024", node, limit=MAX_DEPTH)


def _operation(context: Context, node: exp.Expr, depth: int) -> Operation:
    operator = _OPERATORS.get(type(node))
    if operator is None:
        raise unsupported(context.statement, node)
    operands = [one for one in (node.this, node.args.get("expression")) if one is not None]
    return Operation(operator, tuple(compile_number(context, one, depth + 1) for one in operands))


def _literal(context: Context, node: exp.Expr, _depth: int) -> Number:
    try:
        value, scale = exact_number(node)
    except ValueError:
        raise unsupported(context.statement, node) from None
    if scale > MAX_SCALE:
        raise unsupported(context.statement, node)
    return Number(value, scale)


def _negation(context: Context, node: exp.Expr, depth: int) -> Expression:
    """A negative literal is a literal."""
    found = compile_number(context, node.this, depth + 1)
    if isinstance(found, Number):
        return Number(-found.value, found.scale)
    return Operation(Operator.NEGATE, (found,))


def _coalesce(context: Context, node: exp.Expr, depth: int) -> Operation:
    operands = (node.this, *node.expressions)
    return Operation(
        Operator.COALESCE, tuple(compile_number(context, one, depth + 1) for one in operands)
    )


def _round(context: Context, node: exp.Expr, depth: int) -> Operation:
    places = (node.args.get("decimals") or exp.Literal.number(0)).unnest()
    digits = places.name if isinstance(places, exp.Literal) else ""
    if not digits.isdecimal() or len(digits) > len(str(MAX_SCALE)) or int(digits) > MAX_SCALE:
        raise context.statement.error("E-SQL-049", node, limit=MAX_SCALE)
    operand = compile_number(context, node.this, depth + 1)
    return Operation(Operator.ROUND, (operand, Number(int(digits))))


def _grouping(context: Context, node: exp.Expr, _depth: int) -> Grouping:
    items = [one for one in (node.this, *node.expressions) if isinstance(one, exp.Expr)]
    group = context.group(items[0]) if len(items) == 1 else None
    if group is None:
        raise context.statement.error("E-SQL-050", node, construct=shown(node))
    return Grouping(group)


def _alone(context: Context, node: exp.Column) -> Exception:
    if isinstance(node.this, exp.Star):
        return unsupported(context.statement, node.this)
    column = context.sums.scope.column(node)
    return context.statement.error("E-SQL-036", node, column=column.name)


_HANDLERS: Final[Mapping[type[exp.Expr], Callable[[Context, exp.Expr, int], Expression]]] = {
    exp.Literal: _literal,
    exp.Neg: _negation,
    exp.Coalesce: _coalesce,
    exp.Round: _round,
    exp.Grouping: _grouping,
}
