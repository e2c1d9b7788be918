"""MEDIAN and QUANTILE_CONT: what is asked, before `accord.query.refinement` answers it.

No sum gives a quantile; counts over ever finer intervals enclose it.  So such a question is
compiled by nobody: the client asks a row of ordinary ones, each signed and on record.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from sqlglot import exp

from accord.domain.catalogue import Column, ColumnType, Table
from accord.query.conditions import compile_condition
from accord.query.literals import number
from accord.query.refinement import Quantile
from accord.query.scope import Scope, open_scope
from accord.query.statement import Statement, parse_statement

_FUNCTIONS: Final = (exp.Median, exp.PercentileCont)
_CLAUSES: Final = frozenset({"expressions", "from_", "where"})


def parse_quantile(sql: str, tables: Mapping[str, Table]) -> Quantile | None:
    """The quantile that a question asks for; None if it asks for none.

    Args:
        sql: As typed, DuckDB dialect.
        tables: What may be asked, by table name.

    Raises:
        AccordError: E-SQL-068 more than one quantile of one column; E-SQL-069 no fraction
            between 0 and 1; what parsing and conditions raise.
    """
    statement = parse_statement(sql)
    if statement.select.find(*_FUNCTIONS) is None:
        return None
    items = statement.select.expressions
    node = items[0].unalias().unnest()
    clauses = {name for name, value in statement.select.args.items() if value}
    if len(items) > 1 or clauses - _CLAUSES:
        raise _shape_error(statement, items[0])
    scope = open_scope(statement, tables)
    argument, fraction = _arguments(statement, node)
    column = _column(scope, argument)
    return Quantile(
        table=scope.table.name,
        column=column,
        fraction=_fraction(scope, column, fraction),
        where=_where(scope),
        name=items[0].alias or f"{statement.word(node, 'QUANTILE_CONT')}({column.name})",
    )


def _arguments(statement: Statement, node: exp.Expr) -> tuple[exp.Expr, exp.Expr]:
    """Column and fraction."""
    if isinstance(node, exp.Median):
        return node.this, exp.Literal.number("0.5")
    if isinstance(node, exp.PercentileCont) and node.expression:
        return node.this, node.expression
    if isinstance(node, exp.WithinGroup) and isinstance(node.this, exp.PercentileCont):
        order = node.expression.expressions
        if len(order) == 1 and not order[0].args.get("desc"):
            return order[0].this, node.this.this
    raise _shape_error(statement, node)


def _column(scope: Scope, node: exp.Expr) -> Column:
    node = node.unnest()
    if not isinstance(node, exp.Column):
        raise _shape_error(scope.statement, node)
    column = scope.column(node)
    if column.type is ColumnType.TEXT:
        raise scope.statement.error("E-SQL-026", node, column=column.name, function="MEDIAN")
    if not column.domain and column.minimum is None:
        raise scope.statement.error("E-SQL-027", node, column=column.name, function="MEDIAN")
    return column


def _fraction(scope: Scope, column: Column, node: exp.Expr) -> Fraction:
    fraction = number(scope, column.name, node)
    if not 0 < fraction < 1:
        raise scope.statement.error("E-SQL-069", node, literal=node.sql("duckdb"))
    return fraction


def _where(scope: Scope) -> str:
    clause = scope.statement.select.args.get("where")
    if clause is None:
        return ""
    compile_condition(scope, clause.this)
    return str(clause.this.sql("duckdb", comments=False))


def _shape_error(statement: Statement, node: exp.Expr) -> Exception:
    return statement.error("E-SQL-068", node, construct=node.sql("duckdb", comments=False))
