"""What a table looks like to the others: the shared half of a description.

Every part publishes the same shared half; its digest is the table's identity.
"""

from dataclasses import dataclass
from enum import StrEnum

from accord.domain import codec


class ColumnType(StrEnum):
    """How values are written in questions and encoded in contributions."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    """One column as all parts agree on it.

    Attributes:
        scale: Digits after the point; 0 unless ``type`` is decimal.
        minimum: Smallest value times 10**scale, for dates in days since 1970-01-01; None
            for text, and for numbers with public values only.
        maximum: Largest value times 10**scale; None likewise.
        nulls: Whether NULL may occur; NULL in a domain column makes a group of its own.
        domain: Public values of a group-by column, in publication order: decimal
            literals for numbers, YYYY-MM-DD for dates, the text itself for text; empty if the
            domain is not public.
        unit: Free text such as ``"USD"``; may be empty.
        bins: Lower edges, rising, of the intervals that GROUP BY BIN(column) makes, as
            literals; empty if none are declared.
    """

    name: str
    type: ColumnType
    scale: int
    minimum: int | None
    maximum: int | None
    nulls: bool
    domain: tuple[str, ...]
    unit: str
    title_en: str
    title_zh: str
    bins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The shared half of a description.

    Attributes:
        key: Name of the column that identifies a person: unique per part, never asked for.
        parts: Members that each hold some of the rows, in consortium order.
        max_rows: Public bound on the rows of one part; a power of two.
    """

    version: int
    name: str
    key: str
    parts: tuple[str, ...]
    max_rows: int
    columns: tuple[Column, ...]
    title_en: str
    title_zh: str

    def digest(self) -> bytes:
        """Identity of the table: equal at every part or the table cannot be asked."""
        return codec.digest("table", self)

    def column(self, name: str) -> Column | None:
        """The column of that name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class Offer:
    """One part's published entry; signed by its member's record key.

    Attributes:
        epoch: Counts this part's publications of the table, from 1.
        data_version: Salted commitment to the part's present rows (32 bytes).
    """

    version: int
    member: str
    table: Table
    epoch: int
    data_version: bytes
