"""What every `DataSource` keeps; run by each implementation.

A subclass gives `make`, which turns rows of text into a source and its digest.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import pytest

from accord.domain.catalogue import Column, ColumnType, Table
from accord.domain.errors import FaultError, RefusalError
from accord.node.sources.port import ColumnFaults, DataSource
from accord.query.compile import compile_question
from accord.query.plan import Extract
from tests.suites.memory_source import MemorySource, Row
from tests.suites.permit import permit_for_tests


def column(name: str, kind: ColumnType, **values: Any) -> Column:
    given = {"scale": 0, "minimum": None, "maximum": None, "nulls": False, "domain": (), "unit": ""}
    return Column(name=name, type=kind, title_en="", title_zh="", **{**given, **values})


BIG = 10**17  # its square is beyond 64 bits
# Names that a careless implementation would use itself.
TABLE = Table(
    version=1,
    name="income",
    key="person",
    parts=("a", "b", "c"),
    max_rows=1024,
    columns=(
        column("person", ColumnType.TEXT),
        column("cell", ColumnType.TEXT, domain=("north", "so'uth", "west"), nulls=True),
        column("value", ColumnType.INTEGER, domain=("1", "2")),
        column("place", ColumnType.INTEGER, minimum=-5, maximum=100, nulls=True),
        column("wages", ColumnType.DECIMAL, scale=2, minimum=-10000, maximum=25000000, nulls=True),
        column("rate", ColumnType.DECIMAL, scale=1, minimum=10, maximum=20, domain=("1.0", "1.5")),
        column("day", ColumnType.DATE, minimum=-20_000, maximum=20_000, nulls=True),
        column("big", ColumnType.INTEGER, minimum=-BIG, maximum=BIG, bins=("0", str(BIG // 2))),
    ),
    title_en="",
    title_zh="",
)
ROWS: tuple[Row, ...] = tuple(
    dict(zip((one.name for one in TABLE.columns), row, strict=True))
    for row in (
        ("p1", "north", "1", "10", "100.00", "1.0", "2000-02-29", f"{BIG}"),
        ("p2", "north", "1", "0", "-100", "1.5", "1969-12-31", f"-{BIG}"),
        ("p3", "north", "2", None, "0.5", "1.0", "1970-01-01", f"{BIG - 1}"),
        ("p4", "so'uth", "2", "-5", None, "1.50", None, "0"),
        ("p5", None, "1", "100", "250000.00", "1", "2000-12-31", "7"),
        ("p6", None, "2", "7", "0.00", "1.0", "2001-01-01", f"{BIG}"),
    )
)
# Compared with the naive source.
QUESTIONS = (
    "SELECT COUNT(*) FROM income",
    "SELECT VAR_POP(big), SUM(big), COVAR_POP(big, wages) FROM income GROUP BY cell",
    "SELECT SUM(2 * wages * place - place * place + 3), AVG(-big) FROM income",
    "SELECT STDDEV(wages * 0.5 - place), CORR(place, wages) FROM income",
    "SELECT SUM(CASE WHEN place > 0 THEN wages WHEN rate > 1 THEN place ELSE 1 END) FROM income",
    "SELECT COUNT(*) FILTER (WHERE day >= DATE '2000-01-01'), AVG(wages) FROM income",
    "SELECT SUM(wages) FILTER (WHERE place < rate), COUNT(wages) FROM income WHERE wages > place",
    "SELECT COUNT(*), SUM(wages) FROM income WHERE wages * place <> 10 - rate",
    "SELECT cell, value, SUM(wages) FROM income GROUP BY ROLLUP (cell, value)",
    "SELECT BIN(wages, 1000), COUNT(*) FROM income GROUP BY BIN(wages, 1000)",
    "SELECT BIN(big), SUM(place) FROM income GROUP BY BIN(big)",
    "SELECT date_trunc('month', day), COUNT(*) FROM income GROUP BY 1",
    "SELECT YEAR(day), cell, AVG(place) FROM income GROUP BY YEAR(day), cell",
    "SELECT CASE WHEN place > 5 THEN 'a' ELSE 'c' END AS g, SUM(wages) FROM income GROUP BY g",
    "SELECT OLS(wages, place, big) FROM income",
    "SELECT VAR_SAMP(day - DATE '2000-01-01') FROM income WHERE cell LIKE 's%' OR cell IS NULL",
    "SELECT COUNT(*) FROM income WHERE NOT (cell = 'north' AND (place > 3 OR NOT wages < 5))",
)


class DataSourceSuite:
    @abstractmethod
    def make(self, rows: Sequence[Row], table: Table) -> tuple[DataSource, bytes]:
        """A source over ``rows`` and the digest it is published under."""

    def ask(self, sql: str, rows: Sequence[Row] = ROWS) -> Extract:
        source, digest = self.make(rows, TABLE)
        plan = compile_question(sql, {TABLE.name: TABLE})
        return source.measure(plan, permit_for_tests(), table=TABLE, expected=digest)

    def test_every_cell_is_measured_the_empty_ones_too(self) -> None:
        extract = self.ask("SELECT COUNT(*) FROM income GROUP BY cell, value")

        assert extract.moments == ((2,), (1,), (0,), (1,), (0,), (0,), (1,), (1,))
        assert extract.counts == extract.moments

    def test_sums_are_taken_from_the_minimum(self) -> None:
        extract = self.ask("SELECT VAR_POP(wages), SUM(place) FROM income")
        terms = [10000 + wages for wages in (10000, -10000, 50, 25000000, 0)]

        assert extract.moments == ((5, sum(terms), sum(x * x for x in terms), 5, 137),)

    def test_support_leaves_out_zero_and_the_minimum_and_headroom_the_maximum(self) -> None:
        extract = self.ask("SELECT SUM(place), AVG(wages) FROM income")

        # rows; of place and of wages: present, support, headroom
        assert extract.counts == ((6, 5, 3, 4, 5, 3, 4),)

    @pytest.mark.parametrize(
        ("where", "rows"),
        [
            ("place > 0", 3),
            ("NOT place > 0", 2),
            ("place <> 10", 4),
            ("place = 10.5", 0),
            ("NOT place = 10.5", 5),
            ("place <> 10.5", 5),
            ("place IN (10, 100, 3.5)", 2),
            ("place NOT IN (10, 100)", 3),
            ("place BETWEEN -5 AND 0", 2),
            ("place < 1e60 AND place > -1e60", 5),
            ("place IS NULL OR wages IS NULL", 2),
            ("wages >= 0.495", 3),
            ("wages < 0.501 AND wages IS NOT NULL", 3),
            ("cell = 'so''uth'", 1),
            ("cell <> 'north'", 1),
            ("cell NOT IN ('north', 'west')", 1),
            ("cell IS NULL AND (value = 1 OR rate = 1.5)", 1),
            ("rate = 1.50", 2),
        ],
    )
    def test_conditions_follow_sql(self, where: str, rows: int) -> None:
        extract = self.ask(f"SELECT COUNT(*) FROM income WHERE {where}")

        assert extract.moments == ((rows,),)

    @pytest.mark.parametrize("sql", QUESTIONS)
    def test_every_construct_is_measured_as_naively(self, sql: str) -> None:
        naive = MemorySource(ROWS)
        plan = compile_question(sql, {TABLE.name: TABLE})
        expected = naive.measure(plan, permit_for_tests(), table=TABLE, expected=naive.digest())

        assert self.ask(sql) == expected
        assert any(any(cell) for cell in expected.moments)

    def test_more_numbers_than_a_database_answers_at_once(self) -> None:
        """PostgreSQL stops at 1,664 columns, SQLite at 2,000."""
        spreads = ", ".join(f"VAR_POP(place * {number})" for number in range(2, 253))
        terms = (10 + 5, 5, 0, 100 + 5, 7 + 5)

        extract = self.ask(f"SELECT {spreads} FROM income")

        assert len(extract.counts[0]) + len(extract.moments[0]) > 1_000
        assert extract.moments[0][-2:] == (
            sum(252 * term for term in terms),
            sum((252 * term) ** 2 for term in terms),
        )

    def test_constants_of_any_size_cost_nothing(self) -> None:
        far = 10**30

        extract = self.ask(f"SELECT SUM(place + {far} - {far - 1}) FROM income")

        assert extract.moments == ((5, 137),)

    def test_a_part_without_rows_measures_zeros(self) -> None:
        extract = self.ask("SELECT cell, STDDEV(wages) FROM income GROUP BY cell", rows=())

        assert extract.moments == ((0, 0, 0),) * 4
        assert extract.counts == ((0, 0, 0, 0),) * 4

    def test_a_clean_version_has_no_faults(self) -> None:
        source, digest = self.make(ROWS, TABLE)

        examination = source.examine(TABLE)

        assert (examination.rows, examination.duplicate_keys) == (6, 0)
        assert examination.digest == digest
        assert set(examination.columns.values()) == {ColumnFaults(0, 0, 0, 0)}

    def test_other_data_than_the_published_are_refused(self) -> None:
        source, _ = self.make(ROWS, TABLE)
        plan = compile_question("SELECT COUNT(*) FROM income", {TABLE.name: TABLE})

        with pytest.raises(RefusalError) as caught:
            source.measure(plan, permit_for_tests(), table=TABLE, expected=b"\0" * 32)

        assert (caught.value.code, caught.value.facts) == ("E-SRC-040", {})

    @pytest.mark.parametrize(
        ("wrong", "sql"),
        [
            ({"place": "101"}, "SELECT SUM(place) FROM income"),
            ({"place": "-6"}, "SELECT COUNT(*) FROM income WHERE place < 50"),
            ({"value": None}, "SELECT SUM(value * 2) FROM income"),
            ({"cell": "east"}, "SELECT cell, COUNT(*) FROM income GROUP BY cell"),
            ({"cell": "North"}, "SELECT cell, COUNT(*) FROM income GROUP BY cell"),
            ({"value": "3"}, "SELECT value, COUNT(*) FROM income GROUP BY value"),
            ({"day": "2100-01-01"}, "SELECT YEAR(day), COUNT(*) FROM income GROUP BY 1"),
        ],
    )
    def test_rows_that_break_the_description_are_refused_even_if_published(
        self, wrong: Row, sql: str
    ) -> None:
        """The second lock: a digest that was published without an examination."""
        with pytest.raises(RefusalError, match="E-SRC-040"):
            self.ask(sql, rows=(*ROWS[1:], {**ROWS[0], **wrong}))

    def test_without_a_permit_nothing_is_measured(self) -> None:
        source, digest = self.make(ROWS, TABLE)
        plan = compile_question("SELECT COUNT(*) FROM income", {TABLE.name: TABLE})

        with pytest.raises(FaultError, match="E-SRC-042"):
            source.measure(plan, object(), table=TABLE, expected=digest)  # type: ignore[arg-type] # the point of the test


class UntypedSourceSuite(DataSourceSuite):
    """For sources whose cells are text: only there can a cell break its type."""

    def test_faults_are_counted_by_column_and_kind(self) -> None:
        wrong = {
            **ROWS[0],
            "cell": "east",
            "value": "3",
            "place": "101",
            "wages": "1.005",
            "rate": None,
            "day": "2023-02-29",
            "big": str(BIG + 1),
        }
        more = {**ROWS[1], "place": "1e1", "wages": "-100.01", "rate": "2.5", "value": "x"}
        more |= {"day": "2099-01-01", "big": str(10**30)}
        source, _ = self.make((*ROWS, wrong, more, more), TABLE)

        examination = source.examine(TABLE)

        assert examination.duplicate_keys == 3
        assert examination.columns == {
            "person": ColumnFaults(0, 0, 0, 0),
            "cell": ColumnFaults(0, 0, 1, 0),
            "value": ColumnFaults(2, 0, 1, 0),
            "place": ColumnFaults(2, 1, 0, 0),
            "wages": ColumnFaults(1, 2, 0, 0),
            "rate": ColumnFaults(0, 2, 2, 1),
            "day": ColumnFaults(1, 2, 0, 0),
            "big": ColumnFaults(2, 1, 0, 0),
        }
