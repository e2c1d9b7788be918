"""SQL becomes the plan it says, and the same plan however it is spelled."""

import pytest

from accord.domain import codec
from accord.domain.errors import VerificationError
from accord.query.compile import check_compiled, compile_question
from accord.query.plan import CountKind, CountTerm, Measure, Plan
from accord.query.plan_answer import Aggregate, Expression, Label, Piece
from accord.query.plan_rows import Comparison, Compound, Condition, Junction, Predicate
from tests.unit.query.tables import INCOME, TABLES


def compiled(sql: str) -> Plan:
    return compile_question(sql, TABLES)


def where(condition: str) -> Predicate | None:
    return compiled(f"SELECT COUNT(*) FROM income WHERE {condition}").where


def test_measures_are_asked_for_once() -> None:
    plan = compiled(
        "SELECT COUNT(*), SUM(age), AVG(age), VAR_POP(wages), STDDEV(wages) FROM income"
    )

    assert [(term.columns, term.scale, term.minimum, term.maximum) for term in plan.terms] == [
        (("age",), 0, 0, 120),
        (("wages",), 2, -10000, 25000000),
    ]
    assert plan.measures == (
        Measure(None, (), (), 1),
        Measure(None, (), (0,), 120),
        Measure(None, ("wages",), (), 1),
        Measure(None, ("wages",), (1,), 25010000),
        Measure(None, ("wages",), (1, 1), 25010000**2),
    )
    assert [piece.moments for output in plan.outputs for piece in pieces(output.expression)] == [
        (0,),
        (0, 1),
        (0, 1),
        (2, 3, 4),
        (2, 3, 4),
    ]


def test_the_guard_counts_rows_values_support_and_headroom() -> None:
    plan = compiled("SELECT COUNT(note), AVG(wages), SUM(age), COUNT(class) FROM income")

    assert plan.counts == (
        CountTerm(CountKind.ROWS),
        CountTerm(CountKind.PRESENT, None, ("note",)),
        CountTerm(CountKind.PRESENT, None, ("wages",)),
        CountTerm(CountKind.SUPPORT, None, ("wages",), (0,), (-10000,)),
        CountTerm(CountKind.HEADROOM, None, ("wages",), (0,), (25000000,)),
        CountTerm(CountKind.SUPPORT, None, (), (1,), (0,)),
        CountTerm(CountKind.HEADROOM, None, (), (1,), (120,)),
        CountTerm(CountKind.PRESENT, None, ("class",)),
    )


@pytest.mark.parametrize("function", ["AVG", "SUM", "COUNT"])
def test_columns_of_three_values_have_means_and_sums(function: str) -> None:
    assert compiled(f"SELECT {function}(step), {function}(band) FROM income").measures


def test_four_values_are_too_many_to_solve_for() -> None:
    assert compiled("SELECT VAR_POP(quarter) FROM income").measures[-1].terms == (0, 0)


def pieces(expression: Expression) -> tuple[Piece, ...]:
    assert isinstance(expression, Aggregate)
    return expression.pieces


def test_every_column_touched_needs_a_grant() -> None:
    plan = compiled(
        "SELECT COUNT(age) FROM income WHERE note IS NULL AND wages > 1 GROUP BY region"
    )

    assert plan.columns == ("age", "note", "region", "wages")


def test_null_in_a_domain_makes_a_group_of_its_own() -> None:
    plan = compiled("SELECT class, region, COUNT(*) FROM income GROUP BY region, class")

    assert [group.values for group in plan.groups] == [("north", "south"), (1, 2, 7, None)]
    assert plan.groups[1].labels == ("1", "2", "7", None)
    assert plan.cells == 8


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT region, COUNT(*) FROM income GROUP BY region",
        "select Region, count(*) from INCOME group by 1;",
        'SELECT i."region", COUNT(1) FROM income AS i GROUP BY i.region, region -- twice',
        "FROM income SELECT (region), COUNT() GROUP BY (region)",
    ],
)
def test_spelling_does_not_matter(sql: str) -> None:
    assert compiled(sql) == compiled("SELECT region, COUNT(*) FROM income GROUP BY 1")


