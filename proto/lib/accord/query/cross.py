"""``CHI_SQUARE(a, b)``: the whole question is one cross table and the test of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sqlglot import exp

from accord.query.aggregates import call_arguments
from accord.query.groups import compile_groups
from accord.query.measures import Sums, function_name
from accord.query.plan import Group
from accord.query.plan_answer import Aggregate, Function, Piece
from accord.query.plan_rows import Comparison, Compound, Condition, Junction, Predicate
from accord.query.scope import Scope
from accord.query.statement import Statement
from accord.query.unsupported import shown

NAME: Final = "CHI_SQUARE"
_CLAUSES: Final = frozenset({"expressions", "from_", "where"})
_OUTPUTS: Final[Mapping[str, Function]] = {
    "chi_square": Function.CHI_SQUARE,
    "df": Function.CHI_SQUARE_DF,
    "p": Function.CHI_SQUARE_P,
    "cramers_v": Function.CRAMERS_V,
    "n": Function.CROSS_COUNT,
}


@dataclass(frozen=True, slots=True)
class CrossTable:
    """Rows and columns of the table, and the rows of data that fall into it."""

    groups: tuple[Group, Group]
    where: Predicate | None


def is_cross(node: exp.Expr) -> bool:
    """Whether it is a call of CHI_SQUARE."""
    return isinstance(node, exp.Anonymous) and function_name(node) == NAME


def cross_call(statement: Statement) -> exp.Expr | None:
    """The call that makes the question a cross table.

    Raises:
        AccordError: E-SQL-053; something else is asked beside it.
    """
    calls = [one for one in statement.select.find_all(exp.Anonymous) if is_cross(one)]
    if not calls:
        return None
    items: list[exp.Expr] = statement.select.expressions
    clauses = {name for name, value in statement.select.args.items() if value}
    if len(items) > 1 or items[0].unalias().unnest() is not calls[0] or clauses - _CLAUSES:
        raise _error(statement, calls[0])
    found: exp.Expr = calls[0]
    return found


def compile_cross(scope: Scope, call: exp.Expr, where: Predicate | None) -> CrossTable:
    """The table's groups; rows with NULL in one of them are in no cell of it.

    Raises:
        AccordError: E-SQL-053 no two groupings; or as `compile_groups`.
    """
    arguments = call_arguments(call)
    grouped = scope.statement.select.copy()
    grouped.set("group", exp.Group(expressions=[one.copy() for one in arguments]))
    groups, sets = compile_groups(
        replace(scope, statement=replace(scope.statement, select=grouped))
    )
    if len(arguments) != 2 or sets != ((0, 1),):  # noqa: PLR2004 - rows and columns
        raise _error(scope.statement, call)
    rows, columns = (_without_null(group) for group in groups)
    if min(len(rows.labels), len(columns.labels)) < 2:  # noqa: PLR2004 - no degree of freedom
        raise _error(scope.statement, call)
    filled = [] if where is None else [where]
    nullable = {column.name: column for column in scope.table.columns if column.nulls}
    for name in sorted({*rows.columns, *columns.columns} & set(nullable)):
        null = Condition(name, Comparison.IS_NULL, (), nullable[name].scale)
        filled.append(Compound(Junction.NOT, (null,)))
    if len(filled) < 2:  # noqa: PLR2004 - nothing to join
        return CrossTable((rows, columns), filled[0] if filled else None)
    return CrossTable((rows, columns), Compound(Junction.AND, tuple(filled)))


def cross_outputs(sums: Sums, alias: str) -> Iterator[tuple[str, Aggregate]]:
    """Names and expressions of the answer's columns; an alias stands before each."""
    piece = Piece((), (sums.count(None, ()),))
    for name, function in _OUTPUTS.items():
        yield f"{alias}.{name}" if alias else name, Aggregate(function, (piece,))


def _without_null(group: Group) -> Group:
    if None not in group.values:
        return group
    return replace(group, values=group.values[:-1], labels=group.labels[:-1])


def _error(statement: Statement, node: exp.Expr) -> Exception:
    return statement.error("E-SQL-053", node, construct=shown(node))
