"""What of a plan follows from its table, the verifier recomputes: no compiler is asked."""

import dataclasses
from typing import Any

import pytest

from accord.domain.errors import VerificationError
from accord.query.compile import compile_question
from accord.query.limits import MAX_REACHED
from accord.query.plan import Group, Plan
from accord.query.plan_rows import (
    Comparison,
    Compound,
    Condition,
    Junction,
    Monomial,
    Power,
    Relation,
)
from accord.verify.checks.plan import _used, check_against_table
from tests.unit.query.tables import INCOME, TABLES

HONEST = (
    "SELECT COUNT(*), COUNT(wages), SUM(age * 2 + quarter), STDDEV(wages) FROM income",
    "SELECT class, AVG(wages) FROM income WHERE wages IS NOT NULL GROUP BY class",
    "SELECT BIN(age, 10) AS decade, COUNT(*) FROM income GROUP BY decade",
    "SELECT UPPER(region) AS r, COUNT(*) FROM income GROUP BY r",
    "SELECT CASE WHEN age < 30 THEN 'young' ELSE 'old' END AS a, COUNT(*) FROM income GROUP BY a",
    "SELECT region, class, SUM(age) FROM income GROUP BY ROLLUP (region, class)",
    "SELECT SUM(CASE WHEN age < 30 THEN wages ELSE 1 END), CORR(wages, age) FROM income",
    "SELECT OLS(wages, age, quarter) FROM income WHERE wages > age",
    "SELECT COUNT(age), COUNT(*) FILTER (WHERE age >= 0), SUM(age - age + 2) FROM income",
    "SELECT CHI_SQUARE(region, class) FROM income WHERE age < 90",
    "SELECT region, COUNT(*) FROM income GROUP BY region HAVING AVG(age) > 3 ORDER BY 2 LIMIT 1",
)
GROUPED = compile_question(
    "SELECT region, VAR_POP(wages), SUM(age + quarter) FROM income WHERE age > 3 GROUP BY region",
    TABLES,
)
BINNED = compile_question(HONEST[2], TABLES)
BIN = BINNED.groups[0]
LATER = Condition("age", Comparison.GREATER, (3,))


@pytest.mark.parametrize("sql", HONEST)
def test_what_the_compiler_makes_holds(sql: str) -> None:
    check_against_table(compile_question(sql, TABLES), INCOME)


def fault_of(plan: Plan) -> str:
    with pytest.raises(VerificationError) as caught:
        check_against_table(plan, INCOME)
    assert caught.value.code in ("E-VER-104", "E-SQL-038")
    return str(caught.value.facts["fault"])


def first(things: tuple[Any, ...], **changes: Any) -> tuple[Any, ...]:
    return (dataclasses.replace(things[0], **changes), *things[1:])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"version": 1}, "header"),
        ({"table": "health"}, "header"),
        ({"max_rows": 2**18}, "header"),
        ({"columns": ("age",)}, "columns"),
        ({"where": Condition("person", Comparison.EQUAL, ("p1",))}, "column"),
        ({"where": Condition("nothing", Comparison.EQUAL, (1,))}, "column"),
        ({"where": dataclasses.replace(LATER, literals=("3",))}, "condition"),
        ({"where": dataclasses.replace(LATER, scale=1)}, "condition"),
        ({"where": dataclasses.replace(LATER, date=True)}, "condition"),
        ({"where": Relation(GROUPED.terms[0], Comparison.LESS, 3)}, ""),
        ({"where": LATER, "counts": GROUPED.counts[:-1]}, "counts"),
        ({"where": Condition("age", Comparison.IN, (5, 9))}, "counts"),
        ({"terms": first(GROUPED.terms, maximum=25000001)}, "term"),
        ({"terms": first(GROUPED.terms, minimum=-9999)}, "term"),
        ({"measures": first(GROUPED.measures, bound=2)}, "measure"),
        ({"measures": first(GROUPED.measures, present=())}, ""),
        ({"groups": first(GROUPED.groups, labels=("south", "north"))}, "domain"),
        ({"groups": first(GROUPED.groups, values=("south", "north"))}, "domain"),
        ({"groups": first(GROUPED.groups, name="\x1b[2J")}, "unprintable"),
        ({"groups": first(GROUPED.groups, labels=("north", "\x1b[2J"))}, "unprintable"),
        ({"groups": (Group("age", ("age",), ("1", "2"), (1, 2)),)}, ""),
        ({"outputs": first(GROUPED.outputs, unit="EUR")}, "output"),
        ({"outputs": first(GROUPED.outputs, digits=1)}, "output"),
        ({"outputs": first(GROUPED.outputs, name="\x1b[2J")}, "unprintable"),
        ({"outputs": (*GROUPED.outputs, GROUPED.outputs[0])}, "output"),
        ({"outputs": GROUPED.outputs[:2]}, "unused"),
        ({"measures": (*GROUPED.measures, GROUPED.measures[0])}, "unused"),
        ({"arms": (LATER,)}, "counts"),
    ],
)
def test_a_lie_about_the_table_is_found(change: dict[str, Any], fault: str) -> None:
    plan = dataclasses.replace(GROUPED, **change)
    columns = {"columns": plan.columns} if "columns" in change else {}
    found = fault_of(dataclasses.replace(_with_columns(plan), **columns))

    assert not fault or found == fault


def _with_columns(plan: Plan) -> Plan:
    """With the columns it uses, so that the lie is the only one."""
    return dataclasses.replace(plan, columns=tuple(sorted(set(_used(plan)))))


@pytest.mark.parametrize(
    "changes",
    [
        {"cuts": (0, *BIN.cuts[1:])},  # nothing lies below the minimum
        {"cuts": (*BIN.cuts[:-1], 121)},
        {"date": True},
        {"values": (None,), "labels": (*BIN.labels, None)},
        {"columns": ("region",)},
    ],
)
def test_bins_lie_inside_the_bounds_of_their_column(changes: dict[str, Any]) -> None:
    group = dataclasses.replace(BIN, **changes)

    assert fault_of(_with_columns(dataclasses.replace(BINNED, groups=(group,)))) == "bins"


def test_cases_name_the_columns_they_read() -> None:
    group = Group("g", ("region",), ("a", "b"), cases=(LATER, Compound(Junction.AND, ())))

    assert fault_of(_with_columns(dataclasses.replace(BINNED, groups=(group,)))) == "bins"


def test_squares_of_three_values_are_refused() -> None:
    """WHERE leaves three ages: count, sum and squares say how many rows have each."""
    plan = compile_question("SELECT VAR_POP(age) FROM income", TABLES)
    three = Condition("age", Comparison.IN, (50, 51, 52))

    assert fault_of(dataclasses.replace(plan, where=three)) == "histogram"


def test_a_power_whose_bound_no_sum_may_have_is_refused() -> None:
    term = dataclasses.replace(
        GROUPED.terms[0],
        monomials=(Monomial(1, (Power("wages", 16),)),),
        minimum=0,
        maximum=10**120,
    )

    assert fault_of(dataclasses.replace(GROUPED, terms=(term, *GROUPED.terms[1:]))) == "term"


def test_conditions_over_long_domains_are_bounded_together() -> None:
    """Each node may cut a domain of 40 000 values: the product is what takes time."""
    longest = max(len(column.domain) for column in INCOME.columns)
    day = Condition("day", Comparison.IN, (1, 2))
    many = Compound(Junction.OR, (day,) * (MAX_REACHED // longest))

    assert fault_of(_with_columns(dataclasses.replace(GROUPED, where=many))) == "condition"
