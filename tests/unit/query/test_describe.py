"""A plan says in one sentence what it computes."""

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
