"""GROUP BY items to SQL, and what comes back to the public places of a group."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, case

from accord.node.sources.backend import integer
from accord.node.sources.predicates import Predicates
from accord.query.plan import Group

_NOWHERE = -1


def place_key(group: Group, predicates: Predicates) -> ColumnElement[Any]:
    """What to group by: a value where places are values, else the place itself.

    Raises:
        RefusalError: E-SRC-043; a number in a case would be too large for the database.
    """
    if group.cases:
        cases = [(predicates.sql(one), integer(place)) for place, one in enumerate(group.cases)]
        return case(*cases, else_=integer(_NOWHERE))
    column = predicates.columns[group.columns[0]]
    if not group.cuts:
        return column
    return case((column.is_not(None), _bin(column, group.cuts, predicates.arithmetic.divide)))


def place_of(group: Group) -> Callable[[Any], int | None]:
    """Finds the place for a key that `place_key` made; None if it has none."""
    if group.cases:
        return lambda key: None if key == _NOWHERE else int(key)
    if group.cuts:
        null = len(group.cuts) + 1 if None in group.values else None
        return lambda key: null if key is None else int(key)
    return {value: place for place, value in enumerate(group.values)}.get


def _bin(column: ColumnElement[Any], cuts: Sequence[int], divide: str) -> ColumnElement[Any]:
    first, last = cuts[0], cuts[-1]
    step = cuts[1] - first if len(cuts) > 1 else 0
    if any(right - left != step for left, right in pairwise(cuts)) or not step:
        return _search(column, cuts, 0)
    above = (column - integer(first)).self_group().op(divide, precedence=8)(integer(step))
    return case(
        (column < integer(first), integer(0)),
        (column >= integer(last), integer(len(cuts))),
        else_=above + integer(1),
    )


def _search(column: ColumnElement[Any], cuts: Sequence[int], below: int) -> ColumnElement[Any]:
    """Binary search, so that a thousand bins cost ten comparisons."""
    if not cuts:
        return integer(below)
    middle = len(cuts) // 2
    return case(
        (column < integer(cuts[middle]), _search(column, cuts[:middle], below)),
        else_=_search(column, cuts[middle + 1 :], below + middle + 1),
    )
