"""Arithmetic of a row becomes one polynomial on one decimal scale."""

import pytest

from accord.query.compile import compile_question
from accord.query.plan_rows import Term
from tests.unit.query.tables import TABLES


def term(argument: str) -> Term:
    return compile_question(f"SELECT SUM({argument}) FROM income", TABLES).terms[0]


def written(found: Term) -> dict[str, int]:
    return {
        "*".join(f"{power.column}^{power.exponent}" for power in one.powers): one.coefficient
        for one in found.monomials
    }


@pytest.mark.parametrize(
    ("argument", "polynomial", "scale"),
    [
        ("wages", {"wages^1": 1}, 2),
        ("-wages", {"wages^1": -1}, 2),
        ("wages + age", {"age^1": 100, "wages^1": 1}, 2),
        ("wages - 1.5", {"": -150, "wages^1": 1}, 2),
        ("2 * wages", {"wages^1": 2}, 2),
        ("wages * 0.125", {"wages^1": 125}, 5),
        ("wages * age", {"age^1*wages^1": 1}, 2),
        ("wages * wages", {"wages^2": 1}, 4),
        ("(age + 1) * (age - 1)", {"": -1, "age^2": 1}, 0),
        ("age / 4", {"age^1": 25}, 2),
        ("age / 2.5", {"age^1": 4}, 1),
        ("age / (2 + 3)", {"age^1": 2}, 1),
        ("3 * age / 3", {"age^1": 1}, 0),
        ("100 * wages", {"wages^1": 100}, 2),
        ("age - age + flag", {"flag^1": 1}, 0),
        ("moved - born", {"born^1": -1, "moved^1": 1}, 0),
        ("born - DATE '1970-01-11'", {"": -10, "born^1": 1}, 0),
        ("born - (DATE '1970-02-28' + INTERVAL 1 MONTH)", {"": -86, "born^1": 1}, 0),
        ("moved + 5 - born", {"": 5, "born^1": -1, "moved^1": 1}, 0),
        ("date_diff('day', born, moved)", {"born^1": -1, "moved^1": 1}, 0),
        ("1", {"": 1}, 0),
        ("0.50", {"": 50}, 2),
    ],
)
def test_arithmetic_is_a_polynomial(argument: str, polynomial: dict[str, int], scale: int) -> None:
    found = term(argument)

    assert written(found) == polynomial
    assert found.scale == scale


def test_a_column_that_falls_out_still_makes_the_row_null() -> None:
    plan = compile_question("SELECT SUM(0 * wages + age) FROM income", TABLES)

    assert written(plan.terms[0]) == {"age^1": 100}
    assert plan.terms[0].columns == ("age", "wages")
    assert [measure.present for measure in plan.measures] == [("wages",), ("wages",)]


@pytest.mark.parametrize(
    ("argument", "low", "high"),
    [
        ("age - 20", -20, 100),
        ("age * age", 0, 14400),
        ("step * wages", -25000000, 25000000),
        ("-3 * quarter", -12, -3),
        ("2", 2, 2),
    ],
)
def test_bounds_are_those_of_interval_arithmetic(argument: str, low: int, high: int) -> None:
    plan = compile_question(f"SELECT COUNT(*), AVG({argument}) FROM income", TABLES)

    assert (plan.terms[0].minimum, plan.terms[0].maximum) == (low, high)


def test_one_expression_is_one_sum() -> None:
    plan = compile_question("SELECT SUM(wages + age * quarter - 7) FROM income", TABLES)

    assert [measure.terms for measure in plan.measures] == [(), (0,)]
