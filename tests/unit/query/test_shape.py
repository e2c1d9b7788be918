"""A plan that contradicts itself, or is too large to be looked at, is refused before it is used."""

import dataclasses
from typing import Any

import pytest

from accord.domain.errors import VerificationError
from accord.query import limits
from accord.query.compile import compile_question
from accord.query.plan import CountKind, CountTerm, Group, Measure, Plan
from accord.query.plan_answer import (
    Aggregate,
    Function,
    Grouping,
    Label,
    Number,
    Operation,
    Operator,
    Output,
    Piece,
    Text,
)
from accord.query.plan_rows import (
    Comparison,
    Compound,
    Condition,
    Junction,
    Monomial,
    Power,
    Relation,
    Term,
)
from accord.query.shape import check_plan
from tests.unit.query.tables import TABLES

GOOD = compile_question(
    "SELECT region, VAR_POP(wages), COUNT(*) FROM income GROUP BY region", TABLES
)
REGION = GOOD.groups[0]
WAGES = GOOD.terms[0]
COUNT = Aggregate(Function.COUNT, (Piece((), (3,)),))
VARIANCE = GOOD.outputs[1].expression
MANY = tuple(range(140_000))
TRUE = Compound(Junction.AND, ())


def refused(plan: Plan) -> str:
    with pytest.raises(VerificationError) as caught:
        check_plan(plan)
    assert caught.value.code == "E-SQL-038"
    return str(caught.value.facts["fault"])


def with_output(expression: Any, digits: int = 0) -> dict[str, Any]:
    return {"outputs": (*GOOD.outputs, Output("x", expression, digits, ""))}


def operation(operator: Operator, *operands: Any) -> dict[str, Any]:
    return with_output(Operation(operator, operands))


def with_group(**changes: Any) -> dict[str, Any]:
    return {"groups": (dataclasses.replace(REGION, **changes),)}


def with_term(**changes: Any) -> dict[str, Any]:
    return {"terms": (dataclasses.replace(WAGES, **changes),)}


def of_powers(*exponents: int) -> dict[str, Any]:
    powers = tuple(Power(f"c{at}", exponent) for at, exponent in enumerate(exponents))
    columns = tuple(power.column for power in powers)
    return with_term(monomials=(Monomial(1, powers),), columns=columns)


def test_the_plan_that_is_changed_below_is_good() -> None:
    check_plan(GOOD)
    assert [measure.terms for measure in GOOD.measures] == [(), (0,), (0, 0), ()]


