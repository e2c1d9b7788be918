"""The answer: exact moments per released cell, and the numbers made from them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CellMoments:
    """What the opening shows of one released cell: one integer per measure of the plan."""

    cell: int
    moments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A table; every cell of it is text, so that no reader rounds it.

    Attributes:
        columns: Names in the order of the SELECT list.
        units: Unit per column, empty where there is none.
        rows: One tuple per group, in domain order unless the question says another; None
            for SQL NULL.  A withheld group has its labels and `WITHHELD` in every other
            place, or is left out where HAVING or LIMIT choose among rows.
        n: Per row the fewest rows that one of its numbers rests on; None where it is
            withheld.
        withheld: Number of withheld groups, those left out included.
    """

    columns: tuple[str, ...]
    units: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    n: tuple[int | None, ...]
    withheld: int


WITHHELD = "withheld"
