"""One small table in a database, described and published, for tests to change."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, make_url

from accord.node.sources.database import DatabaseSource
from accord.node.sources.database_place import DatabaseTable
from accord.node.sources.description import Description, parse_description
from accord.query.compile import compile_question
from accord.query.plan import Extract
from tests.suites.permit import permit_for_tests

SHARED = """
[table]
name = "staff"
key = "id"
parts = ["a", "b", "c"]
max_rows = 1024
[columns.id]
type = "integer"
[columns.site]
type = "text"
domain = ["Köln", "Bonn"]
nulls = true
[columns.pay]
type = "decimal"
scale = 2
min = -10
max = 10
nulls = true
"""
CREATE = "CREATE TABLE staff (id integer, site varchar(20), pay numeric(10, 2), note varchar(20))"
INSERT = (
    "INSERT INTO staff VALUES (1, 'Köln', 1.5, 'x'), (2, 'Bonn', -1.25, 'y'), (3, NULL, 10, '')"
)


@dataclass(frozen=True)
class Staff:
    """The table; ``url`` is that of its owner, ``place`` how a node reads it."""

    url: str
    description: Description

    @classmethod
    def made(cls, url: str) -> "Staff":
        staff = described(url)
        staff.execute(CREATE)
        staff.execute(INSERT)
        return staff

    @property
    def place(self) -> DatabaseTable:
        assert isinstance(self.description.source, DatabaseTable)
        return self.description.source

    @property
    def source(self) -> DatabaseSource:
        return DatabaseSource(self.place)

    def execute(self, statement: str) -> None:
        driver = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
        url = make_url(self.url)
        engine = create_engine(url.set(drivername=driver[url.drivername]))
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def digest(self) -> bytes:
        return self.source.examine(self.description.table).digest

    def measure(
        self, expected: bytes, sql: str = "SELECT site, SUM(pay) FROM staff GROUP BY 1"
    ) -> Extract:
        table = self.description.table
        plan = compile_question(sql, {"staff": table})
        return self.source.measure(plan, permit_for_tests(), table=table, expected=expected)


def described(url: str) -> Staff:
    """Without a database behind it."""
    text = f'[source]\nurl = "{url}"\ntable = "staff"\n{SHARED}'
    return Staff(url, parse_description(text, Path("/")))
