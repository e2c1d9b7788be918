"""SQL to a typed plan: one table, aggregates, a filter, groups of public values.

Only this package imports sqlglot.  What the language has is listed here and in
`accord.query.conditions`; the rest is refused with what to ask instead (codes
E-SQL-nnn).  NULL rules are DuckDB's.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlglot import exp

from accord.domain.catalogue import Column, Table
from accord.domain.errors import VerificationError
from accord.domain.text import is_plain, printable
from accord.query.conditions import compile_condition
from accord.query.derived import group_of, guard_counts
from accord.query.measures import Measures
from accord.query.plan import MAX_CELLS, PLAN_VERSION, Function, Output, Plan
from accord.query.scope import Scope, open_scope
from accord.query.statement import Statement, parse_statement
from accord.query.unsupported import unsupported

_UNDERSTOOD: Final = frozenset({"expressions", "from_", "where", "group"})
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "joins": ("E-SQL-009", "JOIN"),
    "laterals": ("E-SQL-009", "LATERAL"),
    "with_": ("E-SQL-010", "WITH"),
    "distinct": ("E-SQL-014", "DISTINCT"),
    "having": ("E-SQL-029", "HAVING"),
    "order": ("E-SQL-029", "ORDER BY"),
    "limit": ("E-SQL-029", "LIMIT"),
    "offset": ("E-SQL-029", "OFFSET"),
    "qualify": ("E-SQL-029", "QUALIFY"),
    "windows": ("E-SQL-011", "WINDOW"),
}


def compile_question(sql: str, tables: Mapping[str, Table]) -> Plan:
    """The plan of a question.

    Args:
        sql: As typed, DuckDB dialect.
        tables: What may be asked, by table name.

    Raises:
        RequestError: E-SQL-nnn; the question is not one we answer, and why.
        RefusalError: E-SQL-nnn; it would show single persons.
    """
    statement = parse_statement(sql)
    try:
        return _compile(statement, tables)
    except RecursionError:  # sqlglot reads deeper than Python can walk
        raise statement.too_deep() from None


def _compile(statement: Statement, tables: Mapping[str, Table]) -> Plan:
    _check_clauses(statement)
    scope = open_scope(statement, tables)
    columns = _group_columns(scope)
    measures = Measures(scope)
    outputs = _outputs(scope, columns, measures)
    where = statement.select.args.get("where")
    condition = compile_condition(scope, where.this) if where is not None else None
    groups = tuple(group_of(column) for column in columns)
    plan = Plan(
        version=PLAN_VERSION,
        table=scope.table.name,
        columns=tuple(sorted(scope.touched)),
        where=condition,
        groups=groups,
        measures=measures.found,
        counts=guard_counts(measures.found),
        outputs=outputs,
        max_rows=scope.table.max_rows,
    )
    if plan.cells > MAX_CELLS:
        raise statement.error_at_word("E-SQL-030", "GROUP BY", cells=plan.cells, limit=MAX_CELLS)
    return plan


def check_compiled(plan: Plan, sql: str, table: Table) -> None:
    """Check that a plan received with its SQL is the one the SQL means here.

    Raises:
        VerificationError: E-SQL-039; the plan is another one.
        AccordError: ``sql`` does not compile.
    """
    if compile_question(sql, {table.name: table}) != plan:
        raise VerificationError("E-SQL-039", table=table.name)


def _check_clauses(statement: Statement) -> None:
    for name, value in statement.select.args.items():
        if not value or name in _UNDERSTOOD:
            continue
        code, word = _WORDS.get(name, ("E-SQL-017", name.strip("_").upper()))
        raise statement.error_at_word(code, word, construct=word, clause=word)


def _group_columns(scope: Scope) -> tuple[Column, ...]:
    clause = scope.statement.select.args.get("group")
    if clause is None:
        return ()
    if any(value for name, value in clause.args.items() if name != "expressions"):
        raise _group_error(scope, clause)
    columns = [_group_column(scope, node.unnest()) for node in clause.expressions]
    return tuple(dict.fromkeys(columns))


def _group_column(scope: Scope, node: exp.Expr) -> Column:
    if isinstance(node, exp.Literal) and not node.is_string:
        node = _selected(scope, node)
    elif isinstance(node, exp.Column) and scope.table.column(node.name.lower()) is None:
        node = _aliased(scope, node)
    if not isinstance(node, exp.Column):
        raise _group_error(scope, node)
    column = scope.column(node)
    if not column.domain:
        with_domain = [other.name for other in scope.table.columns if other.domain]
        raise scope.statement.error(
            "E-SQL-031", node, column=column.name, candidates=", ".join(with_domain) or "-"
        )
    return column


def _selected(scope: Scope, ordinal: exp.Literal) -> exp.Expr:
    items: list[exp.Expr] = scope.statement.select.expressions
    text = ordinal.name
    if not text.isdecimal() or not 1 <= int(text[:6]) <= len(items):
        raise scope.statement.error("E-SQL-032", ordinal, ordinal=text, count=len(items))
    item = items[int(text) - 1].unalias()
    return item.unnest()


def _aliased(scope: Scope, node: exp.Column) -> exp.Expr:
    """A name that is no column may be an alias of the SELECT list, as in DuckDB."""
    for item in scope.statement.select.expressions:
        if isinstance(item, exp.Alias) and item.alias.lower() == node.name.lower():
            return item.unalias().unnest()
    return node


def _group_error(scope: Scope, node: exp.Expr) -> Exception:
    construct = node.sql("duckdb").strip() or "GROUP BY"
    return scope.statement.error("E-SQL-033", node, construct=construct)


def _outputs(scope: Scope, groups: Sequence[Column], measures: Measures) -> tuple[Output, ...]:
    outputs = tuple(
        _output(scope, item, groups, measures) for item in scope.statement.select.expressions
    )
    if all(output.function is Function.GROUP for output in outputs):
        raise scope.statement.error("E-SQL-034", scope.statement.select.expressions[0])
    seen: set[str] = set()
    for output, item in zip(outputs, scope.statement.select.expressions, strict=True):
        if output.name.casefold() in seen:
            raise scope.statement.error("E-SQL-035", item, name=output.name)
        seen.add(output.name.casefold())
    return outputs


def _output(scope: Scope, item: exp.Expr, groups: Sequence[Column], measures: Measures) -> Output:
    node = item.unalias().unnest()
    alias = item.alias if isinstance(item, exp.Alias) else ""
    if not is_plain(alias):  # e'\x1b' is plain as SQL
        shown = printable(alias)
        raise scope.statement.error("E-SQL-042", item, character=shown)
    if not isinstance(node, exp.Column):
        return measures.output(node, alias)
    if isinstance(node.this, exp.Star):
        raise unsupported(scope.statement, node.this)
    column = scope.column(node)
    if column not in groups:
        raise scope.statement.error("E-SQL-036", node, column=column.name)
    return Output(alias or column.name, Function.GROUP, column.name, column.scale, column.unit, ())
