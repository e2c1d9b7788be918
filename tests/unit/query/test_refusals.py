"""What is not answered says why, where, and what to ask instead."""

import pytest

from accord.domain.errors import AccordError, RefusalError, RequestError, explain
from accord.query.compile import compile_question
from tests.unit.query.tables import TABLES

REFUSED = [
    ("E-SQL-001", "SELECT ("),
    ("E-SQL-001", "SELECT 'abc FROM income"),
    ("E-SQL-001", "SELECT COUNT(*) FRO income WHERE"),
    ("E-SQL-002", ""),
    ("E-SQL-002", "SELECT COUNT(*) FROM income; SELECT 1"),
    ("E-SQL-040", "DELETE FROM income"),
    ("E-SQL-040", "SELEC x"),
    ("E-SQL-002", "SELECT COUNT(*) FROM income UNION SELECT 1"),
    ("E-SQL-042", "SELECT COUNT(*) FROM income -- \x1b[2J\x1b[Hall fine"),
    ("E-SQL-042", "SELECT COUNT(*) FROM income\r"),
    ("E-SQL-042", "SELECT COUNT(*) FROM income -- \u202etseuqer"),
    ("E-SQL-042", 'SELECT COUNT(*) AS "a\x9b" FROM income'),
    ("E-SQL-042", "SELECT COUNT(*) AS e'\\x1b[2J' FROM income"),
    ("E-SQL-042", 'SELECT COUNT(*) AS "two\nlines" FROM income'),
    ("E-SQL-042", "SELECT age AS e'\\x07' FROM income"),
    ("E-SQL-003", "SELECT COUNT(*) FROM income" + " " * 20_000),
    ("E-SQL-003", "SELECT COUNT(*) FROM income WHERE " + "(" * 5000 + "age = 1" + ")" * 5000),
    ("E-SQL-004", "SELECT COUNT(*) FROM incme"),
    ("E-SQL-004", "SELECT COUNT(*) FROM 'income.csv'"),
    ("E-SQL-004", "SELECT COUNT(*) FROM main.income"),
    ("E-SQL-004", "SELECT COUNT(*) FROM income TABLESAMPLE 10%"),
    ("E-SQL-004", "SELECT COUNT(*) FROM income i WHERE other.age = 1"),
    ("E-SQL-005", "SELECT AVG(wage) FROM income"),
    ("E-SQL-006", "SELECT COUNT(person) FROM income"),
    ("E-SQL-006", "SELECT COUNT(*) FROM income WHERE person IS NULL"),
    ("E-SQL-006", "SELECT COUNT(*) FROM income GROUP BY person"),
    ("E-SQL-007", "SELECT COUNT(*)"),
    ("E-SQL-007", "SELECT COUNT(*) FROM read_csv('/etc/passwd')"),
    ("E-SQL-007", "SELECT COUNT(*) FROM (SELECT * FROM income)"),
    ("E-SQL-008", "SELECT * FROM income"),
    ("E-SQL-008", "SELECT income.* FROM income"),
    ("E-SQL-009", "SELECT COUNT(*) FROM income JOIN benefits USING (person)"),
    ("E-SQL-009", "SELECT COUNT(*) FROM income, benefits"),
    ("E-SQL-010", "WITH a AS (SELECT 1) SELECT COUNT(*) FROM a"),
    ("E-SQL-010", "SELECT COUNT(*) FROM income WHERE age IN (SELECT 1)"),
    ("E-SQL-010", "SELECT COUNT(*) FROM income WHERE EXISTS (SELECT 1)"),
    ("E-SQL-011", "SELECT SUM(age) OVER () FROM income"),
    ("E-SQL-012", "SELECT CASE WHEN COUNT(*) > 5 THEN 1 END FROM income"),
    ("E-SQL-012", "SELECT SUM(CASE WHEN flag = 1 THEN IF(age > 7, 1, 2) END) FROM income"),
    ("E-SQL-012", "SELECT CORR(CASE WHEN age > 5 THEN 1 END, wages) FROM income"),
    ("E-SQL-012", "SELECT SUM(COALESCE(wages, age, 0)) FROM income"),
    ("E-SQL-013", "SELECT MAX(wages) FROM income"),
    ("E-SQL-013", "SELECT any_value(wages) FROM income"),
    ("E-SQL-013", "SELECT first(wages ORDER BY age) FROM income"),
    ("E-SQL-014", "SELECT COUNT(DISTINCT age) FROM income"),
    ("E-SQL-014", "SELECT DISTINCT region, COUNT(*) FROM income GROUP BY 1"),
    ("E-SQL-015", "SELECT COUNT(*) FROM income WHERE age = CAST('1' AS INT)"),
    ("E-SQL-015", "SELECT SUM(ABS(wages)) FROM income"),
    ("E-SQL-015", "SELECT SUM(age ** 2) FROM income"),
    ("E-SQL-015", "SELECT SUM('a' + age) FROM income"),
    ("E-SQL-015", "SELECT SUM(2 * born) FROM income"),
    ("E-SQL-015", "SELECT AVG(moved + born) FROM income"),
    ("E-SQL-015", "SELECT SUM(age::DOUBLE) FROM income"),
    ("E-SQL-015", "SELECT COUNT(*) % 2 FROM income"),
    ("E-SQL-015", "SELECT COUNT(*) + 0.1234567890123456789 FROM income"),
    ("E-SQL-015", "SELECT COUNT(*) + 1e999 FROM income"),
    ("E-SQL-015", "SELECT COUNT(*) + CAST(5 AS INT) FROM income"),
    ("E-SQL-016", "SELECT date_diff('month', moved, born) + COUNT(*) FROM income"),
    ("E-SQL-016", "SELECT SUM(date_diff('month', moved, born)) FROM income"),
    ("E-SQL-016", "SELECT foo(wages) FROM income"),
    ("E-SQL-016", "SELECT COUNT(wages, age) FROM income"),
    ("E-SQL-017", "SELECT COUNT(*) FROM income FOR UPDATE"),
    ("E-SQL-017", "SELECT SUM(?) FROM income"),
    ("E-SQL-018", "SELECT COUNT(*) FROM income WHERE age IS TRUE"),
    ("E-SQL-018", "SELECT COUNT(*) FROM income WHERE age BETWEEN SYMMETRIC 2 AND 1"),
    ("E-SQL-019", "SELECT COUNT(*) FROM income WHERE wages = NULL"),
    ("E-SQL-019", "SELECT COUNT(*) FROM income WHERE age IN (1, NULL)"),
    ("E-SQL-020", "SELECT COUNT(*) FROM income WHERE age = '60'"),
    ("E-SQL-020", "SELECT COUNT(*) FROM income WHERE age < 1e999"),
    ("E-SQL-021", "SELECT COUNT(*) FROM income WHERE region = 5"),
    ("E-SQL-022", "SELECT COUNT(*) FROM income WHERE note = 'a'"),
    ("E-SQL-023", "SELECT COUNT(*) FROM income WHERE region = 'nort'"),
    ("E-SQL-024", "SELECT COUNT(*) FROM income WHERE " + "NOT " * 45 + "age = 1"),
    ("E-SQL-025", "SELECT COUNT(*) FROM income WHERE region > 'north'"),
    ("E-SQL-026", "SELECT AVG(region) FROM income"),
    ("E-SQL-027", "SELECT SUM(loose) FROM income"),
    ("E-SQL-027", "SELECT SUM(loose * 2 + age) FROM income"),
    ("E-SQL-028", "SELECT SUM(huge * huge * huge) FROM income"),
    ("E-SQL-028", "SELECT CORR(huge, huge) FROM income"),
    ("E-SQL-028", "SELECT VAR_POP(huge) FROM income"),
    ("E-SQL-041", "SELECT VAR_POP(step) FROM income"),
    ("E-SQL-041", "SELECT STDDEV(band) FROM income"),
    ("E-SQL-041", "SELECT SUM(step * step) FROM income"),
    ("E-SQL-041", "SELECT COVAR_POP(quarter * quarter, quarter) FROM income"),
    ("E-SQL-043", "SELECT SUM(age * age * age) FROM income"),
    ("E-SQL-043", "SELECT OLS(wages, age, age * age * age) FROM income"),
    ("E-SQL-041", "SELECT OLS(wages, quarter, quarter * quarter) FROM income"),
    ("E-SQL-041", "SELECT CORR(step, age) FROM income"),
    ("E-SQL-041", "SELECT VAR_POP(flag + flag + 0 * flag - 2 + 0.5 * band) FROM income"),
    ("E-SQL-041", "SELECT VAR_POP(age) FROM income WHERE age IN (20, 30, 50)"),
    ("E-SQL-041", "SELECT VAR_POP(age) FILTER (WHERE age BETWEEN 20 AND 22) FROM income"),
    ("E-SQL-041", "SELECT STDDEV(CASE WHEN age > 117 THEN age END) FROM income"),
    ("E-SQL-029", "SELECT COUNT(*) FROM income QUALIFY COUNT(*) > 1"),
    ("E-SQL-030", "SELECT COUNT(*) FROM income GROUP BY day, region, class"),
    ("E-SQL-032", "SELECT COUNT(*) FROM income ORDER BY 2"),
    ("E-SQL-043", "SELECT SUM(" + " * ".join(["flag"] * 9) + ") FROM income"),
    ("E-SQL-043", "SELECT SUM(age * 1e50) FROM income"),
    ("E-SQL-043", "SELECT SUM(wages * 0.00000000000000001) FROM income"),
    ("E-SQL-044", "SELECT AVG(born) FROM income"),
    ("E-SQL-044", "SELECT SUM(born + 7) FROM income"),
    ("E-SQL-045", "SELECT SUM(age / 3) FROM income"),
    ("E-SQL-045", "SELECT SUM(age / 0) FROM income"),
    ("E-SQL-045", "SELECT SUM(wages / age) FROM income"),
    ("E-SQL-045", "SELECT SUM(born / 2) FROM income"),
    ("E-SQL-046", "SELECT SUM(CASE WHEN age > 60 THEN NULL END) FROM income"),
    ("E-SQL-046", "SELECT COUNT(CASE WHEN age > 120 THEN 1 END) FROM income"),
    ("E-SQL-047", "SELECT OLS(wages) FROM income"),
    ("E-SQL-047", "SELECT OLS(wages, age, 3) FROM income"),
    ("E-SQL-047", "SELECT OLS(wages, age, flag, 1 * age) FROM income"),
    ("E-SQL-047", "SELECT OLS(wages, age, wages) FROM income"),
    (
        "E-SQL-047",
        "SELECT OLS(" + ", ".join(f"age + {n} * flag" for n in range(10)) + ") FROM income",
    ),
    ("E-SQL-048", "SELECT COUNT(*) FROM income HAVING COUNT(*)"),
    ("E-SQL-048", "SELECT region, COUNT(*) FROM income GROUP BY region HAVING region > 3"),
    ("E-SQL-048", "SELECT region, COUNT(*) FROM income GROUP BY region HAVING region = COUNT(*)"),
    ("E-SQL-048", "SELECT region, region + COUNT(*) FROM income GROUP BY region"),
    ("E-SQL-048", "SELECT COUNT(*) FROM income HAVING COUNT(*) IS TRUE"),
    ("E-SQL-048", "SELECT COUNT(*) FROM income HAVING COUNT(*) BETWEEN SYMMETRIC 2 AND 1"),
    ("E-SQL-048", "SELECT COUNT(*) FROM income HAVING NOT COUNT(*) AND COUNT(*) > 2"),
    ("E-SQL-010", "SELECT COUNT(*) FROM income HAVING COUNT(*) IN (SELECT 1)"),
    ("E-SQL-024", "SELECT " + "- " * 45 + "COUNT(*) FROM income"),
    ("E-SQL-049", "SELECT ROUND(AVG(age), 19) FROM income"),
    ("E-SQL-049", "SELECT ROUND(AVG(age), -1) FROM income"),
    ("E-SQL-049", "SELECT ROUND(AVG(age), COUNT(*)) FROM income"),
    ("E-SQL-050", "SELECT GROUPING(region), COUNT(*) FROM income"),
    ("E-SQL-050", "SELECT GROUPING(region, class), COUNT(*) FROM income GROUP BY region, class"),
    ("E-SQL-051", "SELECT COUNT(*) FROM income LIMIT 10%"),
    ("E-SQL-051", "SELECT COUNT(*) FROM income LIMIT 1 + 1"),
    ("E-SQL-051", "SELECT COUNT(*) FROM income LIMIT 9999999999"),
    ("E-SQL-051", "SELECT COUNT(*) FROM income LIMIT 1 OFFSET 1.5"),
    ("E-SQL-051", "SELECT COUNT(*) FROM income FETCH FIRST 1 ROWS ONLY"),
    ("E-SQL-051", "SELECT COUNT(*) FROM income ORDER BY ALL"),
    ("E-SQL-052", "SELECT COUNT(*) FROM income HAVING COUNT(*) IN (" + "1," * 200 + "2)"),
    ("E-SQL-053", "SELECT CHI_SQUARE(region) FROM income"),
    ("E-SQL-053", "SELECT CHI_SQUARE(region, region) FROM income"),
    ("E-SQL-053", "SELECT CHI_SQUARE(region, class), COUNT(*) FROM income"),
    ("E-SQL-053", "SELECT CHI_SQUARE(region, class) + 1 FROM income"),
    ("E-SQL-053", "SELECT CHI_SQUARE(region, class) FROM income GROUP BY region"),
    ("E-SQL-053", "SELECT CHI_SQUARE(region, class) FROM income LIMIT 1"),
    ("E-SQL-053", "SELECT CHI_SQUARE(region, class, band) FROM income"),
    ("E-SQL-031", "SELECT CHI_SQUARE(region, age) FROM income"),
    ("E-SQL-054", "SELECT MEDIAN(wages) FROM income"),
    ("E-SQL-054", "SELECT AVG(wages), QUANTILE_CONT(wages, 0.9) FROM income"),
    ("E-SQL-031", "SELECT COUNT(*) FROM income GROUP BY age"),
    ("E-SQL-032", "SELECT COUNT(*) FROM income GROUP BY 2"),
    ("E-SQL-033", "SELECT COUNT(*) FROM income GROUP BY ALL"),
    ("E-SQL-033", "SELECT COUNT(*) FROM income GROUP BY 1"),
    ("E-SQL-034", "SELECT region FROM income GROUP BY region"),
    ("E-SQL-035", "SELECT COUNT(*) AS n, AVG(age) AS N FROM income"),
    ("E-SQL-036", "SELECT age, COUNT(*) FROM income"),
]


