"""A table with dates, declared bins and coded text, for groups and conditions."""

from accord.domain.catalogue import ColumnType, Table
from accord.query.dates import parse_date
from tests.unit.query.tables import column

VISITS = Table(
    version=1,
    name="visits",
    key="person",
    parts=("north", "south"),
    max_rows=2**10,
    columns=(
        column("person", ColumnType.TEXT),
        column("region", ColumnType.TEXT, domain=("North", "north-east", "South"), nulls=True),
        column("origin", ColumnType.TEXT, domain=("South", "North", "abroad")),
        column("note", ColumnType.TEXT, nulls=True),
        column("class", ColumnType.INTEGER, domain=("1", "2", "7"), nulls=True),
        column("age", ColumnType.INTEGER, minimum=0, maximum=99, bins=("0", "18", "65")),
        column("depth", ColumnType.INTEGER, minimum=-25, maximum=25, nulls=True),
        column("wages", ColumnType.DECIMAL, scale=2, minimum=0, maximum=500000, nulls=True),
        column("loose", ColumnType.INTEGER),
        column(
            "came",
            ColumnType.DATE,
            minimum=parse_date("2022-11-15"),
            maximum=parse_date("2024-03-10"),
            bins=("2023-01-01", "2024-01-01"),
        ),
        column(
            "left_on",
            ColumnType.DATE,
            minimum=parse_date("2022-11-15"),
            maximum=parse_date("2024-06-30"),
            nulls=True,
        ),
        column("cutoff", ColumnType.DATE, domain=("2023-12-31", "2024-12-31")),
    ),
    title_en="",
    title_zh="",
)
