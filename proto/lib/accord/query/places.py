"""What a GROUP BY item that is no plain column divides rows into: the places of a `Group`."""

from collections.abc import Iterator

from sqlglot import exp

from accord.domain.catalogue import Column, ColumnType
from accord.domain.text import is_plain
from accord.query.conditions import compile_condition
from accord.query.occurrence import first_true
from accord.query.plan import Group
from accord.query.plan_rows import Comparison, Compound, Condition, Junction, Predicate
from accord.query.scope import Scope
from accord.query.steps import Kind, Steps, Value, compared


def steps_group(name: str, found: Steps) -> Group:
    """A place per value of a function of one column; for NULL the last, if it may occur."""
    column, values = found.column, _in_order(found)
    null = (None,) if column.nulls else ()
    labels = (*map(found.label, values), *null)
    date = column.type is ColumnType.DATE
    if len(values) < len(found.steps) or len(values) == 1:
        places = tuple(found.where({value}.__contains__) for value in values)
        return Group(name, (column.name,), labels, cases=(*places, *_null_case(column)))
    lows = tuple(step.low for step in found.steps)
    if found.listed:
        return Group(name, (column.name,), labels, values=(*lows, *null), date=date)
    cuts = tuple(low for low in lows[1:] if isinstance(low, int))
    return Group(name, (column.name,), labels, values=null, cuts=cuts, date=date)


def _in_order(found: Steps) -> tuple[Value, ...]:
    """As the steps come; months and weekdays, which come again and again, by number."""
    values = found.values
    again = len(values) < len(found.steps) and found.kind is Kind.INTEGER
    return tuple(sorted(values, key=int)) if again else values


def case_group(scope: Scope, name: str, node: exp.Case) -> Group:
    """A place per result of CASE, where rows can fall into it.

    Raises:
        AccordError: E-SQL-066 a result that is no literal; what conditions raise.
    """
    found: list[tuple[str | None, Predicate, Predicate]] = []
    before: list[Predicate] = []
    branches = list(_branches(scope, node))
    occurring = first_true(scope.table, [], [condition for condition, _ in branches])
    for place, (condition, label) in enumerate(branches):
        reached = condition if not before else Compound(Junction.AND, (*before, condition))
        if place in occurring:
            found.append((label, condition, reached))
        before.append(Compound(Junction.NOT, (Compound(Junction.IS_TRUE, (condition,)),)))
    labels = tuple(dict.fromkeys(label for label, _, _ in found))
    if len(labels) == len(found):  # the first true one counts, so that earlier ones need no NOT
        cases = tuple(condition for _, condition, _ in found)
    else:
        cases = tuple(_any([r for other, _, r in found if other == label]) for label in labels)
    return Group(name, _columns(tuple(c for _, c, _ in found)), labels, cases=cases)


def _any(conditions: list[Predicate]) -> Predicate:
    return conditions[0] if len(conditions) == 1 else Compound(Junction.OR, tuple(conditions))


def as_case(node: exp.Expr) -> exp.Case | None:
    """The CASE that an expression is, or that IF is short for."""
    if isinstance(node, exp.Case):
        return node
    if not isinstance(node, exp.If):
        return None
    branch = exp.If(this=node.this.copy(), true=node.args["true"].copy())
    default = node.args.get("false")
    return exp.Case(ifs=[branch], default=None if default is None else default.copy())


def _null_case(column: Column) -> tuple[Condition, ...]:
    return (compared(column, Comparison.IS_NULL),) if column.nulls else ()


def _branches(scope: Scope, node: exp.Case) -> Iterator[tuple[Predicate, str | None]]:
    """Conditions and labels; the last condition is that of ELSE: always true."""
    for branch in node.args["ifs"]:
        when = branch.this
        if node.this is not None:
            when = exp.EQ(this=node.this.copy(), expression=when.copy())
        yield compile_condition(scope, when), _label(scope, branch.args["true"])
    yield Compound(Junction.AND, ()), _label(scope, node.args.get("default") or exp.Null())


def _label(scope: Scope, node: exp.Expr) -> str | None:
    literal = node.unnest()
    if isinstance(literal, exp.Null):
        return None
    sign = ""
    if isinstance(literal, exp.Neg):
        sign, literal = "-", literal.this.unnest()
    if not isinstance(literal, exp.Literal) or not is_plain(literal.name) or not literal.name:
        raise scope.statement.error("E-SQL-066", node, construct=node.sql("duckdb"))
    return f"{sign}{literal.name}"


def _columns(conditions: tuple[Predicate, ...]) -> tuple[str, ...]:
    names: set[str] = set()
    for condition in conditions:
        if isinstance(condition, Compound):
            names.update(_columns(condition.operands))
        elif isinstance(condition, Condition):
            names.add(condition.column)
        else:
            names.update(condition.term.columns)
    return tuple(sorted(names))