def refused(sql: str) -> AccordError:
    with pytest.raises((RequestError, RefusalError)) as caught:
        compile_question(sql, TABLES)
    return caught.value


@pytest.mark.parametrize(("code", "sql"), REFUSED)
def test_refused_with_a_whole_sentence_in_both_languages(code: str, sql: str) -> None:
    error = refused(sql)

    assert error.code == code
    for language in ("en", "zh"):
        sentence = explain(error, language)
        assert not any("{" in text for text in (sentence.what, sentence.rule, sentence.can))


def test_the_place_is_that_of_the_word() -> None:
    error = refused("SELECT region,\n  AVG(wage)\nFROM income GROUP BY 1")

    assert (error.facts["line"], error.facts["position"]) == (2, 7)


def test_the_place_of_a_clause_is_found() -> None:
    error = refused("SELECT COUNT(*)\nFROM income\nORDER   BY ALL")

    assert (error.facts["line"], error.facts["position"]) == (3, 1)


@pytest.mark.parametrize(
    ("sql", "hint"),
    [
        ("SELECT AVG(wage) FROM income", "wages"),
        ("SELECT COUNT(*) FROM incomes", "income"),
        ("SELECT COUNT(*) FROM income WHERE region = 'North'", "north"),
    ],
)
def test_the_nearest_name_is_offered(sql: str, hint: str) -> None:
    assert refused(sql).facts["nearest"] == hint


