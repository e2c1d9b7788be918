"""Made-up schemas, rows and questions, as a steward and an analyst might write them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from accord.domain.catalogue import Column, ColumnType, Table
from accord.query.numbers import decimal_text
from accord.query.shape import squares_tell_values

Row = Mapping[str, str | None]
AGGREGATES = (
    *("COUNT", "SUM", "AVG", "VAR_POP", "VAR_SAMP", "VARIANCE"),
    *("STDDEV_POP", "STDDEV_SAMP", "STDDEV"),
)


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
    key = Column("person", ColumnType.INTEGER, 0, None, None, False, (), "", "", "")
    columns = (key, *groups, *numbers)
    table = Table(1, "t", "person", ("a", "b", "c", "d"), 64, columns, "", "")
    sizes = draw(st.lists(st.integers(0, 12), min_size=2, max_size=4))
    parts = tuple(
        tuple(draw(rows(columns, f"{part}{number}")) for number in range(size))
        for part, size in enumerate(sizes, 1)
    )
    return World(table, parts, draw(questions(groups, numbers)))


@st.composite
def group_columns(draw: st.DrawFn, name: str) -> Column:
    kind = draw(st.sampled_from(ColumnType))
    scale = 1 if kind is ColumnType.DECIMAL else 0
    if kind is ColumnType.TEXT:
        known = st.sampled_from(["north", "so'uth", "北", "Ö", "x;y", 'say "hi"', "1"])
    else:
        known = st.integers(-30, 30).map(lambda value: decimal_text(value, scale))
    domain = tuple(draw(st.lists(known, min_size=1, max_size=4, unique=True)))
    return Column(name, kind, scale, None, None, draw(st.booleans()), domain, "", "", "")


@st.composite
def number_columns(draw: st.DrawFn, name: str) -> Column:
    scale = draw(st.integers(0, 4))
    kind = ColumnType.DECIMAL if scale else ColumnType.INTEGER
    low = draw(st.integers(-(10**7), 10**7))
    high = low + draw(st.integers(0, 10**7))
    return Column(name, kind, scale, low, high, draw(st.booleans()), (), "EUR", "", "")


@st.composite
def rows(draw: st.DrawFn, columns: Sequence[Column], person: str) -> Row:
    return {column.name: draw(cells(column, person)) for column in columns}


def cells(column: Column, person: str) -> st.SearchStrategy[str | None]:
    if column.name == "person":
        return st.just(person)
    if column.domain:
        filled: st.SearchStrategy[str] = st.sampled_from(column.domain)
    else:
        filled = scaled_numbers(column).map(lambda value: decimal_text(value, column.scale))
    return filled | st.none() if column.nulls else filled


def scaled_numbers(column: Column) -> st.SearchStrategy[int]:
    low, high = column.minimum, column.maximum
    assert low is not None
    assert high is not None
    return st.integers(low, high) | st.sampled_from([low, high])


@st.composite
def questions(draw: st.DrawFn, groups: Sequence[Column], numbers: Sequence[Column]) -> str:
    names = [column.name for column in groups]
    terms = st.tuples(st.sampled_from(AGGREGATES), st.sampled_from(numbers)).filter(answered)
    asked = draw(st.lists(terms, min_size=1, max_size=4, unique_by=lambda t: (t[0], t[1].name)))
    aggregates = [f"{function}({column.name})" for function, column in asked]
    where = draw(st.none() | conditions([*groups, *numbers]))
    by = draw(st.permutations(names))
    return (
        f"SELECT {', '.join([*names, 'COUNT(*)', *aggregates])} FROM t"
        f"{f' WHERE {where}' if where else ''}{f' GROUP BY {chr(44).join(by)}' if by else ''}"
    )


def answered(term: tuple[str, Column]) -> bool:
    """No spread over three values or fewer: E-SQL-041."""
    function, column = term
    return not (function.startswith(("VAR", "STDDEV")) and squares_tell_values(column))


def conditions(columns: Sequence[Column]) -> st.SearchStrategy[str]:
    simple = st.sampled_from(columns).flatmap(comparisons)
    return st.recursive(
        simple,
        lambda inner: (
            inner.map(lambda operand: f"NOT ({operand})")
            | st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
                lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
            )
        ),
        max_leaves=5,
    )


@st.composite
def comparisons(draw: st.DrawFn, column: Column) -> str:
    shape = draw(st.sampled_from(["compare", "IN", "NOT IN", "IS NULL", "IS NOT NULL", "between"]))
    if shape.endswith("NULL"):
        return f"{column.name} {shape}"
    if shape.endswith("IN"):
        listed = draw(st.lists(literals(column), min_size=1, max_size=3))
        return f"{column.name} {shape} ({', '.join(listed)})"
    literal = draw(literals(column))
    if column.type is ColumnType.TEXT:
        return f"{column.name} {draw(st.sampled_from(['=', '<>']))} {literal}"
    if shape == "between":
        return f"{column.name} BETWEEN {literal} AND {draw(literals(column))}"
    operator = draw(st.sampled_from(["=", "<>", "<", "<=", ">", ">="]))
    if draw(st.booleans()):
        return f"{literal} {operator} {column.name}"
    return f"{column.name} {operator} {literal}"


def literals(column: Column) -> st.SearchStrategy[str]:
    """Literals on the column's grid, between its points, and far outside its bounds."""
    if column.type is ColumnType.TEXT:
        return st.sampled_from(column.domain).map(lambda text: "'" + text.replace("'", "''") + "'")
    if column.domain:
        return st.sampled_from(column.domain) | st.sampled_from(["0.05", "-99", "7"])
    finer = column.scale + 1
    return (
        scaled_numbers(column).map(lambda value: decimal_text(value, column.scale))
        | scaled_numbers(column).map(lambda value: decimal_text(10 * value + 5, finer))
        | st.sampled_from(["0", "-1000000000", "1000000000.00001"])
    )
