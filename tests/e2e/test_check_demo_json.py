"""The checker of the demo sees what is wrong, and nothing where nothing is."""

import copy
from typing import Any

import duckdb
import pytest

from tests.e2e.check_demo_json import DATA, WITHHELD, differences

GROUPED = "SELECT region, AVG(wages) AS mean FROM income WHERE age >= 70 GROUP BY region"
TOTAL = "SELECT COUNT(*), SUM(interest), VAR_SAMP(wages) FROM income WHERE age < 30"


def pooled(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as database:
        database.execute(f"CREATE VIEW income AS SELECT * FROM '{DATA}/income-*.parquet'")
        return database.execute(sql).fetchall()


def small() -> set[str]:
    """Regions with fewer than ten people, or fewer than two offices, behind the mean."""
    sql = """
        SELECT region FROM (
            SELECT region, filename, COUNT(*) FILTER (age >= 70 AND wages <> 0) AS people
            FROM read_parquet('{}', filename = true) GROUP BY region, filename
        ) GROUP BY region HAVING SUM(people) < 10 OR COUNT(*) FILTER (people > 0) < 2
    """
    return {str(region) for (region,) in pooled(sql.format(DATA / "income-*.parquet"))}


def answer(sql: str, rows: list[list[str | None]]) -> dict[str, Any]:
    withheld = sum(WITHHELD in row for row in rows)
    return {"sql": sql, "answer": {"rows": rows, "withheld": withheld}}


@pytest.fixture(scope="module")
def printed() -> dict[str, Any]:
    few = small()
    grouped = [
        [str(region), WITHHELD if str(region) in few else repr(mean)]
        for region, mean in pooled(GROUPED)
    ]
    total = [[str(value) for value in row] for row in pooled(TOTAL)]
    refused = {"sql": "SELECT person FROM income", "error": {"code": "E-SQL-001"}}
    return {"questions": [answer(GROUPED, grouped), answer(TOTAL, total), refused]}


def test_the_truth_passes(printed: dict[str, Any]) -> None:
    assert list(differences(printed)) == []


@pytest.mark.parametrize(
    ("question", "row", "column", "value"),
    [(0, "released", 1, "1.5"), (1, 0, 0, "1"), (1, 0, 1, "0.01"), (1, 0, 2, None)],
)
def test_a_wrong_number_is_seen(
    printed: dict[str, Any], question: int, row: int | str, column: int, value: str | None
) -> None:
    wrong = copy.deepcopy(printed)
    rows = wrong["questions"][question]["answer"]["rows"]
    place = next(i for i, each in enumerate(rows) if WITHHELD not in each) if row else row
    rows[place][column] = value

    assert len(list(differences(wrong))) == 1


def test_a_small_group_that_was_released_is_seen(printed: dict[str, Any]) -> None:
    wrong = copy.deepcopy(printed)
    asked = wrong["questions"][0]["answer"]
    true = {str(region): mean for region, mean in pooled(GROUPED)}
    row = next(row for row in asked["rows"] if WITHHELD in row)
    row[1], asked["withheld"] = repr(true[row[0]]), asked["withheld"] - 1

    assert [text for text in differences(wrong) if "too little" in text]


def test_a_missing_group_is_seen(printed: dict[str, Any]) -> None:
    wrong = copy.deepcopy(printed)
    rows = wrong["questions"][0]["answer"]["rows"]
    rows.remove(next(row for row in rows if WITHHELD not in row))

    assert [text for text in differences(wrong) if "missing" in text]


def test_a_demo_that_refuses_or_withholds_nothing_is_seen(printed: dict[str, Any]) -> None:
    assert len(list(differences({"questions": [printed["questions"][1]] * 2}))) == 2
