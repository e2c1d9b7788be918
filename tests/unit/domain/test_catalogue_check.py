"""Everything a member could write into a table that the others could not bear is refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from accord.domain.catalogue import Column, ColumnType, Table
from accord.domain.catalogue_check import MAX_DOMAIN, MAX_SCALED, check_table
from accord.domain.errors import RequestError
from tests.unit.query.tables import INCOME, column

AMOUNT = column("amount", ColumnType.DECIMAL, scale=2, minimum=-MAX_SCALED, maximum=MAX_SCALED)


DAY = column("day", ColumnType.DATE, minimum=-719_162, maximum=2_932_896)


def having(*columns: Column) -> Table:
    return replace(INCOME, columns=(column("person", ColumnType.TEXT), *columns))


def amount(**values: Any) -> Table:
    return having(replace(AMOUNT, **values))


def day(**values: Any) -> Table:
    return having(replace(DAY, **values))


def region(**values: Any) -> Table:
    return having(column("region", ColumnType.TEXT, **values))


@pytest.mark.parametrize(
    "table",
    [
        INCOME,
        having(AMOUNT),
        region(domain=("Köln", 'say "hi"', "two\nlines", "a\tb")),
        amount(scale=18),
        amount(minimum=None, maximum=None, domain=("1", "1.1", "-1.10", "0.00")),
        replace(INCOME, max_rows=1, title_en="x" * 300, title_zh="收入\u3000表"),
        replace(INCOME, max_rows=2**40),
        having(column("days", ColumnType.INTEGER, domain=tuple(map(str, range(MAX_DOMAIN))))),
        replace(INCOME, columns=(column("person", ColumnType.INTEGER),)),
        day(domain=("2024-02-29", "0001-01-01", "9999-12-31")),
        day(bins=("2024-01-01", "2024-02-01")),
        amount(bins=("-5", "0", "0.01", "1000")),
    ],
)
def test_a_table_that_a_description_can_make_passes(table: Table) -> None:
    check_table(table)


WRONG: list[tuple[str, Callable[[], Table]]] = [
    ("name", lambda: replace(INCOME, name="income; DROP")),
    ("name", lambda: replace(INCOME, name="x" * 41)),
    ("version", lambda: replace(INCOME, version=2)),
    ("parts", lambda: replace(INCOME, parts=())),
    ("parts", lambda: replace(INCOME, parts=("north", "north"))),
    ("parts", lambda: replace(INCOME, parts=("north", "\x1b[2J"))),
    ("max_rows", lambda: replace(INCOME, max_rows=0)),
    ("max_rows", lambda: replace(INCOME, max_rows=-2)),
    ("max_rows", lambda: replace(INCOME, max_rows=1000)),
    ("max_rows", lambda: replace(INCOME, max_rows=2**41)),
    ("title", lambda: replace(INCOME, title_en="\x1b[2J")),
    ("title", lambda: replace(INCOME, title_zh="\u202e")),
    ("title", lambda: replace(INCOME, title_en="x" * 301)),
    ("title", lambda: replace(INCOME, title_en="two\nlines")),
    ("columns", lambda: having(AMOUNT, AMOUNT)),
    ("columns", lambda: having(replace(AMOUNT, name="Amount"))),
    ("columns", lambda: having(replace(AMOUNT, name=""))),
    ("key", lambda: replace(INCOME, key="nobody")),
    ("key", lambda: replace(INCOME, key="region")),
    ("key", lambda: replace(INCOME, key="wages")),
    ("key", lambda: replace(INCOME, columns=(column("person", ColumnType.TEXT, nulls=True),))),
    ("amount.scale", lambda: amount(scale=19)),
    ("amount.scale", lambda: amount(scale=3_000_000)),
    ("amount.scale", lambda: amount(scale=-1)),
    ("amount.scale", lambda: amount(type=ColumnType.INTEGER, scale=1)),
    ("region.scale", lambda: region(scale=1)),
    ("amount.min", lambda: amount(minimum=-MAX_SCALED - 1)),
    ("amount.min", lambda: amount(maximum=MAX_SCALED + 1)),
    ("amount.min", lambda: amount(minimum=5, maximum=4)),
    ("amount.min", lambda: amount(minimum=None)),
    ("amount.min", lambda: amount(maximum=None)),
    ("region.min", lambda: region(minimum=0, maximum=1)),
    ("amount.unit", lambda: amount(unit="\x1b]0;EUR\x07")),
    ("amount.unit", lambda: amount(unit="x" * 61)),
    ("amount.title", lambda: amount(title_zh="\x9b2J")),
    ("amount.domain", lambda: amount(domain=("1", "1.0"))),
    ("amount.domain", lambda: amount(domain=("1.001",))),
    ("amount.domain", lambda: amount(domain=("ten",))),
    ("amount.domain", lambda: amount(domain=("1e9",))),
    ("amount.domain", lambda: amount(domain=("",))),
    ("amount.domain", lambda: amount(domain=("١",))),
    ("amount.domain", lambda: amount(domain=("10000000000000000.01",))),
    ("amount.domain", lambda: amount(domain=("9" * 100_000,))),
    ("region.domain", lambda: region(domain=("north", "north"))),
    ("region.domain", lambda: region(domain=("north", ""))),
    ("region.domain", lambda: region(domain=("north", "\x1b[2J"))),
    ("region.domain", lambda: region(domain=("north", "\rsouth"))),
    ("region.domain", lambda: region(domain=("x" * 1001,))),
    ("region.domain", lambda: region(domain=tuple(map(str, range(MAX_DOMAIN + 1))))),
    ("region.bins", lambda: region(bins=("a", "b"))),
    ("amount.bins", lambda: amount(bins=("1", "1.0"))),
    ("amount.bins", lambda: amount(bins=("2", "1"))),
    ("amount.bins", lambda: amount(bins=("0.001",))),
    ("amount.bins", lambda: amount(bins=tuple(map(str, range(MAX_DOMAIN + 1))))),
    ("day.scale", lambda: day(scale=1)),
    ("day.min", lambda: day(minimum=-719_163)),
    ("day.min", lambda: day(maximum=2_932_897)),
    ("day.domain", lambda: day(domain=("2023-02-29",))),
    ("day.domain", lambda: day(domain=("20240101",))),
    ("day.domain", lambda: day(domain=("2024-W01-1",))),
    ("day.bins", lambda: day(bins=("2024-02-01", "2024-01-01"))),
    ("key", lambda: replace(day(), key="day")),
]


@pytest.mark.parametrize(("thing", "make"), WRONG)
def test_a_table_that_no_description_makes_is_refused(
    thing: str, make: Callable[[], Table]
) -> None:
    with pytest.raises(RequestError) as caught:
        check_table(make())

    assert caught.value.code == "E-CAT-001"
    assert caught.value.facts["thing"] == thing


def test_the_refusal_itself_can_be_printed() -> None:
    """A name of a megabyte with control characters does not get into error and record."""
    with pytest.raises(RequestError) as caught:
        check_table(replace(INCOME, name="\x1b[2J" * 1_000_000))

    table = str(caught.value.facts["table"])
    assert table.startswith("\\x1b[2J")
    assert len(table) < 100
