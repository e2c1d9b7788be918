"""MySQL's text of our statements, compared with what was read against its manual (8.4).

No server runs here: what MySQL makes of them is not tested.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, TableClause, column, make_url, table, types
from sqlalchemy.dialects import mysql

from accord.domain.errors import RequestError
from accord.node.sources.aggregates import Aggregates
from accord.node.sources.database import table_digest
from accord.node.sources.database_backend import DatabaseBackend
from accord.node.sources.database_engine import session_settings
from accord.node.sources.database_place import DatabaseTable
from accord.node.sources.typed_columns import MYSQL
from accord.query.compile import compile_question
from tests.suites.data_source import TABLE

EXPECTED = Path(__file__).parent / "mysql"
STORED = table(
    "In come",
    column("person", types.String()),
    column("cell", types.String()),
    column("value", types.Integer()),
    column("place", types.Integer()),
    column("wages", types.Numeric(12, 3)),
    column("rate", types.Numeric(4, 1)),
    column("day", types.DateTime()),
    column("big", types.BigInteger()),
    schema="tax",
)
PLACE = DatabaseTable(make_url("mysql+pymysql://reader@db.example/tax"), "tax", "In come", {})
QUESTIONS = {
    "sums": "SELECT cell, VAR_POP(big), SUM(place) FROM income WHERE cell <> 'west' GROUP BY cell",
    "arms": "SELECT SUM(CASE WHEN day < DATE '2000-01-01' THEN wages END) FROM income",
    "bins": "SELECT BIN(wages, 1000), COUNT(*) FROM income GROUP BY 1",
    "terms": "SELECT AVG(wages * place - 2) FILTER (WHERE big > wages) FROM income",
}


@dataclass(frozen=True)
class Spoken(DatabaseBackend):
    """Keeps the statements that it should run; there are no rows."""

    statements: list[str]

    def rows(self, statement: Select[Any]) -> Iterator[tuple[Any, ...]]:
        self.statements.append(str(statement.compile(dialect=mysql.dialect())))
        return iter(())


def spoken(stored: TableClause = STORED) -> Spoken:
    return Spoken(None, PLACE, MYSQL, stored, [])  # type: ignore[arg-type] # no server


def expected(name: str) -> list[str]:
    return [(EXPECTED / f"{name}.sql").read_text("utf-8").removesuffix("\n")]


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_in_mysql(name: str) -> None:
    plan, backend = compile_question(QUESTIONS[name], {TABLE.name: TABLE}), spoken()
    aggregates = Aggregates(backend, plan, TABLE)

    assert list(aggregates.rows(aggregates.addends)) == []
    assert backend.statements == expected(name)


def test_the_digest_in_mysql() -> None:
    backend = spoken()

    table_digest(backend, TABLE)

    assert backend.statements == expected("digest")


def test_a_session_in_mysql() -> None:
    assert session_settings("mysql", 60) == (
        "SET SESSION max_execution_time = 60000",
        "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO'",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    )


def test_floats_of_mysql_are_refused() -> None:
    """Its decimals would round what lies beyond their thirtieth digit."""
    wages = TABLE.column("wages")
    assert wages is not None
    stored = table("In come", column("wages", types.Double()))

    with pytest.raises(RequestError) as caught:
        spoken(stored).value(wages)

    assert (caught.value.code, caught.value.facts["kind"]) == ("E-SRC-037", "DOUBLE")
