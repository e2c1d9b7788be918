"""Walking expressions."""

from collections.abc import Iterator

from accord.query.plan import Plan
from accord.query.plan_answer import Aggregate, Expression, Operation


def nodes_of(expression: Expression) -> Iterator[Expression]:
    """The expression and everything in it."""
    open_ = [expression]
    while open_:
        node = open_.pop()
        yield node
        if isinstance(node, Operation):
            open_ += node.operands


def aggregates_of(expression: Expression) -> Iterator[Aggregate]:
    """The aggregates in it; none if it says the same of withheld rows."""
    return (node for node in nodes_of(expression) if isinstance(node, Aggregate))


def expressions_of(plan: Plan) -> Iterator[Expression]:
    """Of outputs, HAVING and ORDER BY."""
    yield from (output.expression for output in plan.outputs)
    if plan.having is not None:
        yield plan.having
    yield from (item.expression for item in plan.order)
