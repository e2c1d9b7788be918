"""How the intervals of BIN are printed: ``[10, 20)``, and ``< 10``, ``>= 20`` at the ends."""

from bisect import bisect_right
from collections.abc import Sequence

from accord.domain.catalogue import Column, ColumnType
from accord.query.dates import date_text
from accord.query.numbers import decimal_text


def bin_label(column: Column, edges: Sequence[int], value: int) -> str:
    """The interval between rising edges that a value lies in, all as plans hold them."""
    place = bisect_right(edges, value)
    if place == 0:
        return f"< {_text(column, edges[0])}"
    if place == len(edges):
        return f">= {_text(column, edges[-1])}"
    return f"[{_text(column, edges[place - 1])}, {_text(column, edges[place])})"


def _text(column: Column, edge: int) -> str:
    if column.type is ColumnType.DATE:
        return date_text(edge)
    text = decimal_text(edge, column.scale)
    return text.rstrip("0").rstrip(".") if "." in text else text
