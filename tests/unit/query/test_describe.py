"""A plan says in one sentence what it computes."""

from accord.domain.errors import Language
from accord.query.compile import compile_question
from accord.query.describe import describe
from tests.unit.query.tables import TABLES

SQL = (
    "SELECT region, COUNT(*), COUNT(wages), AVG(wages) FROM income "
    "WHERE (age >= 60 OR wages IS NULL) AND NOT wages IN (0.5, 100) AND region = 'north' "
    "GROUP BY region"
)


def test_in_english() -> None:
    assert describe(compile_question(SQL, TABLES)) == (
        "From all parts of table income, rows where (age >= 60 or wages is NULL) and "
        "not (wages is one of 0.50, 100.00) and region = 'north': the number of rows, the number "
        "of rows with a value of wages, the mean of wages (EUR), for each region (2 groups in all)."
    )


def test_in_chinese() -> None:
    assert describe(compile_question(SQL, TABLES), "zh") == (
        "取表 income 的所有部分, 条件为 (age >= 60 或 wages 为 NULL) 且 "
        "非 (wages 属于 0.50、100.00) 且 region = 'north': "
        "行数、wages 非空的行数、wages 的均值 (EUR), 按 region 分组 (共 2 组)。"
    )


def test_long_lists_are_cut() -> None:
    listed = ", ".join(str(age) for age in range(30))
    plan = compile_question(f"SELECT SUM(age) FROM income WHERE age IN ({listed})", TABLES)

    assert describe(plan) == (
        "From all parts of table income, rows where age is one of 0, 1, 2, 3, 4, 5, 6, 7 and 22 "
        "more: the sum of age (years)."
    )


def said(sql: str, language: Language = "en") -> str:
    return describe(compile_question(sql, TABLES), language, TABLES["income"])


def test_arithmetic_is_spelt_out_in_the_columns_own_numbers() -> None:
    """Wages have two digits after the point, ages none: the plan has 200 where SQL has 2."""
    sql = "SELECT SUM(wages + 2 * age - 0.5), AVG(wages * age / 4), SUM(wages / 1000) FROM income"

    assert said(sql) == (
        "From all parts of table income: the sum of -0.5 + 2*age + wages, the mean of "
        "0.25*age*wages (EUR*years), the sum of 0.001*wages (EUR)."
    )
    assert "the sum of an expression of age, wages" in describe(compile_question(sql, TABLES))


def test_arms_are_said_with_their_conditions() -> None:
    sql = (
        "SELECT SUM(CASE WHEN age < 30 THEN wages ELSE 1 END), COUNT(*) FILTER (WHERE age > 60), "
        "COUNT(wages) FROM income"
    )

    assert said(sql) == (
        "From all parts of table income: by cases (the sum of wages where age < 30, the sum of 1 "
        "where not (age < 30)) (EUR), the number of rows where age > 60, the number of rows with "
        "a value of wages."
    )


def test_what_is_done_with_released_rows_is_said() -> None:
    sql = (
        "SELECT region, class, COUNT(*) FROM income GROUP BY ROLLUP (region, class) "
        "HAVING AVG(age) > 30 AND region = 'north' ORDER BY 3 DESC, region LIMIT 3 OFFSET 1"
    )

    assert said(sql) == (
        "From all parts of table income: the number of rows, the mean of age, for each region and "
        "class (11 groups in all), with margins over region and class; rows are shown where ((the "
        "mean of age > 30) and (region = 'north')); in the order of the number of rows falling, "
        "region; 3 rows at most; after the first 1."
    )


def test_regressions_and_cross_tables_are_said_once() -> None:
    assert said("SELECT OLS(wages, age, quarter) FROM income") == (
        "From all parts of table income: the regression of wages on age, quarter."
    )
    assert said("SELECT CHI_SQUARE(region, band) FROM income", "zh") == (
        "取表 income 的所有部分: 独立性卡方检验, 基于 region、band 的列联表 (共 6 格)。"
    )


def test_comparisons_of_columns_are_said() -> None:
    assert "rows where -100*age" not in said("SELECT COUNT(*) FROM income WHERE wages > 2 * age")
    assert "-2*age + wages > 0.00" in said("SELECT COUNT(*) FROM income WHERE wages > 2 * age")
