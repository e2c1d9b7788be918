"""GROUP BY to groups of public places, and to the sets of groups that margins are over.

Items are columns, expressions over them, ordinals and aliases of the SELECT list, ROLLUP
and GROUPING SETS.  Margins that cross (CUBE) are refused: they could be subtracted.
"""

from collections.abc import Iterator
from itertools import pairwise, product
from math import prod
from typing import Final, TypeAlias

from sqlglot import exp

from accord.domain.text import printable
from accord.query.derived import group_of
from accord.query.places import as_case, case_group, steps_group
from accord.query.plan import Group
from accord.query.scope import Scope
from accord.query.step_functions import compile_steps

GroupSets: TypeAlias = tuple[tuple[int, ...], ...]
_CLAUSE: Final = frozenset({"expressions"})


def compile_groups(scope: Scope) -> tuple[tuple[Group, ...], GroupSets]:
    """All GROUP BY items, and which of them each grouping set has, finest set first.

    Raises:
        AccordError: An item without public places; sets of which one does not hold the next.
    """
    clause = scope.statement.select.args.get("group")
    if clause is None:
        return (), ((),)
    if any(value for name, value in clause.args.items() if name not in _CLAUSE):
        raise _group_error(scope, clause)
    alternatives = [list(_sets(scope, node)) for node in clause.expressions]
    groups: dict[str, Group] = {}
    for node in (node for sets in alternatives for nodes in sets for node in nodes):
        name = item_name(scope, node)
        if name not in groups:
            groups[name] = _group(scope, node)
    # Bounded before it is multiplied out: a chain has at most one set more than groups.
    if prod(map(len, alternatives)) > len(groups) + 1:
        raise _group_error(scope, clause)
    places = {name: index for index, name in enumerate(groups)}
    joined = [
        frozenset(places[item_name(scope, node)] for nodes in chosen for node in nodes)
        for chosen in product(*alternatives)
    ]
    ordered = sorted(joined, key=len, reverse=True)
    if not all(coarse < fine for fine, coarse in pairwise(ordered)):
        raise _group_error(scope, clause)
    return tuple(groups.values()), tuple(tuple(sorted(found)) for found in ordered)


def item_name(scope: Scope, node: exp.Expr) -> str:
    """How a group is written: equal for SELECT and GROUP BY items that mean the same."""
    node = node.unnest()
    if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
        return scope.column(node).name
    plain = node.copy()
    for column in plain.find_all(exp.Column):
        if column.table.lower() in scope.qualifiers:
            column.set("table", None)
        column.set("this", exp.to_identifier(column.name.lower()))
    return printable(plain.sql("duckdb", comments=False))


def _sets(scope: Scope, node: exp.Expr) -> Iterator[tuple[exp.Expr, ...]]:
    """The alternatives that one element of the clause stands for."""
    if isinstance(node, exp.Rollup):
        levels = [_items(scope, part) for part in node.expressions]
        for depth in range(len(levels), -1, -1):
            yield tuple(item for level in levels[:depth] for item in level)
    elif isinstance(node, exp.GroupingSets):
        for part in node.expressions:
            nested = isinstance(part, (exp.Rollup, exp.GroupingSets))
            yield from _sets(scope, part) if nested else [_items(scope, part)]
    elif isinstance(node, exp.Cube):
        raise _group_error(scope, node)
    else:
        yield _items(scope, node)


def _items(scope: Scope, node: exp.Expr) -> tuple[exp.Expr, ...]:
    node = node.unnest()
    parts = node.expressions if isinstance(node, exp.Tuple) else [node]
    return tuple(_meant(scope, part.unnest()) for part in parts)


def _meant(scope: Scope, node: exp.Expr) -> exp.Expr:
    """What an ordinal or an alias of the SELECT list stands for."""
    if isinstance(node, exp.Literal) and not node.is_string:
        return _selected(scope, node)
    if isinstance(node, exp.Column) and scope.table.column(node.name.lower()) is None:
        return _aliased(scope, node)
    return node


def _selected(scope: Scope, ordinal: exp.Literal) -> exp.Expr:
    items: list[exp.Expr] = scope.statement.select.expressions
    text = ordinal.name
    if not text.isdecimal() or not 1 <= int(text[:6]) <= len(items):
        raise scope.statement.error("E-SQL-032", ordinal, ordinal=text, count=len(items))
    item = items[int(text) - 1].unalias()
    return item.unnest()


def _aliased(scope: Scope, node: exp.Column) -> exp.Expr:
    """A name that is no column may be an alias of the SELECT list, as in DuckDB."""
    for item in scope.statement.select.expressions:
        if isinstance(item, exp.Alias) and item.alias.lower() == node.name.lower():
            return item.unalias().unnest()
    return node


def _group(scope: Scope, node: exp.Expr) -> Group:
    if isinstance(node, exp.Column):
        return _column_group(scope, node)
    name = item_name(scope, node)
    case = as_case(node)
    if case is not None:
        return case_group(scope, name, case)
    steps = compile_steps(scope, node)
    if steps is None:
        raise _group_error(scope, node)
    return steps_group(name, steps)


def _column_group(scope: Scope, node: exp.Column) -> Group:
    column = scope.column(node)
    if not column.domain:
        with_domain = [other.name for other in scope.table.columns if other.domain]
        raise scope.statement.error(
            "E-SQL-031", node, column=column.name, candidates=", ".join(with_domain) or "-"
        )
    return group_of(column)


def _group_error(scope: Scope, node: exp.Expr) -> Exception:
    construct = node.sql("duckdb").strip() or "GROUP BY"
    return scope.statement.error("E-SQL-033", node, construct=construct)
