"""Digits and units of what is shown."""

import dataclasses

import pytest

from accord.query.compile import compile_question
from accord.query.plan import Plan
from tests.unit.query.tables import TABLES


def plan(expression: str) -> Plan:
    return compile_question(f"SELECT {expression} AS x FROM income", TABLES)


@pytest.mark.parametrize(
    ("expression", "digits", "unit"),
    [
        ("COUNT(*)", 0, ""),
        ("SUM(wages)", 2, "EUR"),
        ("AVG(wages)", 8, "EUR"),
        ("STDDEV(wages)", 8, "EUR"),
        ("VAR_POP(wages)", 10, "(EUR)^2"),
        ("SUM(wages + 5)", 2, "EUR"),
        ("SUM(wages * age)", 2, "EUR*years"),
        ("SUM(wages + age)", 2, ""),
        ("SUM(wages * quarter)", 2, "EUR"),  # a column without unit is a bare number
        ("COVAR_POP(wages, age)", 8, "EUR*years"),
        ("CORR(wages, age)", 6, ""),
        ("REGR_SLOPE(wages, age)", 10, "EUR/years"),
        ("REGR_INTERCEPT(wages, age)", 10, "EUR"),
        ("REGR_R2(wages, age)", 6, ""),
        ("REGR_COUNT(wages, age)", 0, ""),
        ("REGR_AVGX(wages, age)", 6, "years"),
        ("REGR_SXX(wages, age)", 6, "(years)^2"),
        ("SUM(wages * age) / SUM(age)", 10, "EUR"),
        ("SUM(wages) / COUNT(*)", 10, "EUR"),
        ("COUNT(*) / SUM(age)", 10, "1/years"),
        ("SUM(wages) * AVG(age)", 8, "EUR*years"),
        ("VAR_POP(wages) * VAR_POP(wages)", 18, "(EUR)^4"),
        ("SUM(wages) - 0.125", 3, "EUR"),
        ("SUM(wages) + SUM(age)", 2, ""),
        ("ROUND(AVG(wages), 1)", 1, "EUR"),
        ("ABS(SUM(wages))", 2, "EUR"),
        ("SQRT(VAR_POP(wages))", 10, "EUR"),
        ("SQRT(SUM(wages))", 10, ""),
        ("COALESCE(SUM(wages), 0)", 2, "EUR"),
        ("NULLIF(SUM(wages), 0)", 2, "EUR"),
        ("SUM(wages) > 3", 0, ""),
        ("SUM(CASE WHEN age > 3 THEN wages ELSE 0 END)", 2, "EUR"),
        ("SUM(CASE WHEN age > 3 THEN wages ELSE age END)", 2, ""),
    ],
)
def test_digits_and_unit(expression: str, digits: int, unit: str) -> None:
    output = plan(expression).outputs[0]

    assert (output.digits, output.unit) == (digits, unit)


def test_a_regression_has_units_per_regressor() -> None:
    units = {output.name: output.unit for output in plan("OLS(wages, age, quarter)").outputs}

    assert sorted(units.values()) == sorted(
        ["EUR", "EUR", "EUR/years", "EUR/years", "EUR", "EUR", "", "", ""]
    )


def test_a_group_has_the_unit_of_its_column_unless_it_is_made_of_it() -> None:
    income = TABLES["income"]
    columns = tuple(
        dataclasses.replace(column, unit="m") if column.name == "band" else column
        for column in income.columns
    )
    tables = {"income": dataclasses.replace(income, columns=columns)}

    def unit(group: str) -> str:
        sql = f"SELECT {group} AS g, COUNT(*) FROM income GROUP BY g"
        return compile_question(sql, tables).outputs[0].unit

    assert (unit("band"), unit("BIN(band, 30)")) == ("m", "")
