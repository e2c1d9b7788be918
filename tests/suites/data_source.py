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
from tests.suites.memory_source import Row
from tests.suites.permit import permit_for_tests


def column(name: str, kind: ColumnType, **values: Any) -> Column:
    given = {"scale": 0, "minimum": None, "maximum": None, "nulls": False, "domain": (), "unit": ""}
    return Column(name=name, type=kind, title_en="", title_zh="", **{**given, **values})


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
    ),
    title_en="",
    title_zh="",
)
ROWS: tuple[Row, ...] = tuple(
    dict(zip(("person", "cell", "value", "place", "wages", "rate"), row, strict=True))
    for row in (
        ("p1", "north", "1", "10", "100.00", "1.0"),
        ("p2", "north", "1", "0", "-100", "1.5"),
        ("p3", "north", "2", None, "0.5", "1.0"),
        ("p4", "so'uth", "2", "-5", None, "1.50"),
        ("p5", None, "1", "100", "250000.00", "1"),
        ("p6", None, "2", "7", "0.00", "1.0"),
    )
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
        }
        more = {**ROWS[1], "place": "1e1", "wages": "-100.01", "rate": "2.5", "value": "x"}
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
        }
