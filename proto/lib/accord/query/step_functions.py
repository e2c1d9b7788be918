"""SQL's functions of one column to `accord.query.steps`: rounding, parts of dates, text."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from sqlglot import exp

from accord.domain.catalogue import Column, ColumnType
from accord.query.bins import bins
from accord.query.dates import PARTS, Period, part_of, starts, truncated
from accord.query.lines import line
from accord.query.literals import is_constant, number, plain_text
from accord.query.plan import MAX_CELLS
from accord.query.scope import Scope
from accord.query.steps import Kind, Steps, Value, listed_texts, stepped
from accord.query.text_functions import left, lower, right, substring, upper

_PART_NAMES: Final[Mapping[type[exp.Expr], str]] = {
    exp.Year: "YEAR",
    exp.Quarter: "QUARTER",
    exp.Month: "MONTH",
    exp.Week: "WEEK",
    exp.WeekOfYear: "WEEK",
    exp.Day: "DAY",
    exp.DayOfMonth: "DAY",
    exp.DayOfWeek: "DAYOFWEEK",
    exp.DayOfWeekIso: "ISODOW",
    exp.DayOfYear: "DAYOFYEAR",
}
_SYNONYMS: Final = {"DOW": "DAYOFWEEK", "DOY": "DAYOFYEAR"}
_ARITHMETIC: Final = (exp.Add, exp.Sub, exp.Mul)


def compile_steps(scope: Scope, node: exp.Expr) -> Steps | None:
    """The function that an expression is of one column; None if it is another expression.

    Raises:
        AccordError: E-SQL-022, E-SQL-027, E-SQL-030, E-SQL-061 or E-SQL-062.
    """
    node = node.unnest()
    if isinstance(node, exp.Anonymous):
        return _named(scope, node)
    if type(node) in _PART_NAMES:
        return _part(scope, node, _PART_NAMES[type(node)], node.this)
    handler = _HANDLERS.get(type(node))
    return handler(scope, node) if handler else None


def _named(scope: Scope, node: exp.Expr) -> Steps | None:
    name, arguments = node.name.upper(), node.expressions
    if name == "BIN":
        return bins(scope, node)
    if name == "DATE_PART" and len(arguments) == 2 and arguments[0].is_string:  # noqa: PLR2004
        return _part(scope, node, arguments[0].name, arguments[1])
    return None


def _extract(scope: Scope, node: exp.Expr) -> Steps | None:
    return _part(scope, node, node.name, node.expression)


def _part(scope: Scope, node: exp.Expr, name: str, argument: exp.Expr) -> Steps | None:
    part = _SYNONYMS.get(name.upper(), name.upper())
    if part not in PARTS:
        return None
    column = _date_column(scope, node, argument)
    edges = _periods(scope, node, column, PARTS[part][0])
    return stepped(column, Kind.INTEGER, lambda day: part_of(day, part), edges)


def _date_trunc(scope: Scope, node: exp.Expr) -> Steps | None:
    unit = node.text("unit").lower()
    if unit not in set(Period):
        return None
    period, column = Period(unit), _date_column(scope, node, node.this)
    edges = _periods(scope, node, column, period)
    return stepped(column, Kind.DATE, lambda day: truncated(day, period), edges)


def _date_column(scope: Scope, node: exp.Expr, argument: exp.Expr) -> Column:
    column = bounded_column(scope, node, argument)
    if column.type is not ColumnType.DATE:
        raise scope.statement.error("E-SQL-061", argument, column=column.name, function=_name(node))
    return column


def bounded_column(scope: Scope, node: exp.Expr, argument: exp.Expr) -> Column:
    """A number or date that has bounds or public values; errors E-SQL-026 and E-SQL-027."""
    column = scope.column(argument.unnest())
    if column.type is ColumnType.TEXT:
        raise scope.statement.error("E-SQL-026", argument, column=column.name, function=_name(node))
    if not column.domain and column.minimum is None:
        raise scope.statement.error("E-SQL-027", argument, column=column.name, function=_name(node))
    return column


def _periods(scope: Scope, node: exp.Expr, column: Column, period: Period) -> list[int]:
    if column.minimum is None or column.maximum is None:
        return []
    found: list[int] = []
    for edge in starts(column.minimum, column.maximum, period):
        if len(found) == MAX_CELLS:
            raise too_many(scope, node, MAX_CELLS + 1)
        found.append(edge)
    return found


def too_many(scope: Scope, node: exp.Expr, cells: int) -> Exception:
    """The error that a function has more steps than a question may have cells."""
    return scope.statement.error("E-SQL-030", node, cells=cells, limit=MAX_CELLS)


def _rounded(scope: Scope, node: exp.Expr) -> Steps | None:
    if node.args.get("decimals") is not None or node.args.get("to") is not None:
        return None
    found = line(scope, node.this)
    return None if found is None else found.steps(scope, node, up=isinstance(node, exp.Ceil))


def _whole_quotient(scope: Scope, node: exp.Expr) -> Steps | None:
    """DuckDB cuts towards zero, and only where both are integers."""
    found, divisor = line(scope, node.this), node.expression.unnest()
    width = int(divisor.name) if isinstance(divisor, exp.Literal) and divisor.is_int else 0
    if found is None or not found.whole or not width:
        return None
    return found.divided(width).cut_steps(scope, node)


def _arithmetic(scope: Scope, node: exp.Expr) -> Steps | None:
    """A step function plus, minus or times a literal."""
    if not is_constant(node.expression):
        return None
    inner = compile_steps(scope, node.this)
    if inner is None or inner.kind not in (Kind.INTEGER, Kind.DOUBLE):
        return None
    other = number(scope, inner.column.name, node.expression)
    if inner.kind is Kind.INTEGER and other.denominator != 1:
        return None
    return inner.mapped(inner.kind, lambda value: _calculated(type(node), value, other))


def _calculated(operator: type[exp.Expr], value: Value, other: Fraction) -> Value:
    number_ = Fraction(value)
    if operator is exp.Mul:
        return number_ * other
    return number_ + other if operator is exp.Add else number_ - other


def _text_function(scope: Scope, node: exp.Expr) -> Steps | None:
    inner, function = compile_texts(scope, node.this), _text_operation(scope, node)
    if inner is None or function is None:
        return None
    return inner.mapped(Kind.TEXT, lambda value: function(str(value)))


def compile_texts(scope: Scope, node: exp.Expr) -> Steps | None:
    """A coded text column, or a text function of one; None if it is neither.

    Raises:
        AccordError: E-SQL-022 its values are not public.
    """
    node = node.unnest()
    if not isinstance(node, exp.Column):
        steps = compile_steps(scope, node)
        return steps if steps is not None and steps.kind is Kind.TEXT else None
    column = scope.column(node)
    if column.type is not ColumnType.TEXT:
        raise scope.statement.error("E-SQL-062", node, column=column.name)
    if not column.domain:
        raise scope.statement.error("E-SQL-022", node, column=column.name)
    return listed_texts(column)


def _text_operation(scope: Scope, node: exp.Expr) -> Callable[[str], str] | None:
    if isinstance(node, exp.Upper):
        return upper
    if isinstance(node, exp.Lower):
        return lower
    if isinstance(node, exp.Trim):
        plain = all(value is None for name, value in node.args.items() if name != "this")
        return (lambda text: text.strip(" ")) if plain else None
    if isinstance(node, exp.DPipe):
        ending = plain_text(scope, "||", node.expression) if is_constant(node.expression) else None
        return None if ending is None else lambda text: text + ending
    return _cutting(node)


def _cutting(node: exp.Expr) -> Callable[[str], str] | None:
    """LEFT, RIGHT and SUBSTR with counts that are written out and not negative."""
    if isinstance(node, exp.Substring):
        start, length = _count(node.args.get("start")), _count(node.args.get("length"))
        if not start or (length is None and node.args.get("length") is not None):
            return None
        return lambda text: substring(text, start, length)
    count = _count(node.expression)
    if count is None:
        return None
    cut = left if isinstance(node, exp.Left) else right
    return lambda text: cut(text, count)


def _count(node: exp.Expr | None) -> int | None:
    return int(node.name) if isinstance(node, exp.Literal) and node.is_int else None


def _name(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous):
        return node.name.upper()
    return node.sql_name() if isinstance(node, exp.Func) else node.key.upper()


_HANDLERS: Final[Mapping[type[exp.Expr], Callable[[Scope, exp.Expr], Steps | None]]] = {
    exp.TimestampTrunc: _date_trunc,
    exp.DateTrunc: _date_trunc,
    exp.Extract: _extract,
    exp.Floor: _rounded,
    exp.Ceil: _rounded,
    exp.IntDiv: _whole_quotient,
    **dict.fromkeys(_ARITHMETIC, _arithmetic),
    **dict.fromkeys(
        (exp.Upper, exp.Lower, exp.Trim, exp.DPipe, exp.Left, exp.Right, exp.Substring),
        _text_function,
    ),
}