def test_groups_may_be_called_by_their_alias() -> None:
    plan = compiled('SELECT region AS r, COUNT(*) AS "how many" FROM income GROUP BY r')

    assert [output.name for output in plan.outputs] == ["r", "how many"]
    assert plan.outputs[0].expression == Label(0)


def test_unnamed_outputs_are_called_as_typed() -> None:
    plan = compiled("SELECT count(*), variance(wages), var_samp(wages) FROM income")

    assert [output.name for output in plan.outputs] == [
        "COUNT(*)",
        "VARIANCE(wages)",
        "VAR_SAMP(wages)",
    ]
    assert [output.unit for output in plan.outputs] == ["", "(EUR)^2", "(EUR)^2"]


@pytest.mark.parametrize(
    ("condition", "operator", "literal"),
    [
        ("age > 59.5", Comparison.GREATER_EQUAL, 60),
        ("age >= 59.5", Comparison.GREATER_EQUAL, 60),
        ("age < -0.5", Comparison.LESS_EQUAL, -1),
        ("age <= 59.5", Comparison.LESS_EQUAL, 59),
        ("59 < age", Comparison.GREATER, 59),
        ("6e1 >= (age)", Comparison.LESS_EQUAL, 60),
        ("wages = 1.50", Comparison.EQUAL, 150),
        ("wages <> -.5", Comparison.NOT_EQUAL, -50),
        ("wages > 0.005", Comparison.GREATER_EQUAL, 1),
        ("region = 'north'", Comparison.EQUAL, "north"),
    ],
)
def test_literals_are_brought_onto_the_grid(
    condition: str, operator: Comparison, literal: int | str
) -> None:
    found = where(condition)

    assert isinstance(found, Condition)
    assert (found.operator, found.literals) == (operator, (literal,))


@pytest.mark.parametrize("condition", ["age = 1.5", "age IN (1.5, 1.25)"])
def test_a_literal_between_the_grid_is_false_but_null_for_null(condition: str) -> None:
    assert where(condition) == Compound(
        Junction.AND,
        (
            Condition("age", Comparison.LESS_EQUAL, (1,)),
            Condition("age", Comparison.GREATER_EQUAL, (2,)),
        ),
    )


def test_lists_are_ordered_so_that_equal_questions_are_equal() -> None:
    assert where("age IN (3, 1, 2.5, 3)") == Condition("age", Comparison.IN, (1, 3))
    assert where("region IN ('south', 'north')") == where("region IN ('north', 'south')")


def test_negations_keep_three_valued_logic() -> None:
    listed = Condition("age", Comparison.IN, (1,))
    missing = Condition("wages", Comparison.IS_NULL, (), 2)

    assert where("age NOT IN (1)") == Compound(Junction.NOT, (listed,))
    assert where("wages IS NOT NULL") == Compound(Junction.NOT, (missing,))
    assert where("NOT (wages IS NULL OR age IN (1))") == Compound(
        Junction.NOT, (Compound(Junction.OR, (missing, listed)),)
    )


def test_long_chains_are_flat() -> None:
    condition = where(" OR ".join(["age = 1"] * 700))

    assert isinstance(condition, Compound)
    assert len(condition.operands) == 700


def test_a_plan_survives_its_encoding() -> None:
    plan = compiled(
        "SELECT class, AVG(wages) FROM income WHERE NOT wages BETWEEN 1 AND 1e40 GROUP BY class"
    )

    assert codec.decode(Plan, codec.encode(plan)) == plan


def test_another_plan_than_the_sql_means_is_found() -> None:
    sql = "SELECT AVG(wages) FROM income WHERE age > 20"
    check_compiled(compiled(sql), sql, INCOME)

    with pytest.raises(VerificationError, match="E-SQL-039"):
        check_compiled(compiled(sql.replace("20", "21")), sql, INCOME)
