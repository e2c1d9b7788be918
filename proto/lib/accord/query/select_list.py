"""The SELECT list to the columns of the answer."""

from collections.abc import Sequence

from sqlglot import exp

from accord.domain.text import is_plain, printable
from accord.query.context import Context
from accord.query.cross import cross_outputs, is_cross
from accord.query.derived_outputs import output_digits, output_unit
from accord.query.expressions import aggregates_of
from accord.query.groups import item_name
from accord.query.ols import compile_regression, is_regression
from accord.query.plan_answer import Expression, Output
from accord.query.values import compile_value


def compile_outputs(context: Context) -> tuple[Output, ...]:
    """Every column of the answer.

    Raises:
        AccordError: E-SQL-034 nothing is computed; E-SQL-035 two columns of one name;
            E-SQL-042 a name cannot be printed; or as `compile_value`.
    """
    items: list[exp.Expr] = context.statement.select.expressions
    outputs: list[Output] = []
    seen: set[str] = set()
    for item in items:
        for name, expression in _named(context, item):
            if name.casefold() in seen:
                raise context.statement.error("E-SQL-035", item, name=name)
            seen.add(name.casefold())
            outputs.append(_output(context, name, expression))
    if not any(any(aggregates_of(output.expression)) for output in outputs):
        raise context.statement.error("E-SQL-034", items[0])
    return tuple(outputs)


def _named(context: Context, item: exp.Expr) -> Sequence[tuple[str, Expression]]:
    node = item.unalias().unnest()
    alias = item.alias if isinstance(item, exp.Alias) else ""
    if not is_plain(alias):  # e'\\x1b' is plain as SQL
        raise context.statement.error("E-SQL-042", item, character=printable(alias))
    if is_cross(node):
        return list(cross_outputs(context.sums, alias))
    if is_regression(node):
        return list(compile_regression(context.sums, node, alias))
    return [(alias or _name(context, node), compile_value(context, node))]


def _name(context: Context, node: exp.Expr) -> str:
    """As typed, but one spelling for all: functions in capitals, columns in small letters."""
    if type(node) is exp.Count and isinstance(node.this, (exp.Star, exp.Literal, type(None))):
        return "COUNT(*)"
    text = item_name(context.sums.scope, node)
    if isinstance(node, exp.AggFunc) and "(" in text:  # VARIANCE stays VARIANCE
        word, rest = text.split("(", 1)
        return f"{context.statement.word(node, word)}({rest}"
    return text


def _output(context: Context, name: str, expression: Expression) -> Output:
    terms, table = context.sums.terms, context.sums.scope.table
    return Output(
        name=name,
        expression=expression,
        digits=output_digits(expression, terms),
        unit=output_unit(expression, terms, table, context.groups),
    )
