"""CASE, FILTER and their like become arms, and every arm is counted."""

import pytest

from accord.query.compile import compile_question
from accord.query.plan import CountKind, Plan
from accord.query.plan_answer import Aggregate
from accord.query.plan_rows import Comparison, Compound, Condition, Junction, Predicate
from tests.unit.query.tables import TABLES

OLD = Condition("age", Comparison.GREATER_EQUAL, (60,))
YOUNG = Condition("age", Comparison.LESS, (60,))
FLAGGED = Condition("flag", Comparison.EQUAL, (1,))


def compiled(item: str, rest: str = "") -> Plan:
    return compile_question(f"SELECT {item} FROM income {rest}", TABLES)


def pieces_of(plan: Plan) -> list[tuple[int | None, tuple[str, ...], list[int]]]:
    """Arm, columns that must not be NULL, and coefficients of the term, per piece."""
    aggregate = plan.outputs[0].expression
    assert isinstance(aggregate, Aggregate)
    found = []
    for piece in aggregate.pieces:
        measure = plan.measures[piece.moments[0]]
        terms = [plan.terms[index] for index in piece.terms]
        numbers = [one.coefficient for term in terms for one in term.monomials]
        found.append((measure.arm, measure.present, numbers))
    return found


def rest_of(condition: Predicate) -> Compound:
    return Compound(Junction.NOT, (Compound(Junction.IS_TRUE, (condition,)),))


def test_each_when_excludes_the_earlier_ones() -> None:
    plan = compiled("SUM(CASE WHEN age >= 60 THEN wages WHEN flag = 1 THEN 2 ELSE -3 END)")

    assert plan.arms == (
        OLD,
        Compound(Junction.AND, (rest_of(OLD), FLAGGED)),
        Compound(Junction.AND, (rest_of(OLD), rest_of(FLAGGED))),
    )
    assert pieces_of(plan) == [(0, ("wages",), [1]), (1, (), [2]), (2, (), [-3])]


def test_every_arm_is_counted_also_the_one_of_null() -> None:
    plan = compiled("SUM(CASE WHEN age >= 60 THEN wages END)")
    counted = [count.arm for count in plan.counts if count.kind is CountKind.ROWS]

    assert plan.arms == (OLD, rest_of(OLD))
    assert pieces_of(plan) == [(0, ("wages",), [1])]
    assert counted == [None, 0, 1]


@pytest.mark.parametrize(
    ("item", "rest"),
    [
        ("SUM(CASE WHEN age < 60 THEN 1 WHEN age >= 60 THEN 2 END)", ""),
        ("SUM(CASE WHEN age < 60 THEN 1 WHEN age > 200 THEN 5 ELSE 2 END)", ""),
        ("SUM(CASE flag WHEN 0 THEN 1 WHEN 1 THEN 2 END)", ""),
        ("SUM(CASE region WHEN 'north' THEN 1 WHEN 'south' THEN 2 ELSE 3 END)", ""),
        ("SUM(CASE WHEN wages < 0 THEN 1 WHEN wages >= 0 THEN 2 END)", "WHERE wages IS NOT NULL"),
        ("SUM(CASE WHEN age < 60 OR flag = 0 THEN 1 WHEN age > 59 AND flag = 1 THEN 2 END)", ""),
        ("SUM((age >= 60)::INT)", ""),
        ("AVG(age >= 60)", ""),
    ],
)
def test_arms_that_no_row_can_fall_into_are_left_out(item: str, rest: str) -> None:
    assert len(compiled(item, rest).arms) == 2


@pytest.mark.parametrize(
    "item",
    [
        "SUM(CASE WHEN wages < 0 THEN 1 WHEN wages >= 0 THEN 2 END)",
        "SUM(CASE WHEN note IS NULL THEN 1 WHEN age < 200 AND flag = 0 THEN 2 END)",
        "SUM(CASE WHEN age < wages THEN 1 WHEN age >= wages THEN 2 END)",
        "SUM(CASE class WHEN 1 THEN 1 WHEN 2 THEN 2 WHEN 7 THEN 7 END)",
        "COUNT(CASE WHEN loose <= 5 THEN 1 WHEN loose > 7 THEN 2 END)",
    ],
)
def test_an_unwritten_else_is_an_arm_where_rows_are_left(item: str) -> None:
    plan = compiled(item)

    assert len(plan.arms) == len(pieces_of(plan)) + 1


def test_a_filter_is_an_arm_and_so_is_what_it_leaves_out() -> None:
    plan = compiled("AVG(wages) FILTER (WHERE age >= 60)")

    assert plan.arms == (rest_of(OLD), OLD)
    assert pieces_of(plan) == [(1, ("wages",), [1])]


def test_a_filter_that_leaves_nothing_out_needs_no_other_arm() -> None:
    assert len(compiled("COUNT(*) FILTER (WHERE age >= 0)").arms) == 1


def test_a_filter_holds_in_every_arm() -> None:
    plan = compiled("SUM(CASE WHEN flag = 1 THEN age END) FILTER (WHERE age >= 60)")

    assert plan.arms == (
        rest_of(OLD),
        Compound(Junction.AND, (OLD, FLAGGED)),
        Compound(Junction.AND, (OLD, rest_of(FLAGGED))),
    )


@pytest.mark.parametrize(
    ("item", "same"),
    [
        ("SUM(IF(age >= 60, wages, 0))", "SUM(CASE WHEN age >= 60 THEN wages ELSE 0 END)"),
        ("SUM(COALESCE(wages, 5))", "SUM(CASE WHEN wages IS NULL THEN 5 ELSE wages END)"),
        ("AVG(NULLIF(age, 60))", "AVG(CASE WHEN age = 60 THEN NULL ELSE age END)"),
        ("SUM(2 * CASE WHEN flag = 1 THEN age END)", "SUM(CASE WHEN flag = 1 THEN 2 * age END)"),
        (
            "SUM(CASE WHEN flag = 1 THEN age ELSE 1 END - wages)",
            "SUM(CASE WHEN flag = 1 THEN age - wages ELSE 1 - wages END)",
        ),
        ("COUNT_IF(age >= 60)", "COUNT(CASE WHEN age >= 60 THEN 1 END)"),
        (
            "SUM((wages > 5)::INT)",
            "SUM(CASE WHEN wages > 5 THEN 1 WHEN NOT (wages > 5) THEN 0 END)",
        ),
        ("SUM(CASE flag WHEN 1 THEN age END)", "SUM(CASE WHEN flag = 1 THEN age END)"),
    ],
)
def test_short_forms_are_the_case_that_they_stand_for(item: str, same: str) -> None:
    short, long = compiled(f"{item} AS a"), compiled(f"{same} AS a")

    assert short == long


def test_counting_a_case_counts_its_arm() -> None:
    plan = compiled("COUNT(CASE WHEN age >= 60 THEN note ELSE 1 END)")

    assert pieces_of(plan) == [(0, ("note",), []), (1, (), [])]


def test_equal_conditions_are_one_arm() -> None:
    plan = compiled("COUNT(*) FILTER (WHERE age >= 60), SUM(wages) FILTER (WHERE age >= 60)")

    assert len(plan.arms) == 2


def test_edges_are_those_of_the_arm() -> None:
    plan = compiled("SUM(CASE WHEN age >= 60 THEN age ELSE 0 END)")
    edges = [(count.arm, count.edges) for count in plan.counts if count.edges]

    assert edges == [(0, (60,)), (0, (120,))]
