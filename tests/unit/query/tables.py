"""The table that the tests of this folder ask."""

from typing import Any

from accord.domain.catalogue import Column, ColumnType, Table


def column(name: str, kind: ColumnType, **values: Any) -> Column:
    given = {"scale": 0, "minimum": None, "maximum": None, "nulls": False, "domain": (), "unit": ""}
    return Column(name=name, type=kind, title_en="", title_zh="", **{**given, **values})


INCOME = Table(
    version=1,
    name="income",
    key="person",
    parts=("north", "central", "south"),
    max_rows=2**17,
    columns=(
        column("person", ColumnType.TEXT),
        column("region", ColumnType.TEXT, domain=("north", "south")),
        column("age", ColumnType.INTEGER, minimum=0, maximum=120, unit="years"),
        column("class", ColumnType.INTEGER, domain=("1", "2", "7"), nulls=True),
        column("day", ColumnType.INTEGER, domain=tuple(str(day) for day in range(40_000))),
        column(
            "wages",
            ColumnType.DECIMAL,
            scale=2,
            minimum=-10000,
            maximum=25000000,
            nulls=True,
            unit="EUR",
        ),
        column("note", ColumnType.TEXT, nulls=True),
        column("step", ColumnType.INTEGER, minimum=-1, maximum=1),
        column("quarter", ColumnType.INTEGER, minimum=1, maximum=4),
        column("band", ColumnType.INTEGER, minimum=0, maximum=90, domain=("0", "30", "90")),
        column("huge", ColumnType.INTEGER, minimum=-(10**18), maximum=10**18),
        column("loose", ColumnType.INTEGER),
        column("born", ColumnType.DATE, minimum=-20000, maximum=20000, nulls=True),
        column("moved", ColumnType.DATE, minimum=0, maximum=20000),
        column("flag", ColumnType.INTEGER, minimum=0, maximum=1),
    ),
    title_en="",
    title_zh="",
)
TABLES = {"income": INCOME}