@pytest.mark.parametrize(
    "change",
    [
        with_group(labels=(), values=()),
        with_group(labels=("north",)),
        with_group(labels=("north", "north")),
        with_group(values=("north", "north")),
        with_group(values=(None, "north"), labels=(None, "north")),
        with_group(cuts=(1,)),
        with_group(values=(), cuts=(2, 1), labels=("a", "b", "c")),
        with_group(values=(), cuts=(1, 1), labels=("a", "b", "c")),
        with_group(values=(None,), cuts=(1, 2), labels=("a", "b", "c")),
        with_group(cases=(TRUE, TRUE)),
        with_group(values=(), cases=(TRUE,)),
        with_group(columns=("b", "a")),
        {"groups": (REGION, REGION)},
        {"groups": (Group("day", ("day",), tuple(map(str, MANY)), MANY),)},
        {"sets": ()},
        {"sets": ((),)},
        {"sets": ((0, 0),)},
        {"sets": ((0,), (0,))},
        {"sets": ((), (0,))},
        {"sets": ((1,),)},
        {"max_rows": 0},
        {"measures": ()},
        {"counts": ()},
        {"outputs": ()},
        {"terms": ()},
        with_term(scale=-1),
        with_term(scale=limits.MAX_TERM_SCALE + 1),
        with_term(minimum=1, maximum=0),
        with_term(columns=("age",)),
        with_term(monomials=WAGES.monomials * 2),
        with_term(monomials=(dataclasses.replace(WAGES.monomials[0], coefficient=0),)),
        with_term(monomials=(Monomial(limits.MAX_COEFFICIENT + 1, ()),)),
        of_powers(0),
        of_powers(-1),
        of_powers(10**9),
        of_powers(9, 9),
        {"arms": (Condition("age", Comparison.EQUAL, ()),)},
        {"arms": (Condition("age", Comparison.IN, ()),)},
        {"arms": (Condition("age", Comparison.IS_NULL, (1,)),)},
        {"arms": (Compound(Junction.NOT, (TRUE, TRUE)),)},
        {"arms": (Compound(Junction.IS_TRUE, ()),)},
        {"where": Relation(WAGES, Comparison.IN, 1)},
        {"where": Relation(dataclasses.replace(WAGES, scale=99), Comparison.LESS, 1)},
        {"measures": (*GOOD.measures, Measure(0, (), (), 1))},
        {"measures": (*GOOD.measures, Measure(None, (), (1,), 1))},
        {"measures": (*GOOD.measures, Measure(None, (), (0, 0, 0), 1))},
        {"measures": (*GOOD.measures, Measure(None, (), (0,), -1))},
        {"measures": (*GOOD.measures, Measure(None, (), (0,), 2**127))},
        {"measures": (*GOOD.measures, Measure(None, ("b", "a"), (), 1))},
        {"counts": (CountTerm(CountKind.SUPPORT),)},
        {"counts": (CountTerm(CountKind.ROWS, None, (), (0,), (0,)),)},
        {"counts": (CountTerm(CountKind.SUPPORT, None, (), (0,), ()),)},
        {"counts": (CountTerm(CountKind.SUPPORT, None, (), (1,), (0,)),)},
        {"counts": (CountTerm(CountKind.ROWS, 0),)},
        with_output(Label(1)),
        with_output(Label(-1)),
        with_output(Grouping(1)),
        with_output(Number(limits.MAX_LITERAL + 1)),
        with_output(Number(1, 19)),
        with_output(COUNT, digits=-1),
        with_output(COUNT, digits=10**9),
        with_output(Aggregate(Function.COUNT, ())),
        with_output(Aggregate(Function.COUNT, (Piece((), (9,)),))),
        with_output(Aggregate(Function.COUNT, (Piece((), (-1,)),))),
        with_output(Aggregate(Function.COUNT, (Piece((), (1,)),))),
        with_output(Aggregate(Function.COUNT, (Piece((), (3,)),) * 2)),
        with_output(Aggregate(Function.COUNT, (Piece((), (3,)),), 1)),
        with_output(Aggregate(Function.SUM, (Piece((0,), (3, 1)),))),  # of all rows, of some
        with_output(Aggregate(Function.SUM, (Piece((0,), (0, 2)),))),
        with_output(Aggregate(Function.SUM, (Piece((1,), (0, 1)),))),
        with_output(Aggregate(Function.SUM, (Piece((0, 0), (0, 1)),))),
        with_output(Aggregate(Function.CORR, (Piece((0, 0), (0, 1, 1, 2, 2, 2)),) * 2)),
        with_output(Aggregate(Function.OLS_COUNT, (Piece((0,), (0, 1, 2)),))),
        with_output(Aggregate(Function.CHI_SQUARE, (Piece((), (3,)),))),
        operation(Operator.ADD, COUNT),
        operation(Operator.ADD, COUNT, Text("1")),
        operation(Operator.ADD, COUNT, Label(0)),
        operation(Operator.EQUAL, COUNT, Text("1")),
        operation(Operator.AND, COUNT, COUNT),
        operation(Operator.NOT, COUNT),
        operation(Operator.IS_NULL),
        operation(Operator.COALESCE),
        operation(Operator.COALESCE, COUNT, Text("1")),
        operation(Operator.ROUND, COUNT, COUNT),
        operation(Operator.ROUND, COUNT, Number(19)),
        operation(Operator.ROUND, COUNT, Number(-1)),
        operation(Operator.ROUND, COUNT, Number(10, 1)),
        operation(
            Operator.ADD,
            COUNT,
            Aggregate(Function.OLS_R2, (Piece((0, 0), (0, 1, 1, 2, 2, 2)),)),
        ),
        {"having": COUNT},
        {"limit": -1},
        {"offset": -1},
        {"cross": True},
    ],
)  # fmt: skip
def test_a_plan_that_contradicts_itself_is_refused(change: dict[str, Any]) -> None:
    assert refused(dataclasses.replace(GOOD, **change))


def nested(depth: int) -> Any:
    found: Any = COUNT
    for _ in range(depth):
        found = Operation(Operator.NEGATE, (found,))
    return found


@pytest.mark.parametrize(
    "change",
    [
        {"measures": GOOD.measures * 1_001},
        {"counts": GOOD.counts * 2_000},
        {"terms": GOOD.terms * 257},
        {"arms": (TRUE,) * 257},
        {"outputs": GOOD.outputs * 200},
        {"groups": GOOD.groups * 17},
        with_output(nested(limits.MAX_EXPRESSION_NODES)),
        {"where": Compound(Junction.AND, (TRUE,) * limits.MAX_PREDICATE_NODES)},
        with_term(monomials=tuple(Monomial(n, ()) for n in range(1, 300))),
    ],
)
def test_a_plan_beyond_the_limits_is_refused_by_its_length(change: dict[str, Any]) -> None:
    assert refused(dataclasses.replace(GOOD, **change))


def test_many_cells_times_many_expressions_are_refused() -> None:
    """Each alone is within its limit."""
    places = tuple(range(100_000))
    days = Group("day", ("day",), tuple(map(str, places)), places)
    many = tuple(dataclasses.replace(GOOD.outputs[2], name=str(at)) for at in range(400))

    check_plan(dataclasses.replace(GOOD, groups=(days,)))
    assert refused(dataclasses.replace(GOOD, groups=(days,), outputs=many)) == "size"


def test_a_large_exponent_is_refused_before_it_is_raised_to() -> None:
    """Bounds of ``x ** 10**9`` would never be computed to their end."""
    term = Term((Monomial(1, (Power("age", 10**9),)),), ("age",), 0, 0, 1)

    assert refused(dataclasses.replace(GOOD, where=Relation(term, Comparison.LESS, 1))) == "term"
