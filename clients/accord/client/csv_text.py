"""An answer as CSV: RFC 4180, UTF-8, a header of column names."""

import re
from collections.abc import Sequence
from typing import Final

from accord.client.columns import N_COLUMN, column_names
from accord.domain.answer import Answer

_END: Final = "\r\n"
_NEEDS_QUOTES: Final = re.compile(r'[",\r\n]|^$|^\s|\s$')


def answer_to_csv(answer: Answer) -> str:
    """One line a group, every cell as the answer has it, so that nothing is rounded.

    Behind the columns stands ``n``: how many rows the numbers of the line rest on at least.
    A withheld cell is the word ``withheld``; NULL is an empty field and empty text a quoted
    one.
    """
    counts = (None if n is None else str(n) for n in answer.n)
    rows = ((*row, n) for row, n in zip(answer.rows, counts, strict=True))
    lines = ((*answer.columns, *column_names(answer.columns, N_COLUMN)[-1:]), *rows)
    return "".join(_line(cells) + _END for cells in lines)


def _line(cells: Sequence[str | None]) -> str:
    return ",".join(map(_field, cells))


def _field(cell: str | None) -> str:
    if cell is None:
        return ""
    if _NEEDS_QUOTES.search(cell):
        return '"' + cell.replace('"', '""') + '"'
    return cell
