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
    ("E-SQL-012", "SELECT SUM(CASE WHEN age > 60 THEN wages END) FROM income"),
    ("E-SQL-012", "SELECT SUM(wages) FILTER (WHERE age > 60) FROM income"),
    ("E-SQL-013", "SELECT MAX(wages) FROM income"),
    ("E-SQL-013", "SELECT first(wages ORDER BY age) FROM income"),
    ("E-SQL-014", "SELECT COUNT(DISTINCT age) FROM income"),
    ("E-SQL-014", "SELECT DISTINCT region, COUNT(*) FROM income GROUP BY 1"),
    ("E-SQL-015", "SELECT SUM(wages) / COUNT(*) FROM income"),
    ("E-SQL-015", "SELECT SUM(wages * 2) FROM income"),
    ("E-SQL-015", "SELECT 1, COUNT(*) FROM income"),
    ("E-SQL-015", "SELECT COUNT(*) FROM income WHERE age + 1 = 2"),
    ("E-SQL-015", "SELECT COUNT(*) FROM income WHERE age = CAST('1' AS INT)"),
    ("E-SQL-016", "SELECT MEDIAN(wages) FROM income"),
    ("E-SQL-016", "SELECT foo(wages) FROM income"),
    ("E-SQL-016", "SELECT COUNT(wages, age) FROM income"),
    ("E-SQL-017", "SELECT COUNT(*) FROM income FOR UPDATE"),
    ("E-SQL-017", "SELECT SUM(?) FROM income"),
    ("E-SQL-018", "SELECT COUNT(*) FROM income WHERE region LIKE 'n%'"),
    ("E-SQL-018", "SELECT COUNT(*) FROM income WHERE age = wages"),
    ("E-SQL-018", "SELECT COUNT(*) FROM income WHERE TRUE"),
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
    ("E-SQL-027", "SELECT SUM(class) FROM income"),
    ("E-SQL-028", "SELECT VAR_POP(huge) FROM income"),
    ("E-SQL-041", "SELECT VAR_POP(step) FROM income"),
    ("E-SQL-041", "SELECT STDDEV(band) FROM income"),
    ("E-SQL-029", "SELECT COUNT(*) FROM income HAVING COUNT(*) > 1"),
    ("E-SQL-029", "SELECT COUNT(*) FROM income ORDER BY 1"),
    ("E-SQL-029", "SELECT COUNT(*) FROM income LIMIT 1"),
    ("E-SQL-030", "SELECT COUNT(*) FROM income GROUP BY day, region"),
    ("E-SQL-031", "SELECT COUNT(*) FROM income GROUP BY age"),
    ("E-SQL-032", "SELECT COUNT(*) FROM income GROUP BY 2"),
    ("E-SQL-033", "SELECT COUNT(*) FROM income GROUP BY ROLLUP (region)"),
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
    error = refused("SELECT COUNT(*)\nFROM income\nORDER   BY 1")

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
