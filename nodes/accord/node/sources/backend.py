"""What an opened source gives to the statements that are built over it.

One builder serves files and databases: `measuring` and `examining` make SQLAlchemy Core
statements of what a `Backend` says about its columns and its integers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, FromClause, Select, TextClause, literal_column
from sqlalchemy.types import TypeEngine

from accord.domain.catalogue import Column

NATIVE_LIMIT: Final = 2**63 - 1  # of the integers that every database computes fast
# Beyond every value (10**18) and inside 64 bits: a literal further out compares alike.
MAX_LITERAL: Final = 4 * 10**18


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """The exact integers of a database.

    Attributes:
        wide: Type for numbers beyond 64 bits; None if it has none.
        widest: Largest magnitude of that type, or of 64 bits.
        divide: Operator that divides one natural number by another, rounding down.
    """

    wide: TypeEngine[Any] | None
    widest: int
    divide: str


class Backend(Protocol):
    """One table of a source, opened for reading in one consistent state."""

    @property
    def arithmetic(self) -> Arithmetic:
        """How it computes."""
        ...

    @property
    def relation(self) -> FromClause | TextClause:
        """The rows."""
        ...

    def raw(self, column: Column) -> ColumnElement[Any]:
        """The column as it is stored; empty text is NULL.

        Raises:
            RequestError: E-SRC-032 no such column; E-SRC-037 of a type that cannot be read.
        """
        ...

    def value(self, column: Column) -> ColumnElement[Any]:
        """The column as text, scaled integer or days; NULL also where it cannot be read.

        Text is compared byte by byte; integers have 64 bits.  Errors as `raw`.
        """
        ...

    def fenced(self, statement: Select[Any]) -> Select[Any]:
        """As a subquery whose columns are computed once a row, however often they are used."""
        ...

    def shares(self, key: ColumnElement[Any], rows: int) -> Sequence[ColumnElement[Any] | None]:
        """Conditions that part the rows by key so that each share fits memory; None for all."""
        ...

    def rows(self, statement: Select[Any]) -> Iterator[tuple[Any, ...]]:
        """Run one statement.

        Raises:
            RequestError: E-SRC-031; the source cannot be read as what it is said to be.
        """
        ...


def integer(value: int) -> ColumnElement[Any]:
    """An integer written out: no database takes integers beyond 64 bits as parameters."""
    return literal_column(str(value) if value >= 0 else f"({value})")
