"""The nearest question that would be answered, written out as SQL.

What stands here is an offer: `accord.query.compile` holds it against the table and falls
back to counting rows where it would be refused as well.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from sqlglot import exp

from accord.query.nearest import nearest
from accord.query.statement import Statement

FUNCTIONS: Final = (
    *("COUNT", "SUM", "AVG", "VAR_POP", "VAR_SAMP", "VARIANCE"),
    *("STDDEV_POP", "STDDEV_SAMP", "STDDEV", "MEDIAN", "QUANTILE_CONT"),
    *("COVAR_POP", "COVAR_SAMP", "CORR", "REGR_SLOPE", "REGR_INTERCEPT", "REGR_R2"),
    *("REGR_COUNT", "REGR_AVGX", "REGR_AVGY", "REGR_SXX", "REGR_SYY", "REGR_SXY"),
    *("OLS", "CHI_SQUARE"),
)
_LOW, _HIGH = "0.01", "0.99"
_Items: TypeAlias = list[exp.Expr]
# Items of the SELECT list, and what they are grouped by.
_Asked: TypeAlias = tuple[_Items, _Items]


def nearest_question(statement: Statement, node: exp.Expr | None) -> str:
    """A question in place of one that holds ``node``; None for what is no expression."""
    if node is None:
        return counting(statement)
    rule = next((found for kind, found in _RULES if isinstance(node, kind)), None)
    if rule is not None:
        return _written(statement, *rule(node))
    replaced = _REPLACEMENTS.get(type(node), _unknown)(node)
    return counting(statement) if replaced is None else _with(statement, node, replaced)


def counting(statement: Statement) -> str:
    """The rows that the question is about, counted."""
    return _written(statement, [exp.Count(this=exp.Star())], [])


def grouping(statement: Statement, node: exp.Expr) -> str:
    """The rows counted by the values of an expression."""
    return _written(statement, *_by(node))


def averaging(statement: Statement, node: exp.Expr) -> str:
    """The mean of an expression."""
    return _written(statement, [exp.Avg(this=node.copy())], [])


def _written(statement: Statement, items: _Items, by: _Items) -> str:
    """A question over the same rows, in DuckDB's SQL."""
    select = exp.Select(expressions=[one.copy() for one in items])
    for name in ("from_", "where"):
        clause = statement.select.args.get(name)
        select.set(name, None if clause is None else clause.copy())
    if by:
        select.set("group", exp.Group(expressions=[one.copy() for one in by]))
    return select.sql("duckdb", comments=False)


def _with(statement: Statement, node: exp.Expr, replaced: exp.Expr) -> str:
    """The same question with one part of it replaced."""
    select = statement.select.copy()
    same = (one for one in select.find_all(type(node)) if one == node)
    for one in list(same):
        one.replace(replaced.copy())
    return select.sql("duckdb", comments=False)


def _by(node: exp.Expr) -> _Asked:
    return [node, exp.Count(this=exp.Star())], [node]


def _star(_node: exp.Expr) -> _Asked:
    return [exp.Count(this=exp.Star())], []


def _distinct(node: exp.Expr) -> _Asked:
    first = node.expressions[0] if node.expressions else node.this
    return _by(first) if isinstance(first, exp.Expr) else _star(node)


def _quantile(node: exp.Expr) -> _Asked:
    """A quantile is asked alone; an extreme becomes the nearest quantile that is answered."""
    at = node.args.get("expression") or node.args.get("quantile")
    if isinstance(node, exp.Median):
        return [node], []
    if isinstance(node, (exp.Min, exp.ArgMin, exp.Max, exp.ArgMax)):
        at = exp.Literal.number(_LOW if isinstance(node, (exp.Min, exp.ArgMin)) else _HIGH)
    return [exp.PercentileCont(this=node.this.copy(), expression=at)], []


def _within(node: exp.Expr) -> _Asked:
    """PERCENTILE_CONT(q) WITHIN GROUP (ORDER BY x)."""
    ordered = node.expression.expressions[0]
    call = exp.PercentileCont(this=ordered.this.copy(), expression=node.this.this.copy())
    return [call], []


def _window(node: exp.Expr) -> _Asked:
    """PARTITION BY becomes GROUP BY."""
    by = node.args.get("partition_by") or []
    known = isinstance(node.this, exp.AggFunc)
    return [*by, node.this if known else exp.Count(this=exp.Star())], by


def _mean(node: exp.Expr) -> _Asked:
    column = node.find(exp.Column)
    return ([exp.Avg(this=column)], []) if column is not None else _star(node)


def _product(node: exp.Expr) -> exp.Expr | None:
    """X ** 3 is x * x * x."""
    exponent = node.expression.unnest()
    if exponent.name not in {"2", "3", "4"}:
        return None
    factors = [exp.paren(node.this.copy()) for _ in range(int(exponent.name))]
    found: exp.Expr = factors[0]
    for factor in factors[1:]:
        found = exp.Mul(this=found, expression=factor)
    return found


def _size(node: exp.Expr) -> exp.Expr:
    """ABS inside an aggregate is a CASE."""
    negative = exp.LT(this=node.this.copy(), expression=exp.Literal.number(0))
    minus = exp.Neg(this=exp.paren(node.this.copy()))
    return exp.Case(ifs=[exp.If(this=negative, true=minus)], default=node.this.copy())


def _bare(node: exp.Expr) -> exp.Expr:
    """Numbers need no cast: all arithmetic is exact."""
    return exp.paren(node.this.copy())


def _unknown(node: exp.Expr) -> exp.Expr | None:
    """The function with the nearest name."""
    if not isinstance(node, exp.Func):
        return None
    name = str(node.this) if isinstance(node, exp.Anonymous) else node.sql_name()
    given = [node.this, *node.expressions]
    arguments = [one.sql("duckdb") for one in given if isinstance(one, exp.Expr)]
    return exp.Anonymous(
        this=nearest(name, FUNCTIONS), expressions=[exp.maybe_parse(one) for one in arguments]
    )


_RULES: Final[tuple[tuple[tuple[type[exp.Expr], ...], Callable[[exp.Expr], _Asked]], ...]] = (
    ((exp.Star, exp.Subquery, exp.Select, exp.SetOperation, exp.Exists), _star),
    ((exp.Window,), _window),
    ((exp.Distinct, exp.Mode, exp.ApproxDistinct), _distinct),
    ((exp.Median, exp.PercentileCont, exp.PercentileDisc, exp.Quantile), _quantile),
    ((exp.WithinGroup,), _within),
    ((exp.Min, exp.Max, exp.ArgMin, exp.ArgMax), _quantile),
    ((exp.First, exp.Last, exp.AnyValue, exp.IgnoreNulls), _mean),
)
_REPLACEMENTS: Final[Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr | None]]] = {
    exp.Pow: _product,
    exp.Abs: _size,
    exp.Cast: _bare,
}
