"""Made-up schemas, rows and questions, as a steward and an analyst might write them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import strategies as st

from accord.domain.catalogue import Column, ColumnType, Table
from accord.query.numbers import decimal_text
from tests.properties.questions import questions

Row = Mapping[str, str | None]
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class World:
    """A table, its rows by part, and a question over it."""

    table: Table
    parts: tuple[tuple[Row, ...], ...]
    sql: str

    @property
    def pooled(self) -> tuple[Row, ...]:
        return tuple(row for part in self.parts for row in part)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    groups = [draw(group_columns(f"g{index}")) for index in range(draw(st.integers(0, 2)))]
    numbers = [draw(number_columns(f"x{index}")) for index in range(draw(st.integers(1, 3)))]
    wide, day = draw(wide_columns()), draw(day_columns())
    key = Column("person", ColumnType.INTEGER, 0, None, None, False, (), "", "", "")
    columns = (key, *groups, *numbers, wide, day)
    table = Table(1, "t", "person", ("a", "b", "c", "d"), 64, columns, "", "")
    sizes = draw(st.lists(st.integers(0, 12), min_size=2, max_size=4))
    parts = tuple(
        tuple(draw(rows(columns, f"{part}{number}")) for number in range(size))
        for part, size in enumerate(sizes, 1)
    )
    return World(table, parts, draw(questions(groups, numbers, wide, day)))


@st.composite
def group_columns(draw: st.DrawFn, name: str) -> Column:
    kind = draw(st.sampled_from(ColumnType))
    scale = 1 if kind is ColumnType.DECIMAL else 0
    if kind is ColumnType.TEXT:
        known = st.sampled_from(["north", "so'uth", "北", "Ö", "x;y", 'say "hi"', "1"])
    elif kind is ColumnType.DATE:
        known = st.integers(-3000, 20_000).map(day_text)
    else:
        known = st.integers(-30, 30).map(lambda value: decimal_text(value, scale))
    domain = tuple(draw(st.lists(known, min_size=1, max_size=4, unique=True)))
    return Column(name, kind, scale, None, None, draw(st.booleans()), domain, "", "", "")


@st.composite
def number_columns(draw: st.DrawFn, name: str) -> Column:
    scale = draw(st.integers(0, 3))
    kind = ColumnType.DECIMAL if scale else ColumnType.INTEGER
    low = draw(st.integers(-(10**6), 10**6))
    high = low + draw(st.integers(0, 10**6))
    return Column(name, kind, scale, low, high, draw(st.booleans()), (), "EUR", "", "")


@st.composite
def wide_columns(draw: st.DrawFn) -> Column:
    """Up to the ends of what a column may hold: 10**18 on both sides."""
    low = draw(st.sampled_from([-(10**18), 0, 10**18 - 1]))
    return Column("wide", ColumnType.INTEGER, 0, low, 10**18, draw(st.booleans()), (), "", "", "")


@st.composite
def day_columns(draw: st.DrawFn) -> Column:
    low = draw(st.integers(-40_000, 20_000))
    high = low + draw(st.integers(0, 2_000))
    return Column("d", ColumnType.DATE, 0, low, high, draw(st.booleans()), (), "", "", "")


@st.composite
def rows(draw: st.DrawFn, columns: Sequence[Column], person: str) -> Row:
    return {column.name: draw(cells(column, person)) for column in columns}


def cells(column: Column, person: str) -> st.SearchStrategy[str | None]:
    if column.name == "person":
        return st.just(person)
    if column.domain:
        filled: st.SearchStrategy[str] = st.sampled_from(column.domain)
    elif column.type is ColumnType.DATE:
        filled = scaled_numbers(column).map(day_text)
    else:
        filled = scaled_numbers(column).map(lambda value: decimal_text(value, column.scale))
    return filled | st.none() if column.nulls else filled


def scaled_numbers(column: Column) -> st.SearchStrategy[int]:
    low, high = column.minimum, column.maximum
    assert low is not None
    assert high is not None
    return st.integers(low, high) | st.sampled_from([low, high])


def day_text(day: int) -> str:
    return (EPOCH + timedelta(days=day)).isoformat()
