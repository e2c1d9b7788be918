"""What columns can be in the rows of each cell: GROUP BY moves edges as WHERE does.

In the group ``[50, 52)`` of BIN(age, 2) count and sum of age say how many are 51.
"""

from collections.abc import Collection, Iterator
from itertools import product
from math import prod
from typing import Final, TypeAlias

from accord.query.plan import Group
from accord.query.plan_rows import Compound, Junction, Predicate, Relation
from accord.query.reach import Reach, Reaches, narrowed

Grouping: TypeAlias = tuple[tuple[Group, ...], tuple[tuple[int, ...], ...]]
# Each kind of cell brings counts of its own, which every cell then has to pass.
MAX_KINDS: Final = 64


def reaches_of_cells(
    reaches: Reaches, grouping: Grouping, columns: Collection[str], where: Predicate | None
) -> tuple[Reaches, ...]:
    """What columns can be, once for each kind of cell; nothing if there are too many kinds.

    Args:
        reaches: Behind the conditions of the question and an arm.
        grouping: Groups and sets of the plan.
        columns: Those that matter: groups of other columns make no kinds.
        where: The question's condition: what arm and group leave of one column, relations
            in it carry on to others.
    """
    groups, sets = grouping
    related = Compound(Junction.AND, tuple(_relations(where)))
    kinds: list[Reaches] = []
    for members in dict.fromkeys(_touching(groups, indexes, columns) for indexes in sets):
        chosen = [groups[index] for index in members]
        if len(kinds) + prod(len(group.labels) for group in chosen) > MAX_KINDS:
            return ()
        for places in product(*(range(len(group.labels)) for group in chosen)):
            found: Reaches | None = reaches
            for group, place in zip(chosen, places, strict=True):
                found = None if found is None else _in_place(found, group, place)
            if found is not None:
                kinds.append(narrowed(found, related))
    return tuple(kinds) or (reaches,)


def _relations(condition: Predicate | None) -> Iterator[Predicate]:
    if isinstance(condition, Relation):
        yield condition
    if isinstance(condition, Compound) and condition.junction is Junction.AND:
        for operand in condition.operands:
            yield from _relations(operand)


def _touching(
    groups: tuple[Group, ...], indexes: tuple[int, ...], columns: Collection[str]
) -> tuple[int, ...]:
    return tuple(index for index in indexes if set(groups[index].columns) & set(columns))


def _in_place(reaches: Reaches, group: Group, place: int) -> Reaches | None:
    """None where the column is NULL or no row can be: nothing is summed there."""
    if group.cases:
        for case in group.cases[:place]:
            reaches = narrowed(reaches, case, negated=True)
        return narrowed(reaches, group.cases[place])
    (name,) = group.columns
    if name not in reaches:
        return reaches
    kept = _kept(reaches[name], group, place)
    return None if kept is None else {**reaches, name: kept}


def _kept(reach: Reach, group: Group, place: int) -> Reach | None:
    if group.cuts:
        return next((kept for at, kept in enumerate(_cuts(reach, group)) if at == place), None)
    value = group.values[place]
    return reach.kept([value]) if isinstance(value, int) else None


def _cuts(reach: Reach, group: Group) -> Iterator[Reach | None]:
    lows = (reach.low, *group.cuts)
    highs = (*(cut - 1 for cut in group.cuts), reach.high)
    return (reach.cut(low, high) for low, high in zip(lows, highs, strict=True))
