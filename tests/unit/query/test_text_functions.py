"""Text functions and patterns over public values say what DuckDB says."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.query.text_functions import left, like, lower, right, substring, upper

texts = st.text(st.sampled_from("abzAZ éÉßñ北%_-"), max_size=8)
patterns = st.text(st.sampled_from("abA%_éÉ北~"), max_size=8)


def in_duckdb(expression: str, *values: object) -> object:
    found = duckdb.execute(f"SELECT {expression}", values).fetchone()
    assert found is not None
    return found[0]


@given(text=texts)
def test_capitals_and_small_letters(text: str) -> None:
    assert upper(text) == in_duckdb("upper(?)", text)
    assert lower(text) == in_duckdb("lower(?)", text)


@given(text=texts, count=st.integers(0, 10), start=st.integers(1, 10))
def test_cuts(text: str, count: int, start: int) -> None:
    assert left(text, count) == in_duckdb("left(?, ?)", text, count)
    assert right(text, count) == in_duckdb("right(?, ?)", text, count)
    assert substring(text, start, count) == in_duckdb("substr(?, ?, ?)", text, start, count)
    assert substring(text, start, None) == in_duckdb("substr(?, ?)", text, start)


@given(text=texts, pattern=patterns)
def test_patterns(text: str, pattern: str) -> None:
    assert like(pattern)(text) == in_duckdb("? LIKE ?", text, pattern)
    assert like(pattern, fold=True)(text) == in_duckdb("? ILIKE ?", text, pattern)


@given(text=texts, pattern=patterns.filter(lambda text: not text.replace("~~", "").endswith("~")))
def test_escaped_patterns(text: str, pattern: str) -> None:
    assert like(pattern, "~")(text) == in_duckdb("? LIKE ? ESCAPE '~'", text, pattern)


def test_many_wildcards_take_no_longer_than_the_text_is_long() -> None:
    """Each piece is searched once: a backtracking search would never come back."""
    assert not like("%a" * 400 + "%b")("a" * 1_000)


def test_a_pattern_does_not_end_with_its_escape_character() -> None:
    with pytest.raises(ValueError, match="a~"):
        like("a~", "~")
