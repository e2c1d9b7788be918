"""SQL to a typed plan: one table, aggregates, filters, groups of public places.

Only this package imports sqlglot.  What the language has is listed here, in
`accord.query.aggregates`, `accord.query.conditions` and `accord.query.groups`; the rest is
refused with what to ask instead (codes E-SQL-nnn).  NULL rules are DuckDB's.
"""

from collections.abc import Mapping
from typing import Final

from accord.domain.catalogue import Table
from accord.domain.errors import AccordError, VerificationError
from accord.query.conditions import compile_condition
from accord.query.context import Context
from accord.query.cross import compile_cross, cross_call
from accord.query.groups import compile_groups
from accord.query.guarding import guard_counts, guard_terms
from accord.query.instead import nearest_question
from accord.query.limits import MAX_REACHED
from accord.query.measures import Sums
from accord.query.ordering import compile_limit, compile_offset, compile_order
from accord.query.plan import MAX_CELLS, PLAN_VERSION, CountTerm, Plan
from accord.query.plan_rows import Predicate, Term
from accord.query.predicates import nodes_in, predicates_of
from accord.query.quantile import parse_quantile
from accord.query.scope import Scope, open_scope
from accord.query.select_list import compile_outputs
from accord.query.shape import check_plan
from accord.query.statement import Statement, parse_statement
from accord.query.values import compile_having

_UNDERSTOOD: Final = frozenset(
    {"expressions", "from_", "where", "group", "having", "order", "limit", "offset"}
)
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "joins": ("E-SQL-009", "JOIN"),
    "laterals": ("E-SQL-009", "LATERAL"),
    "with_": ("E-SQL-010", "WITH"),
    "distinct": ("E-SQL-014", "DISTINCT"),
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
    except AccordError as error:
        if "instead" in error.facts:
            raise _answerable(error, tables) from error
        raise


def _answerable(error: AccordError, tables: Mapping[str, Table]) -> AccordError:
    """The error with an offer that is not refused itself."""
    offers = [str(error.facts["instead"]), *(f"SELECT COUNT(*) FROM {name}" for name in tables)]
    instead = next((offer for offer in offers if _is_answered(offer, tables)), offers[-1])
    facts = {**error.facts, "instead": instead}
    return type(error)(error.code, detail=error.detail, record=error.record, **facts)


def _is_answered(sql: str, tables: Mapping[str, Table]) -> bool:
    try:
        if parse_quantile(sql, tables) is None:
            _compile(parse_statement(sql), tables)
    except (AccordError, RecursionError):
        return False
    return True


def _compile(statement: Statement, tables: Mapping[str, Table]) -> Plan:
    _check_clauses(statement)
    scope = open_scope(statement, tables)
    call = cross_call(statement)
    if call is not None:
        cross = compile_cross(scope, call, _where(scope))
        context = Context(Sums(scope, cross.where), cross.groups)
        return _plan(context, ((0, 1),), cross=True)
    groups, sets = compile_groups(scope)
    return _plan(Context(Sums(scope, _where(scope), (groups, sets)), groups), sets)


def _where(scope: Scope) -> Predicate | None:
    clause = scope.statement.select.args.get("where")
    return None if clause is None else compile_condition(scope, clause.this)


def _plan(context: Context, sets: tuple[tuple[int, ...], ...], *, cross: bool = False) -> Plan:
    sums, statement = context.sums, context.statement
    table = sums.scope.table
    outputs = compile_outputs(context)
    named = context.with_aliases()
    having = statement.select.args.get("having")
    condition = None if having is None else compile_having(named, having.this)
    order = compile_order(named, outputs)  # the last to collect sums
    terms = (*sums.terms, *guard_terms(table, sums.terms))
    plan = Plan(
        version=PLAN_VERSION,
        table=table.name,
        columns=tuple(sorted(sums.scope.touched)),
        where=sums.where,
        groups=context.groups,
        sets=sets,
        terms=terms,
        arms=sums.arms,
        measures=sums.measures,
        counts=_counts(context, terms, sets),
        outputs=outputs,
        having=condition,
        order=order,
        limit=compile_limit(statement),
        offset=compile_offset(statement),
        cross=cross,
        max_rows=table.max_rows,
    )
    _check_size(statement, plan, table)
    return plan


def _counts(
    context: Context, terms: tuple[Term, ...], sets: tuple[tuple[int, ...], ...]
) -> tuple[CountTerm, ...]:
    sums, grouping = context.sums, (context.groups, sets)
    try:
        return guard_counts(sums.scope.table, sums.where, sums.arms, terms, sums.measures, grouping)
    except VerificationError as error:
        raise _too_large(context.statement, error) from None


def _too_large(statement: Statement, error: VerificationError) -> AccordError:
    return statement.error_at_word("E-SQL-052", "SELECT", part=error.facts["fault"])


def _check_size(statement: Statement, plan: Plan, table: Table) -> None:
    if plan.cells > MAX_CELLS:
        raise statement.error_at_word("E-SQL-030", "GROUP BY", cells=plan.cells, limit=MAX_CELLS)
    try:
        check_plan(plan)
    except VerificationError as error:
        raise _too_large(statement, error) from None
    longest = max(len(column.domain) for column in table.columns)
    if longest * sum(1 for one in predicates_of(plan) for _ in nodes_in(one)) > MAX_REACHED:
        raise statement.error_at_word("E-SQL-052", "WHERE", part="size of conditions")


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
        instead = nearest_question(statement, None)
        raise statement.error_at_word(code, word, construct=word, clause=word, instead=instead)