def test_columns_that_can_be_grouped_by_are_named() -> None:
    error = refused("SELECT COUNT(*) FROM income GROUP BY age")

    assert error.facts["candidates"] == "region, class, day, band"


def test_the_key_is_never_offered() -> None:
    assert "person" not in str(refused("SELECT COUNT(persn) FROM income").facts["known"])


INSTEAD = [
    ("SELECT * FROM income WHERE age > 5", "SELECT COUNT(*) FROM income WHERE age > 5"),
    ("SELECT region FROM income", "SELECT region, COUNT(*) FROM income GROUP BY region"),
    ("SELECT age FROM income", "SELECT AVG(age) FROM income"),
    ("SELECT note FROM income", "SELECT COUNT(*) FROM income"),
    ("SELECT COUNT(*) FROM income JOIN b USING (person)", "SELECT COUNT(*) FROM income"),
    ("WITH a AS (SELECT 1) SELECT SUM(x) FROM a", "SELECT COUNT(*) FROM income"),
    (
        "SELECT SUM(age) OVER (PARTITION BY region) FROM income",
        "SELECT region, SUM(age) FROM income GROUP BY region",
    ),
    ("SELECT ROW_NUMBER() OVER () FROM income", "SELECT COUNT(*) FROM income"),
    (
        "SELECT MAX(wages) FROM income WHERE age > 5",
        "SELECT QUANTILE_CONT(wages, 0.99) FROM income WHERE age > 5",
    ),
    ("SELECT MIN(age), COUNT(*) FROM income", "SELECT QUANTILE_CONT(age, 0.01) FROM income"),
    ("SELECT MAX(region) FROM income", "SELECT COUNT(*) FROM income"),
    ("SELECT first(wages) FROM income", "SELECT AVG(wages) FROM income"),
    (
        "SELECT COUNT(DISTINCT class) FROM income",
        "SELECT class, COUNT(*) FROM income GROUP BY class",
    ),
    ("SELECT COUNT(DISTINCT age) FROM income", "SELECT COUNT(*) FROM income"),
    ("SELECT MODE(region) FROM income", "SELECT region, COUNT(*) FROM income GROUP BY region"),
    ("SELECT SUM(age ** 2) FROM income", "SELECT SUM((age) * (age)) FROM income"),
    ("SELECT SUM(age ** 0.5) FROM income", "SELECT COUNT(*) FROM income"),
    (
        "SELECT SUM(ABS(wages)) FROM income",
        "SELECT SUM(CASE WHEN wages < 0 THEN -(wages) ELSE wages END) FROM income",
    ),
    ("SELECT AVG(wages::DOUBLE) FROM income", "SELECT AVG((wages)) FROM income"),
    ("SELECT AVERAGE(wages) FROM income", "SELECT AVG(wages) FROM income"),
    ("SELECT MEDIAN(wages), AVG(wages) FROM income", "SELECT MEDIAN(wages) FROM income"),
    (
        "SELECT PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY wages) FROM income",
        "SELECT QUANTILE_CONT(wages, 0.9) FROM income",
    ),
    ("SELECT COUNT(*) FROM income WHERE age IN (SELECT 1)", "SELECT COUNT(*) FROM income"),
]


@pytest.mark.parametrize(("sql", "instead"), INSTEAD)
def test_the_nearest_question_is_written_out(sql: str, instead: str) -> None:
    assert refused(sql).facts["instead"] == instead


@pytest.mark.parametrize("instead", sorted({instead for _, instead in INSTEAD}))
def test_the_nearest_question_is_answered(instead: str) -> None:
    if "QUANTILE" in instead or "MEDIAN" in instead:
        assert refused(instead).code == "E-SQL-054"  # the client's business
    else:
        assert compile_question(instead, TABLES).outputs
