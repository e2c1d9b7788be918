"""Check 4: what was asked is what was computed, over which table, by whom."""

from collections.abc import Iterator
from importlib.util import find_spec

from accord.domain.catalogue import Column, ColumnType, Table
from accord.domain.catalogue_check import check_table
from accord.domain.question import guard_for
from accord.domain.text import is_plain, printable
from accord.query.derived import group_of, guard_counts, power_measure, unit_and_scale
from accord.query.plan import (
    PLAN_VERSION,
    Comparison,
    Compound,
    Condition,
    Group,
    Junction,
    Measure,
    Output,
    Plan,
)
from accord.query.shape import check_plan, squares_tell_values
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
    _check_against_table(plan, table)
    if can_recompile():
        from accord.query.compile import check_compiled  # noqa: PLC0415 - not in a bare install

        check_compiled(plan, question.sql, table)


def _check_against_table(plan: Plan, table: Table) -> None:
    check_plan(plan)
    said = (plan.version, plan.table, plan.max_rows)
    _expect(said == (PLAN_VERSION, table.name, table.max_rows), table.name, "header")
    columns = {column.name: column for column in table.columns if column.name != table.key}
    used = tuple(sorted(set(_used(plan))))
    for name in used:
        _expect(name in columns, name, "column")
    _expect(plan.columns == used, table.name, "columns")
    for group in plan.groups:
        _check_group(group, columns[group.column])
    for measure in plan.measures:
        _check_measure(measure, columns.get(measure.column))
    for output in plan.outputs:
        _expect(is_plain(output.name), printable(output.name), "unprintable")
        _check_output(output, columns.get(output.column))
    _check_condition(plan.where, columns)
    _expect(plan.counts == guard_counts(plan.measures), table.name, "counts")


def _used(plan: Plan) -> Iterator[str]:
    yield from (group.column for group in plan.groups)
    yield from (measure.column for measure in plan.measures if measure.column)
    yield from (output.column for output in plan.outputs if output.column)
    yield from (condition.column for condition in _conditions(plan.where))


def _conditions(node: Condition | Compound | None) -> Iterator[Condition]:
    if isinstance(node, Condition):
        yield node
    elif node is not None:
        for operand in node.operands:
            yield from _conditions(operand)


def _check_group(group: Group, column: Column) -> None:
    _expect(bool(column.domain), column.name, "no_domain")
    _expect(group == group_of(column), column.name, "domain")


def _check_measure(measure: Measure, column: Column | None) -> None:
    """Offset and bound follow from the column, so that sums hide nobody and fit their slots."""
    if measure.power == 0:
        counts_rows = measure.column == "" or (column is not None and column.nulls)
        fits = counts_rows and (measure.offset, measure.bound) == (0, 1)
    elif column is None:
        fits = False
    else:
        _expect(measure.power < 2 or not squares_tell_values(column), column.name, "histogram")  # noqa: PLR2004
        fits = measure == power_measure(column, measure.power)
    _expect(fits, measure.column or "COUNT(*)", "measure")


def _check_output(output: Output, column: Column | None) -> None:
    unit, scale = unit_and_scale(output.function, column) if column else ("", 0)
    _expect((output.unit, output.scale) == (unit, scale), output.name, "output")


def _check_condition(node: Condition | Compound | None, columns: dict[str, Column]) -> None:
    for compound in _compounds(node):
        alone = compound.junction is Junction.NOT
        fits = len(compound.operands) == 1 if alone else bool(compound.operands)
        _expect(fits, compound.junction, "condition")
    for condition in _conditions(node):
        column = columns[condition.column]
        literals = condition.literals
        kind = str if column.type is ColumnType.TEXT else int
        typed = all(type(literal) is kind for literal in literals)
        _expect(typed and condition.scale == column.scale, column.name, "condition")
        # A value of a domain may have several lines; no domain is at hand for other text.
        plain = all(is_plain(one, besides="\n\t") for one in literals if isinstance(one, str))
        _expect(plain, column.name, "unprintable")
        many = condition.operator in (Comparison.IN, Comparison.IS_NULL)
        null = condition.operator is Comparison.IS_NULL
        count = len(literals)
        _expect(count == 1 or (many and (count == 0) == null), column.name, "condition")


def _compounds(node: Condition | Compound | None) -> Iterator[Compound]:
    if isinstance(node, Compound):
        yield node
        for operand in node.operands:
            yield from _compounds(operand)
