"""CASE, IF, FILTER and their like: which rows get which result.

Every arm is a cell for the guard, also the one whose result is NULL: the sum over the
others and the sum over all rows would tell its own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from accord.query.conditions import compile_condition
from accord.query.limits import MAX_ARMS
from accord.query.measures import Sums
from accord.query.occurrence import can_occur, first_true
from accord.query.plan_rows import Compound, Junction, Predicate

_CONDITIONS = (exp.Predicate, exp.Connector, exp.Not)
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div)


@dataclass(frozen=True, slots=True)
class Arm:
    """Rows for which ``condition`` is true (None: all) have ``result`` (None: NULL)."""

    condition: Predicate | None
    result: exp.Expr | None


def filter_of(node: exp.Expr) -> tuple[exp.Expr, exp.Expr | None]:
    """An aggregate without its FILTER, and the condition of that."""
    node = node.unnest()
    if isinstance(node, exp.Filter):
        return node.this.unnest(), node.expression.this
    return node, None


def filter_condition(sums: Sums, node: exp.Expr | None) -> Predicate | None:
    """A FILTER's condition; the rows that it leaves out become an arm of their own."""
    if node is None:
        return None
    condition = compile_condition(sums.scope, node)
    rest = _negated(condition)
    if _occurs(sums, rest):
        sums.arm(rest)
    return condition


def arms_of(sums: Sums, argument: exp.Expr, within: Predicate | None) -> list[Arm]:
    """The arms of an aggregate's argument that rows can fall into.

    Args:
        sums: Gets the arms whose result is NULL.
        argument: Arithmetic, or CASE and its like as a whole or in arithmetic.
        within: Condition of all arms.
    """
    case = _as_case(argument.unnest())
    if case is None:
        return [Arm(within, argument)]
    branches = list(_branches(case))
    if len(branches) > MAX_ARMS:  # before each is held against all others
        raise sums.scope.statement.error("E-SQL-052", argument, part="size of arms")
    conditions = [compile_condition(sums.scope, when) for when, _ in branches if when is not None]
    before: list[Predicate] = [] if within is None else [within]
    given = before if sums.where is None else [sums.where, *before]
    found, occurring = [], first_true(sums.scope.table, given, conditions)
    for place, (_, result) in enumerate(branches):
        own = conditions[place : place + 1]
        if place in occurring:
            filled = None if isinstance(result, exp.Null) else result
            found.append(Arm(_all_of([*before, *own]), filled))
        before = [*before, *map(_negated, own)]
    for arm in found:
        sums.arm(arm.condition)
    return found


def _branches(case: exp.Case) -> Iterator[tuple[exp.Expr | None, exp.Expr]]:
    """Conditions and results; the last has none: ELSE."""
    for branch in case.args["ifs"]:
        when = branch.this
        if case.this is not None:
            when = exp.EQ(this=case.this.copy(), expression=when.copy())
        yield when, branch.args["true"].unnest()
    yield None, (case.args.get("default") or exp.Null()).unnest()


def _as_case(node: exp.Expr) -> exp.Case | None:
    """The CASE that an expression is, or is short for; None for plain arithmetic."""
    if isinstance(node, exp.Case):
        return node
    if isinstance(node, _ARITHMETIC):
        return _distributed(node)
    handler = _SHORT_FORMS.get(type(node), _truth_value)
    return handler(node)


def _if(node: exp.Expr) -> exp.Case:
    return _case([(node.this, node.args["true"])], node.args.get("false"))


def _coalesce(node: exp.Expr) -> exp.Case | None:
    if len(node.expressions) != 1:
        return None
    missing = exp.Is(this=node.this.copy(), expression=exp.Null())
    return _case([(missing, node.expressions[0])], node.this)


def _nullif(node: exp.Expr) -> exp.Case:
    equal = exp.EQ(this=node.this.copy(), expression=node.expression.copy())
    return _case([(equal, exp.Null())], node.this)


def _cast(node: exp.Expr) -> exp.Case | None:
    is_whole = isinstance(node, exp.Cast) and node.to.is_type(*exp.DataType.INTEGER_TYPES)
    return _truth_value(node.this.unnest()) if is_whole else None


def _truth_value(node: exp.Expr) -> exp.Case | None:
    """A condition counts 1 where it is true and 0 where it is false."""
    if not isinstance(node, _CONDITIONS):
        return None
    false = exp.Not(this=exp.paren(node.copy()))
    return _case([(node, exp.Literal.number(1)), (false, exp.Literal.number(0))], None)


def _distributed(node: exp.Expr) -> exp.Case | None:
    """Arithmetic with one CASE in it as a CASE over arithmetic."""
    for side in ("this", "expression"):
        inner = node.args[side].unnest()
        case = _as_case(inner) if not isinstance(inner, _CONDITIONS) else None
        if case is not None:
            pairs = [(when, _around(node, side, result)) for when, result in _branches(case)]
            return _case([(when, result) for when, result in pairs if when], pairs[-1][1])
    return None


def _around(node: exp.Expr, side: str, result: exp.Expr) -> exp.Expr:
    if isinstance(result, exp.Null):
        return result
    whole = node.copy()
    whole.set(side, exp.paren(result.copy()))
    return whole


def _case(branches: list[tuple[exp.Expr, exp.Expr]], default: exp.Expr | None) -> exp.Case:
    ifs = [exp.If(this=when.copy(), true=result.copy()) for when, result in branches]
    return exp.Case(ifs=ifs, default=None if default is None else default.copy())


def _all_of(conditions: list[Predicate]) -> Predicate | None:
    if not conditions:
        return None
    return conditions[0] if len(conditions) == 1 else Compound(Junction.AND, tuple(conditions))


def _negated(condition: Predicate) -> Predicate:
    return Compound(Junction.NOT, (Compound(Junction.IS_TRUE, (condition,)),))


def _occurs(sums: Sums, condition: Predicate) -> bool:
    whole = condition if sums.where is None else Compound(Junction.AND, (sums.where, condition))
    return can_occur(sums.scope.table, whole)


_SHORT_FORMS: Final[Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Case | None]]] = {
    exp.If: _if,
    exp.Coalesce: _coalesce,
    exp.Nullif: _nullif,
    exp.Cast: _cast,
}
