"""Arithmetic, comparisons and logic over released numbers."""

import pytest

from accord.domain.answer import WITHHELD, CellMoments
from accord.query.compile import compile_question
from accord.query.finish import finish
from accord.query.plan import Group, Plan
from accord.query.plan_answer import Function, Label, Number, Operation, Operator, Text
from tests.unit.query.plans import Builder
from tests.unit.query.tables import INCOME, TABLES


def plan(sql: str) -> Plan:
    return compile_question(sql, TABLES)


O = Operator  # noqa: E741


def evaluated(*expressions: object, n: int = 3, total: int = 10) -> tuple[str | None, ...]:
    """Over a count of 3 and a sum of ages of 10 unless said otherwise."""
    made = Builder(INCOME)
    found = {"n": made.aggregate(Function.COUNT), "x": made.aggregate(Function.SUM, "age")}

    def resolve(part: object) -> object:
        if isinstance(part, tuple):
            return Operation(part[0], tuple(resolve(each) for each in part[1:]))  # type: ignore[misc]
        return found.get(part, part) if isinstance(part, str) else part

    outputs = [resolve(expression) for expression in expressions]
    question = made.plan(*outputs, found["n"], found["x"])  # type: ignore[arg-type]
    return finish(question, [CellMoments(0, (n, total))]).rows[0][:-2]


def test_arithmetic_over_aggregates_is_exact_and_rounded_once() -> None:
    third = (O.DIVIDE, "x", "n")

    assert evaluated(
        third,
        (O.MULTIPLY, third, "n"),
        (O.SUBTRACT, "n", "x"),
        (O.ABS, (O.SUBTRACT, "n", "x")),
        (O.NEGATE, "n"),
        (O.SQRT, "n"),
        (O.SQRT, (O.NEGATE, "n")),
        (O.DIVIDE, "n", (O.SUBTRACT, "n", "n")),
        (O.ADD, "n", Number(5, 1)),
    ) == (
        "3.3333333333", "10.0000000000", "-7", "7", "-3", "1.7320508076", None, None, "3.5",
    )  # fmt: skip


@pytest.mark.parametrize(("total", "rounded"), [(5, "2.5"), (-0, "0.0"), (1, "0.5"), (119, "59.5")])
def test_round_is_half_away_from_zero(total: int, rounded: str) -> None:
    half = (O.DIVIDE, "x", "n")

    shown = evaluated(
        (O.ROUND, half, Number(1)), (O.ROUND, half, Number(0)),
        (O.ROUND, (O.NEGATE, half), Number(0)), n=2, total=total,
    )  # fmt: skip

    away = str((total + 1) // 2)
    assert shown == (rounded, away, away if away == "0" else f"-{away}")


def test_truth_and_null_are_sqls() -> None:
    null = (O.DIVIDE, "n", (O.SUBTRACT, "n", "n"))
    unknown = (O.EQUAL, null, "n")
    true, false = (O.LESS, "n", "x"), (O.GREATER_EQUAL, "n", "x")

    assert evaluated(
        true, false, unknown, (O.NOT, unknown), (O.NOT, true),
        (O.AND, unknown, false), (O.AND, unknown, true), (O.OR, unknown, true),
        (O.OR, unknown, false), (O.IS_NULL, null), (O.IS_NULL, "n"),
    ) == (
        "true", "false", None, None, "false", "false", None, "true", None, "true", "false",
    )  # fmt: skip
    assert evaluated(
        (O.COALESCE, null, "n"), (O.NULLIF, "n", Number(30, 1)), (O.NULLIF, "n", null),
        (O.NOT_EQUAL, "n", "x"), (O.LESS_EQUAL, "n", "n"), (O.GREATER, "x", "n"),
    ) == ("3.0000000000", None, "3", "true", "true", "true")  # fmt: skip


def test_labels_compare_as_what_they_are() -> None:
    made = Builder(INCOME)
    count = made.aggregate(Function.COUNT)
    groups = [
        Group("region", ("region",), ("north",), ("north",)),
        Group("class", ("class",), ("10",), (10,)),
    ]
    question = made.plan(
        Operation(O.EQUAL, (Label(0), Text("north"))),
        Operation(O.GREATER, (Label(1), Number(9))),
        Operation(O.COALESCE, (Label(0), Text("all"))),
        count,
        groups=groups,
    )

    assert finish(question, []).rows == (("true", "true", "north", WITHHELD),)
