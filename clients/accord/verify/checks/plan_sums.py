"""Check 4, sums and outputs: bounds, presence and guard counts follow from the table.

So sums hide nobody, fit their slots, and are all that was asked for.
"""

from accord.domain.catalogue import Table
from accord.domain.text import is_plain, printable
from accord.query.cell_reaches import reaches_of_cells
from accord.query.derived import (
    make_measure,
    make_term,
    reaches_of,
    tells_values,
)
from accord.query.derived_outputs import output_digits, output_unit
from accord.query.expressions import aggregates_of, expressions_of
from accord.query.guarding import guard_counts, guard_terms
from accord.query.plan import Measure, Plan
from accord.query.plan_answer import Piece
from accord.query.plan_rows import Term
from accord.query.reach import narrowed
from accord.verify.expectation import Expectation

_expect = Expectation("E-VER-104")


def check_sums(plan: Plan, table: Table) -> None:
    """Check terms, measures and counts of a plan whose shape is checked.

    Raises:
        VerificationError: E-VER-104.
    """
    for term in plan.terms:
        _expect(term == _made(term, table), table.name, "term")
    whole = narrowed(reaches_of(table), plan.where)
    of_arms = [narrowed(whole, arm) for arm in plan.arms]
    for measure in plan.measures:
        _check_measure(measure, plan, table)
        reaches = whole if measure.arm is None else of_arms[measure.arm]
        factors = [plan.terms[index] for index in measure.terms]
        columns = {name for term in factors for name in term.columns}
        kinds = reaches_of_cells(reaches, (plan.groups, plan.sets), columns, plan.where)
        told = not kinds or any(tells_values(factors, inside) for inside in kinds)
        _expect(not told, table.name, "histogram")
    for expression in expressions_of(plan):
        for aggregate in aggregates_of(expression):
            for piece in aggregate.pieces:
                _check_piece(piece, plan, table)
    _check_used(plan, table)
    grouping = (plan.groups, plan.sets)
    wanted = guard_counts(table, plan.where, plan.arms, plan.terms, plan.measures, grouping)
    _expect(plan.counts == wanted, table.name, "counts")


def check_outputs(plan: Plan, table: Table) -> None:
    """Check names, digits and units.

    Raises:
        VerificationError: E-VER-104.
    """
    names = {output.name.casefold() for output in plan.outputs}
    _expect(len(names) == len(plan.outputs), table.name, "output")
    for output in plan.outputs:
        _expect(is_plain(output.name), printable(output.name), "unprintable")
        digits = output_digits(output.expression, plan.terms)
        unit = output_unit(output.expression, plan.terms, table, plan.groups)
        _expect((output.digits, output.unit) == (digits, unit), output.name, "output")


def _made(term: Term, table: Table) -> Term:
    try:
        return make_term(term.monomials, term.columns, term.scale, table)
    except KeyError:  # text, or a number without bounds
        raise _expect.error(table.name, "term") from None


def _check_measure(measure: Measure, plan: Plan, table: Table) -> None:
    made = make_measure(
        table, plan.terms, arm=measure.arm, present=measure.present, factors=measure.terms
    )
    _expect(measure == made, table.name, "measure")


def _check_piece(piece: Piece, plan: Plan, table: Table) -> None:
    """Rows with NULL in any variable are left out of every moment; of a count, as asked."""
    if not piece.terms:
        return
    nullable = {column.name for column in table.columns if column.nulls}
    columns = {name for index in piece.terms for name in plan.terms[index].columns}
    present = tuple(sorted(nullable & columns))
    fits = all(plan.measures[moment].present == present for moment in piece.moments)
    _expect(fits, table.name, "measure")


def _check_used(plan: Plan, table: Table) -> None:
    """Nothing is opened that the answer does not need."""
    pieces = [
        piece
        for expression in expressions_of(plan)
        for aggregate in aggregates_of(expression)
        for piece in aggregate.pieces
    ]
    moments = {moment for piece in pieces for moment in piece.moments}
    terms = {index for measure in plan.measures for index in measure.terms}
    counted = guard_terms(table, plan.terms[: len(terms)])
    exact = terms == set(range(len(terms))) and plan.terms[len(terms) :] == counted
    used = len(moments) == len(plan.measures) and exact
    distinct = len(set(plan.measures)) == len(plan.measures)
    _expect(used and distinct, table.name, "unused")
