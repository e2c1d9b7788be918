"""A table whose parts lie in PostgreSQL, in SQLite and in a file is one table."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url, select

from accord.node.store.models import FindingRow
from tests.consortium.tables import TestTable, spread
from tests.consortium.world import Consortium

SQL = "SELECT region, COUNT(*), SUM(profit) FROM mixed GROUP BY region ORDER BY region"


def execute(url: str, statement: str, *rows: tuple[object, ...]) -> None:
    parsed = make_url(url)
    driver = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}[parsed.drivername]
    engine = create_engine(parsed.set(drivername=driver))
    with engine.begin() as connection:
        for row in rows or [()]:
            connection.exec_driver_sql(statement, row)
    engine.dispose()


def publish(consortium: Consortium, table: TestTable, part: str, url: str, mark: str) -> None:
    folder = consortium.lab.folder / "data" / part
    path = table.write(folder, part)
    text = path.read_text().replace(
        f'path = "{table.name}.csv"', f'url = "{url}"\ntable = "people"'
    )
    path.write_text(text)
    absolute = url if "postgresql" in url else f"sqlite:///{folder}/people.db"
    execute(
        absolute,
        "CREATE TABLE people (person text, region text, age integer, profit numeric(10, 2))",
    )
    rows = [(*row[:3], row[3] or None) for row in table.rows[part]]
    execute(absolute, f"INSERT INTO people VALUES ({', '.join([mark] * 4)})", *rows)
    consortium.client(f"{part}/steward").publish(path)


@pytest.fixture(scope="module")
def server_url(request: pytest.FixtureRequest) -> Iterator[str]:
    server = request.getfixturevalue("postgres")
    url = server.create()
    yield url
    server.drop(url)


@pytest.fixture(scope="module")
def mixed(consortium: Consortium, server_url: str) -> TestTable:
    table = spread("mixed")
    publish(consortium, table, "alpha", server_url, "%s")
    publish(consortium, table, "beta", "sqlite:///people.db", "?")
    for part in table.parts:
        if part not in ("alpha", "beta"):
            consortium.publish(table, part)
        consortium.grant(part, table.name, to="stats")
    return table


def findings(consortium: Consortium, member: str) -> list[tuple[str, str]]:
    with consortium.members[member].database.read() as session:
        found = session.scalars(select(FindingRow).where(FindingRow.table == "mixed"))
        return [(finding.code, finding.text) for finding in found]


def test_the_parts_are_added_whatever_holds_them(consortium: Consortium, mixed: TestTable) -> None:
    answer = consortium.ask(SQL).bundle.answer

    truth = mixed.truth("SELECT region, COUNT(*), SUM(profit) FROM mixed GROUP BY region")
    assert len(truth) == 3
    assert {row[0]: row for row in answer.rows if row[0] in truth} == {
        region: (region, str(count), str(total)) for region, (_, count, total) in truth.items()
    }


def test_a_table_that_vanishes_is_a_finding_of_its_steward_alone(
    consortium: Consortium, mixed: TestTable, server_url: str
) -> None:
    del mixed
    execute(server_url, "ALTER TABLE people RENAME TO kept")
    with consortium.refused("E-SRC-041", by="alpha") as gone:
        consortium.ask(SQL)
    execute(server_url, "ALTER TABLE kept RENAME TO people")
    execute(server_url, "ALTER TABLE people RENAME COLUMN profit TO gain")
    with consortium.refused("E-SRC-040", by="alpha") as drifted:
        consortium.ask(SQL)

    assert gone.value.facts == drifted.value.facts == {}
    (first, why), (second, what) = findings(consortium, "alpha")
    assert (first, second) == ("E-SRC-041", "E-SRC-040")
    assert "E-SRC-038" in why
    assert "profit" in what
