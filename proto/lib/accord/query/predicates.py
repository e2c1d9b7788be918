"""Walking conditions."""

from collections.abc import Iterator

from accord.query.plan import Plan
from accord.query.plan_rows import Compound, Condition, Predicate


def nodes_in(predicate: Predicate | None) -> Iterator[Predicate]:
    """The condition and everything in it."""
    open_ = [] if predicate is None else [predicate]
    while open_:
        node = open_.pop()
        yield node
        if isinstance(node, Compound):
            open_ += node.operands


def columns_in(predicate: Predicate | None) -> Iterator[str]:
    """Names of all columns it reads, with repetition."""
    for node in nodes_in(predicate):
        if isinstance(node, Condition):
            yield node.column
        elif not isinstance(node, Compound):
            yield from node.term.columns


def predicates_of(plan: Plan) -> Iterator[Predicate]:
    """WHERE, arms, and the cases of groups."""
    if plan.where is not None:
        yield plan.where
    yield from plan.arms
    for group in plan.groups:
        yield from group.cases
