"""Made-up conditions, for WHERE, FILTER and CASE."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import strategies as st

from accord.domain.catalogue import Column, ColumnType
from accord.query.numbers import decimal_text


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
    if column.type is ColumnType.DATE:
        return days(column)
    if column.domain:
        return st.sampled_from(column.domain) | st.sampled_from(["0.05", "-99", "7"])
    finer = column.scale + 1
    return (
        inside(column).map(lambda value: decimal_text(value, column.scale))
        | inside(column).map(lambda value: decimal_text(10 * value + 5, finer))
        | st.sampled_from(["0", "-1000000000", "1000000000.00001"])
    )


def days(column: Column) -> st.SearchStrategy[str]:
    if column.domain:
        known = st.sampled_from(column.domain)
    else:
        known = inside(column).map(lambda day: (date(1970, 1, 1) + timedelta(day)).isoformat())
    return known.map(lambda text: f"DATE '{text}'") | st.just("DATE '1800-02-28'")


def inside(column: Column) -> st.SearchStrategy[int]:
    assert column.minimum is not None
    assert column.maximum is not None
    return st.integers(column.minimum, column.maximum)
