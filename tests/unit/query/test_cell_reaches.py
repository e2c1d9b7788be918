"""Edges are those of the rows a cell can hold, whatever moved them there."""

import pytest

from accord.domain.errors import AccordError
from accord.query.compile import compile_question
from accord.query.plan import CountKind, CountTerm
from tests.unit.query.dated import VISITS


def edges(sql: str) -> set[tuple[int, ...]]:
    plan = compile_question(sql, {"visits": VISITS})
    return {term.edges for term in plan.counts if term.edges}


def code(sql: str) -> str:
    with pytest.raises(AccordError) as caught:
        compile_question(sql, {"visits": VISITS})
    return caught.value.code


def test_groups_of_a_summed_column_have_edges_of_their_own() -> None:
    """Count and sum of [50, 52) would say how many are 51."""
    found = edges("SELECT BIN(age, 50), AVG(age) FROM visits GROUP BY 1")

    assert found == {(0,), (49,), (50,), (99,)}


def test_groups_of_other_columns_move_no_edges() -> None:
    found = edges("SELECT region, BIN(came), AVG(age) FROM visits GROUP BY 1, 2")

    assert found == {(0,), (99,)}


def test_margins_keep_the_edges_of_all_rows() -> None:
    found = edges("SELECT FLOOR(depth / 30), SUM(depth) FROM visits GROUP BY ROLLUP (1)")

    assert found == {(-25,), (-1,), (0,), (25,)}


def test_public_values_leave_nothing_to_guard() -> None:
    plan = compile_question(
        "SELECT class, COUNT(class) FROM visits GROUP BY class", {"visits": VISITS}
    )

    assert CountTerm(CountKind.PRESENT, None, ("class",)) in plan.counts


def test_cases_move_edges_in_their_order() -> None:
    case = "CASE WHEN age < 18 THEN 'a' WHEN age < 65 THEN 'b' ELSE 'c' END"

    assert edges(f"SELECT {case}, AVG(age) FROM visits GROUP BY 1") == {
        (0,),
        (17,),
        (18,),
        (64,),
        (65,),
        (99,),
    }


def test_three_values_in_a_group_are_told_by_squares() -> None:
    assert code("SELECT BIN(age, 3), VAR_POP(age) FROM visits GROUP BY 1") == "E-SQL-041"


def test_very_many_groups_of_what_is_summed_are_refused() -> None:
    sql = "SELECT date_trunc('day', came), AVG(left_on - came) FROM visits GROUP BY 1"

    assert code(sql) == "E-SQL-067"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("age + class <= 52 AND age >= 50 AND class = 1", {(50,), (51,)}),
        ("class = 1 AND age + class <= 52 AND age >= 50", {(50,), (51,)}),
        ("age * age BETWEEN 2500 AND 2601", {(50,), (51,)}),
        ("NOT (age + class > 52) AND age >= 50 AND class = 1", {(50,), (51,)}),
        ("age = depth", {(0,), (25,)}),
        ("age < depth", {(0,), (24,)}),
        ("age > depth + 100 OR age = 7", {(7,), (99,)}),
        ("age + depth < -1000", {(0,), (99,)}),
    ],
)
def test_relations_move_edges(where: str, expected: set[tuple[int, ...]]) -> None:
    assert edges(f"SELECT AVG(age) FROM visits WHERE {where}") == expected


def test_what_an_arm_leaves_of_one_column_relations_carry_to_another() -> None:
    found = edges(
        "SELECT SUM(age) FILTER (WHERE class = 1 AND age >= 50) FROM visits WHERE age + class <= 52"
    )

    assert found == {(50,), (51,)}
