"""Expressions over aggregates, HAVING, ORDER BY and LIMIT become parts of the plan."""

import pytest

from accord.query.compile import compile_question
from accord.query.plan import Plan
from accord.query.plan_answer import (
    Aggregate,
    Expression,
    Function,
    Grouping,
    Label,
    Number,
    Operation,
    Operator,
    Order,
    Piece,
    Text,
)
from tests.unit.query.tables import TABLES

ROWS = Aggregate(Function.COUNT, (Piece((), (0,)),))


def compiled(items: str, rest: str = "") -> Plan:
    return compile_question(f"SELECT {items} FROM income {rest}", TABLES)


def value(item: str) -> Expression:
    return compiled(f"COUNT(*), {item} AS v").outputs[1].expression


def having(condition: str) -> Expression | None:
    return compiled("region, class, COUNT(*) AS n", f"GROUP BY 1, 2 HAVING {condition}").having


def operation(operator: Operator, *operands: Expression) -> Operation:
    return Operation(operator, operands)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("COUNT(*) + 1", operation(Operator.ADD, ROWS, Number(1))),
        ("COUNT(*) - 0.5", operation(Operator.SUBTRACT, ROWS, Number(5, 1))),
        ("-1.25 * COUNT(*)", operation(Operator.MULTIPLY, Number(-125, 2), ROWS)),
        ("COUNT(*) / COUNT(*)", operation(Operator.DIVIDE, ROWS, ROWS)),
        ("-COUNT(*)", operation(Operator.NEGATE, ROWS)),
        ("ABS(SQRT(COUNT(*)))", operation(Operator.ABS, operation(Operator.SQRT, ROWS))),
        ("ROUND(COUNT(*) / 3, 2)", None),
        ("ROUND(COUNT(*))", operation(Operator.ROUND, ROWS, Number(0))),
        ("COALESCE(COUNT(*), 2, 3)", operation(Operator.COALESCE, ROWS, Number(2), Number(3))),
        ("NULLIF(COUNT(*), 0)", operation(Operator.NULLIF, ROWS, Number(0))),
        ("COUNT(*) > 5", operation(Operator.GREATER, ROWS, Number(5))),
        ("1", Number(1)),
        ("'all'", Text("all")),
    ],
)
def test_aggregates_are_computed_with(item: str, expected: Expression | None) -> None:
    found = value(item)

    if expected is None:
        third = operation(Operator.DIVIDE, ROWS, Number(3))
        expected = operation(Operator.ROUND, third, Number(2))
    assert found == expected


def test_names_of_expressions_are_their_sql() -> None:
    plan = compiled("sum(Wages) / sum(income.age), round(avg(age), 2), Covar_Pop(wages, age)")

    assert [output.name for output in plan.outputs] == [
        "SUM(wages) / SUM(age)",
        "ROUND(AVG(age), 2)",
        "COVAR_POP(wages, age)",
    ]
    assert [output.digits for output in plan.outputs] == [10, 2, 8]
    assert [output.unit for output in plan.outputs] == ["EUR/years", "years", "EUR*years"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("COUNT(*) >= 5", operation(Operator.GREATER_EQUAL, ROWS, Number(5))),
        ("n > 5", operation(Operator.GREATER, ROWS, Number(5))),
        ("region = 'north'", operation(Operator.EQUAL, Label(0), Text("north"))),
        ("class < 7", operation(Operator.LESS, Label(1), Number(7))),
        ("class IS NULL", operation(Operator.IS_NULL, Label(1))),
        (
            "class IS NOT NULL",
            operation(Operator.NOT, operation(Operator.IS_NULL, Label(1))),
        ),
        (
            "n IN (1, 2)",
            operation(
                Operator.OR,
                operation(Operator.EQUAL, ROWS, Number(1)),
                operation(Operator.EQUAL, ROWS, Number(2)),
            ),
        ),
        (
            "n BETWEEN 1 AND 2",
            operation(
                Operator.AND,
                operation(Operator.GREATER_EQUAL, ROWS, Number(1)),
                operation(Operator.LESS_EQUAL, ROWS, Number(2)),
            ),
        ),
        (
            "NOT (n = 1) AND (n = 2 OR n = 3)",
            operation(
                Operator.AND,
                operation(Operator.NOT, operation(Operator.EQUAL, ROWS, Number(1))),
                operation(
                    Operator.OR,
                    operation(Operator.EQUAL, ROWS, Number(2)),
                    operation(Operator.EQUAL, ROWS, Number(3)),
                ),
            ),
        ),
    ],
)
def test_having_compares_aggregates_and_labels(condition: str, expected: Expression) -> None:
    assert having(condition) == expected


def test_having_may_sum_what_is_not_shown() -> None:
    plan = compiled("region, COUNT(*)", "GROUP BY region HAVING AVG(age) > 40")

    assert len(plan.measures) == 2
    assert plan.columns == ("age", "region")


def test_order_and_limit_stand_in_the_plan() -> None:
    plan = compiled(
        "region, COUNT(*) AS n, AVG(age)",
        "GROUP BY region ORDER BY n DESC, 1 NULLS FIRST, SUM(age) - 5, 3 LIMIT 10 OFFSET 2",
    )
    total = Aggregate(Function.SUM, (Piece((0,), (0, 1)),))

    assert plan.order == (
        Order(ROWS, descending=True, nulls_first=False),
        Order(Label(0), descending=False, nulls_first=True),
        Order(operation(Operator.SUBTRACT, total, Number(5)), descending=False, nulls_first=False),
        Order(plan.outputs[2].expression, descending=False, nulls_first=False),
    )
    assert (plan.limit, plan.offset) == (10, 2)


def test_margins_have_labels_and_say_so() -> None:
    plan = compiled("region, GROUPING(region) AS g, COUNT(*)", "GROUP BY ROLLUP (region)")

    assert plan.outputs[1].expression == Grouping(0)
    assert plan.sets == ((0,), ())


def test_an_alias_may_hide_a_column_where_rows_are_sorted() -> None:
    plan = compiled("region, SUM(wages) AS wages", "GROUP BY region ORDER BY wages")

    assert plan.order[0].expression == plan.outputs[1].expression


def test_labels_of_dates_are_compared_as_dates() -> None:
    plan = compiled(
        "date_trunc('year', moved) AS y, COUNT(*)",
        "GROUP BY 1 HAVING y >= DATE '2000-01-01' + INTERVAL 1 YEAR",
    )

    assert plan.having == operation(Operator.GREATER_EQUAL, Label(0), Text("2001-01-01"))
