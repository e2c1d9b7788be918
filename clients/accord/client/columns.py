"""The columns of an answer for files and frames, with two of our own behind them."""

from collections.abc import Sequence
from itertools import count
from typing import Any, Final

from accord.client.numbers import Cell

N_COLUMN: Final = "n"
WITHHELD_COLUMN: Final = "withheld"


def column_names(names: Sequence[str], *added: str) -> tuple[str, ...]:
    """All names in order; one that comes again gets a number, for frames find columns by name."""
    taken: list[str] = []
    for name in (*names, *added):
        numbered = (f"{name}_{number}" for number in count(2))
        free = name if name not in taken else next(new for new in numbered if new not in taken)
        taken.append(free)
    return tuple(taken)


def columns_of(
    names: Sequence[str], rows: Sequence[Sequence[Cell]], n: Sequence[int | None]
) -> dict[str, list[Any]]:
    """By name: the answer's columns, the rows behind each row, and whether it is withheld."""
    found: list[list[Any]] = [[row[at] for row in rows] for at in range(len(names))]
    found += [list(n), [number is None for number in n]]
    return dict(zip(column_names(names, N_COLUMN, WITHHELD_COLUMN), found, strict=True))
