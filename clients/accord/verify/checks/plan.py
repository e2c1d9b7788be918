"""Check 4: what was asked is what was computed, over which table, by whom."""

from collections.abc import Iterator
from importlib.util import find_spec

from accord.domain.catalogue import Column, ColumnType, Table
from accord.domain.catalogue_check import check_table
from accord.domain.question import guard_for
from accord.domain.text import is_plain, printable
from accord.query.derived import make_term
from accord.query.limits import MAX_REACHED
from accord.query.plan import PLAN_VERSION, Plan
from accord.query.plan_rows import Condition, Relation
from accord.query.predicates import columns_in, nodes_in, predicates_of
from accord.query.shape import check_plan
from accord.verify.checks.plan_groups import check_group
from accord.verify.checks.plan_sums import check_outputs, check_sums
from accord.verify.evidence import Evidence
from accord.verify.expectation import Expectation

_expect = Expectation("E-VER-104")


def can_recompile() -> bool:
    """Whether the SQL compiler is here to hold the plan against the SQL."""
    return find_spec("sqlglot") is not None


def check_consistent(evidence: Evidence) -> None:
    """Check 4: table, owners, guard and plan fit each other and the question.

    Where the SQL compiler is installed, the plan is also what it makes of the SQL.
    """
    question, table, plan = evidence.question, evidence.bundle.table, evidence.plan
    check_table(table)
    _expect(table.digest() == question.table_digest, table.name, "table")
    _expect(question.owners == table.parts, table.name, "owners")
    guard = guard_for(question.requester, question.owners, evidence.cards)
    _expect(question.guard == guard, question.guard, "guard")
    check_against_table(plan, table)
    if can_recompile():
        from accord.query.compile import check_compiled  # noqa: PLC0415 - not in a bare install

        check_compiled(plan, question.sql, table)


def check_against_table(plan: Plan, table: Table) -> None:
    """Check everything of a plan that follows from its table.

    Raises:
        VerificationError: E-SQL-038 the plan contradicts itself; E-VER-104 the table.
    """
    check_plan(plan)
    said = (plan.version, plan.table, plan.max_rows)
    _expect(said == (PLAN_VERSION, table.name, table.max_rows), table.name, "header")
    columns = {column.name: column for column in table.columns if column.name != table.key}
    used = set(_used(plan))
    for name in sorted({*used, *plan.columns}):
        _expect(name in columns, printable(name), "column")
    # COUNT(x) names x also where it counts rows, and the grant has to cover it all the same.
    named = tuple(sorted({*used, *plan.columns}))
    _expect(plan.columns == named, table.name, "columns")
    _check_conditions(plan, table, columns)
    for group in plan.groups:
        check_group(group, columns, null=not plan.cross)
    check_sums(plan, table)
    check_outputs(plan, table)


def _used(plan: Plan) -> Iterator[str]:
    for group in plan.groups:
        yield from group.columns
    for term in plan.terms:
        yield from term.columns
    for measure in plan.measures:
        yield from measure.present
    for predicate in predicates_of(plan):
        yield from columns_in(predicate)


def _check_conditions(plan: Plan, table: Table, columns: dict[str, Column]) -> None:
    nodes = [node for predicate in predicates_of(plan) for node in nodes_in(predicate)]
    longest = max((len(column.domain) for column in table.columns), default=0)
    _expect(len(nodes) * longest <= MAX_REACHED, table.name, "condition")
    for node in nodes:
        if isinstance(node, Condition):
            _check_condition(node, columns[node.column])
        elif isinstance(node, Relation):
            _check_relation(node, table)


def _check_condition(condition: Condition, column: Column) -> None:
    literals = condition.literals
    kind = str if column.type is ColumnType.TEXT else int
    typed = all(type(literal) is kind for literal in literals)
    dated = condition.date == (column.type is ColumnType.DATE) or not literals
    fits = typed and dated and condition.scale == column.scale
    _expect(fits, column.name, "condition")
    # A value of a domain may have several lines; no domain is at hand for other text.
    plain = all(is_plain(one, besides="\n\t") for one in literals if isinstance(one, str))
    _expect(plain, column.name, "unprintable")


def _check_relation(relation: Relation, table: Table) -> None:
    term = relation.term
    try:
        made = make_term(term.monomials, term.columns, term.scale, table)
    except KeyError:  # text, or a number without bounds
        raise _expect.error(table.name, "term") from None
    _expect(term == made, table.name, "term")
