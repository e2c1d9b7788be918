"""Functions of one and two arguments ask for the moments that they need and no more."""

import pytest

from accord.domain import codec
from accord.query.compile import compile_question
from accord.query.plan import Plan
from accord.query.plan_answer import Aggregate, Function
from accord.query.plan_rows import Compound, Condition, Junction
from tests.unit.query.tables import TABLES


def compiled(items: str, rest: str = "") -> Plan:
    return compile_question(f"SELECT {items} FROM income {rest}", TABLES)


def aggregate(plan: Plan, index: int = 0) -> Aggregate:
    found = plan.outputs[index].expression
    assert isinstance(found, Aggregate)
    return found


def moments(plan: Plan, index: int = 0) -> list[tuple[int, ...]]:
    (piece,) = aggregate(plan, index).pieces
    return [plan.measures[moment].terms for moment in piece.moments]


@pytest.mark.parametrize("name", ["COVAR_POP", "COVAR_SAMP"])
def test_covariances_have_four_moments(name: str) -> None:
    plan = compiled(f"{name}(wages, age)")

    assert aggregate(plan).function is Function(name.lower())
    assert [term.columns for term in plan.terms] == [("wages",), ("age",)]
    assert moments(plan) == [(), (0,), (1,), (0, 1)]


@pytest.mark.parametrize(
    "name",
    [
        *("CORR", "REGR_SLOPE", "REGR_INTERCEPT", "REGR_R2", "REGR_COUNT"),
        *("REGR_AVGX", "REGR_AVGY", "REGR_SXX", "REGR_SYY", "REGR_SXY"),
    ],
)
def test_regressions_of_two_have_six_moments(name: str) -> None:
    plan = compiled(f"{name}(wages, age)")

    assert aggregate(plan).function is Function(name.lower())
    assert moments(plan) == [(), (0,), (1,), (0, 0), (0, 1), (1, 1)]


def test_pairs_count_where_both_have_a_value() -> None:
    plan = compiled("CORR(wages, born - DATE '2000-01-01')")

    assert {measure.present for measure in plan.measures} == {("born", "wages")}


def test_a_column_correlates_with_itself() -> None:
    assert moments(compiled("CORR(age, age)")) == [(), (0,), (0,), (0, 0), (0, 0), (0, 0)]


def test_regressors_that_came_first_stay_in_their_place() -> None:
    plan = compiled("AVG(age), COVAR_POP(wages, age)")

    assert aggregate(plan, 1).pieces[0].terms == (1, 0)
    assert moments(plan, 1) == [(), (1,), (0,), (0, 1)]


def test_a_regression_is_several_columns() -> None:
    plan = compiled("OLS(wages, age, 2 * quarter)")

    assert [output.name for output in plan.outputs] == [
        "OLS(wages).intercept",
        "OLS(wages).intercept error",
        "OLS(wages).age",
        "OLS(wages).age error",
        "OLS(wages).2 * quarter",
        "OLS(wages).2 * quarter error",
        "OLS(wages).r2",
        "OLS(wages).n",
        "OLS(wages).condition",
    ]
    assert [aggregate(plan, place).index for place in range(9)] == [0, 0, 1, 1, 2, 2, 0, 0, 0]
    assert moments(plan) == [
        *((), (0,), (1,), (2,)),
        *((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)),
    ]


def test_a_regression_takes_an_alias_a_filter_and_groups() -> None:
    plan = compiled(
        "region, OLS(wages, age) FILTER (WHERE flag = 1) AS fit", "GROUP BY region ORDER BY 1"
    )

    assert plan.outputs[1].name == "fit.intercept"
    assert {measure.arm for measure in plan.measures} == {1}


def test_a_cross_table_is_the_whole_question() -> None:
    plan = compiled("CHI_SQUARE(region, band)", "WHERE age > 5")

    assert plan.cross
    assert [group.name for group in plan.groups] == ["region", "band"]
    assert plan.sets == ((0, 1),)
    assert [output.name for output in plan.outputs] == [
        *("chi_square", "df", "p", "cramers_v", "n")
    ]
    assert plan.where == Condition("age", plan.where.operator, (5,))  # type: ignore[union-attr]


def test_rows_without_a_value_are_in_no_cell_of_a_cross_table() -> None:
    plan = compiled("CHI_SQUARE(region, class) AS t")

    assert plan.groups[1].labels == ("1", "2", "7")
    assert isinstance(plan.where, Compound)
    assert plan.where.junction is Junction.NOT
    assert plan.outputs[0].name == "t.chi_square"


def test_grouping_functions_work_in_cross_tables() -> None:
    plan = compiled("CHI_SQUARE(UPPER(region), CASE WHEN age > 60 THEN 'old' ELSE 'young' END)")

    assert [group.labels for group in plan.groups] == [("NORTH", "SOUTH"), ("old", "young")]


@pytest.mark.parametrize(
    "items",
    [
        "OLS(wages, age, quarter)",
        "CHI_SQUARE(region, class)",
        "SUM(CASE WHEN age > 60 THEN wages * age ELSE 0.5 END) / COUNT(*)",
    ],
)
def test_plans_survive_their_encoding(items: str) -> None:
    plan = compiled(items)

    assert codec.decode(Plan, codec.encode(plan)) == plan
