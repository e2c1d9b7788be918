"""Whether the parts of a plan fit each other; for readers who trust nobody.

The stand-alone verifier decodes a plan from a file, so nothing here may take time or
memory that the file's author chooses.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from accord.domain.errors import VerificationError
from accord.query import limits
from accord.query.equations import degree_of
from accord.query.expressions import aggregates_of, expressions_of, nodes_of
from accord.query.functions import CROSS, OLS, WITH_ARMS, moment_factors, takes
from accord.query.kinds import Kind, kind_of
from accord.query.plan import MAX_CELLS, CountKind, CountTerm, Group, Measure, Plan
from accord.query.plan_answer import Aggregate, Expression, Function, Piece
from accord.query.plan_rows import Comparison, Compound, Junction, Predicate, Relation, Term
from accord.query.predicates import nodes_in, predicates_of

_NOT_OF_ONE: Final = (Comparison.IN, Comparison.IS_NULL)


def check_plan(plan: Plan) -> None:
    """Check that the parts of a plan refer to each other as they must, and its size.

    Raises:
        VerificationError: E-SQL-038.
    """
    _check_sizes(plan)
    for group in plan.groups:
        _check_group(group)
    _expect(len({group.name for group in plan.groups}) == len(plan.groups), "groups")
    _check_sets(plan)
    _expect(plan.max_rows > 0 and 0 < plan.cells <= MAX_CELLS, "size")
    for term in plan.terms:
        _check_term(term)
        _expect(degree_of(term) <= limits.MAX_SUMMED_DEGREE, "term")
    for predicate in predicates_of(plan):
        _check_predicate(predicate)
    for measure in plan.measures:
        _expect(_fits_measure(plan, measure), "measure")
    for count in plan.counts:
        _expect(_fits_count(plan, count), "count")
    for expression in expressions_of(plan):
        _check_expression(plan, expression)
    _check_clauses(plan)
    _check_work(plan)


def _check_sizes(plan: Plan) -> None:
    _expect(len(plan.groups) <= limits.MAX_GROUPS, "size of groups")
    _expect(len(plan.terms) <= limits.MAX_TERMS, "size of terms")
    _expect(len(plan.arms) <= limits.MAX_ARMS, "size of arms")
    _expect(0 < len(plan.measures) <= limits.MAX_NUMBERS, "size of measures")
    _expect(0 < len(plan.counts) <= limits.MAX_NUMBERS, "size of counts")
    _expect(0 < len(plan.outputs) <= limits.MAX_OUTPUTS, "size of outputs")
    _expect(len(plan.order) <= limits.MAX_OUTPUTS, "size of order")
    nodes = sum(1 for predicate in predicates_of(plan) for _ in nodes_in(predicate))
    _expect(nodes <= limits.MAX_PREDICATE_NODES, "size of conditions")
    for expression in expressions_of(plan):
        nodes = sum(1 for _ in nodes_of(expression))
        _expect(nodes <= limits.MAX_EXPRESSION_NODES, "size of an expression")


def _check_group(group: Group) -> None:
    name, places = f"group {group.name}", len(group.labels)
    nulls = int(None in group.values)
    if group.cases:
        fits = not group.values and not group.cuts and len(group.cases) == places
    elif group.cuts:
        fits = group.values in ((), (None,)) and len(group.cuts) + 1 + nulls == places
        fits = fits and all(low < high for low, high in pairwise(group.cuts))
    else:
        fits = 0 < len(group.values) == places and len(set(group.values)) == places
        fits = fits and None not in group.values[:-1]
    _expect(fits and len(set(group.labels)) == places, name)
    one = bool(group.cases) or len(group.columns) == 1
    _expect(one and tuple(sorted(set(group.columns))) == group.columns, name)


def _check_sets(plan: Plan) -> None:
    everything = tuple(range(len(plan.groups)))
    _expect(bool(plan.sets) and len(plan.sets) <= len(plan.groups) + 1, "sets")
    used = {group for groups in plan.sets for group in groups}
    _expect(used == set(everything), "sets")
    for groups in plan.sets:
        _expect(len(set(groups)) == len(groups), "sets")
    for finer, coarser in pairwise(plan.sets):
        _expect(set(coarser) < set(finer), "sets")


def _check_term(term: Term) -> None:
    powers = [one.powers for one in term.monomials]
    named = {power.column for each in powers for power in each}
    fits = (
        len(powers) <= limits.MAX_MONOMIALS
        and named <= set(term.columns)
        and 0 <= term.scale <= limits.MAX_TERM_SCALE
        and term.minimum <= term.maximum
    )
    _expect(fits and len(set(powers)) == len(powers), "term")
    for one in term.monomials:
        exponents = [power.exponent for power in one.powers]
        fits = 0 < abs(one.coefficient) <= limits.MAX_COEFFICIENT
        _expect(fits and len(exponents) <= limits.MAX_DEGREE, "term")
        _expect(all(0 < exponent <= limits.MAX_DEGREE for exponent in exponents), "term")
        _expect(sum(exponents) <= limits.MAX_DEGREE, "term")


def _check_predicate(predicate: Predicate) -> None:
    """What of a condition does not depend on its table."""
    for node in nodes_in(predicate):
        if isinstance(node, Compound):
            alone = node.junction in (Junction.NOT, Junction.IS_TRUE)
            _expect(not alone or len(node.operands) == 1, "condition")
        elif isinstance(node, Relation):
            _check_term(node.term)
            _expect(node.operator not in _NOT_OF_ONE, "condition")
        else:
            count, null = len(node.literals), node.operator is Comparison.IS_NULL
            many = node.operator in _NOT_OF_ONE
            _expect((count == 0) == null and (count == 1 or many), "condition")


def _fits_measure(plan: Plan, measure: Measure) -> bool:
    return (
        _is_arm(plan, measure.arm)
        and len(measure.terms) <= 2  # noqa: PLR2004 - a product of two
        and all(0 <= index < len(plan.terms) for index in measure.terms)
        and tuple(sorted(measure.terms)) == measure.terms
        and tuple(sorted(set(measure.present))) == measure.present
        and 0 <= measure.bound * plan.max_rows <= limits.MAX_SUM
    )


def _fits_count(plan: Plan, count: CountTerm) -> bool:
    terms = count.terms
    edged = count.kind in (CountKind.SUPPORT, CountKind.HEADROOM)
    return (
        _is_arm(plan, count.arm)
        and len(count.edges) == len(terms)
        and bool(terms) == edged
        and _fits_together(plan, count)
        and all(0 <= index < len(plan.terms) for index in terms)
    )


def _fits_together(plan: Plan, count: CountTerm) -> bool:
    if not count.also:
        return True
    arms = (-1 if count.arm is None else count.arm, *count.also)
    inside = arms[0] >= 0 and arms[-1] < len(plan.arms)
    return inside and count.kind is CountKind.ROWS and tuple(sorted(set(arms))) == arms


def _is_arm(plan: Plan, arm: int | None) -> bool:
    return arm is None or 0 <= arm < len(plan.arms)


def _check_expression(plan: Plan, expression: Expression) -> None:
    try:
        kind_of(expression, plan.groups)
    except ValueError:
        _expect(holds=False, fault="expression")
    for aggregate in aggregates_of(expression):
        alone = aggregate is expression or aggregate.function not in (*OLS, *CROSS)
        _expect(alone, "expression")
        _expect((aggregate.function in CROSS) == plan.cross, "cross")
        _check_aggregate(plan, aggregate)


def _check_aggregate(plan: Plan, aggregate: Aggregate) -> None:
    function, name = aggregate.function, f"aggregate {aggregate.function}"
    _expect(0 < len(aggregate.pieces) <= len(plan.arms) + 1, name)
    _expect(function in WITH_ARMS or len(aggregate.pieces) == 1, name)
    variables = len(aggregate.pieces[0].terms)
    indexed = function in (Function.OLS_COEFFICIENT, Function.OLS_ERROR)
    _expect(0 <= aggregate.index < (variables if indexed else 1), name)
    for piece in aggregate.pieces:
        _expect(len(piece.terms) == variables and takes(function, variables), name)
        _expect(_fits_piece(plan, function, piece), name)


def _fits_piece(plan: Plan, function: Function, piece: Piece) -> bool:
    """Each moment is the sum it must be, and all are over the same rows."""
    factors = moment_factors(function, len(piece.terms))
    inside = all(0 <= moment < len(plan.measures) for moment in piece.moments)
    if not inside or len(piece.moments) != len(factors):
        return False
    if not all(0 <= index < len(plan.terms) for index in piece.terms):
        return False
    measures = [plan.measures[moment] for moment in piece.moments]
    same = {(measure.arm, measure.present) for measure in measures}
    wanted = [tuple(sorted(piece.terms[place] for place in each)) for each in factors]
    return len(same) == 1 and [measure.terms for measure in measures] == wanted


def _check_clauses(plan: Plan) -> None:
    truth = plan.having is None or kind_of(plan.having, plan.groups) is Kind.TRUTH
    _expect(truth, "having")
    _expect(plan.offset >= 0 and (plan.limit is None or plan.limit >= 0), "limit")
    for output in plan.outputs:
        _expect(0 <= output.digits <= 2 * limits.MAX_TERM_SCALE, f"output {output.name}")
    if not plan.cross:
        return
    sizes = [len(group.labels) for group in plan.groups]
    _expect(len(sizes) == 2 and max(sizes) <= limits.MAX_CROSS_PLACES, "cross")  # noqa: PLR2004
    _expect(plan.sets == ((0, 1),), "cross")
    whole = plan.having is None and not plan.order and plan.limit is None and not plan.offset
    _expect(whole and _has_aggregates([output.expression for output in plan.outputs]), "cross")


def _has_aggregates(expressions: Sequence[Expression]) -> bool:
    return all(any(aggregates_of(expression)) for expression in expressions)


def _check_work(plan: Plan) -> None:
    numbers = len(plan.counts) + len(plan.measures)
    _expect(plan.cells * numbers <= limits.MAX_ALL_NUMBERS, "size of all groups' numbers")
    nodes = sum(_work(node) for each in expressions_of(plan) for node in nodes_of(each))
    _expect(nodes * (1 if plan.cross else plan.cells) <= limits.MAX_EVALUATIONS, "size")


def _work(node: Expression) -> int:
    """In units of a simple function; matrices take as long as hundreds of them."""
    if not isinstance(node, Aggregate):
        return 1
    if node.function is Function.OLS_CONDITION:
        return limits.CONDITION_WORK
    return len(node.pieces) * len(node.pieces[0].moments)


def _expect(holds: bool, fault: str) -> None:  # noqa: FBT001
    if not holds:
        raise VerificationError("E-SQL-038", fault=fault)
