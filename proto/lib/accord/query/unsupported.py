"""Which sentence fits something that SQL can say and a question cannot."""

from typing import Final

from sqlglot import exp

from accord.domain.errors import AccordError
from accord.domain.text import printable
from accord.query.instead import nearest_question
from accord.query.statement import Statement

_SHOWN_CHARACTERS: Final = 80
# First match wins: a window over MAX is a window.
_BY_TYPE: Final[tuple[tuple[str, tuple[type[exp.Expr], ...]], ...]] = (
    ("E-SQL-008", (exp.Star,)),
    ("E-SQL-010", (exp.Subquery, exp.Select, exp.SetOperation, exp.Exists)),
    ("E-SQL-011", (exp.Window,)),
    ("E-SQL-012", (exp.Case, exp.If, exp.Filter, exp.Coalesce, exp.Nullif)),
    ("E-SQL-013", (exp.Min, exp.Max, exp.ArgMax, exp.ArgMin, exp.First, exp.Last, exp.AnyValue)),
    ("E-SQL-013", (exp.IgnoreNulls,)),
    ("E-SQL-014", (exp.Distinct, exp.ApproxDistinct)),
    ("E-SQL-054", (exp.Median, exp.PercentileCont, exp.PercentileDisc, exp.Quantile)),
    ("E-SQL-054", (exp.WithinGroup,)),
    ("E-SQL-015", (exp.Cast, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod)),
    ("E-SQL-015", (exp.Pow, exp.Abs, exp.Round, exp.Sqrt, exp.Literal, exp.Boolean)),
    ("E-SQL-016", (exp.Func,)),
)


def shown(node: exp.Expr) -> str:
    """What was written, for an error's sentence."""
    text = printable(node.sql("duckdb", comments=False))
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 4]} ..."


def unsupported(statement: Statement, node: exp.Expr) -> AccordError:
    """The refusal of ``node`` that says what to ask instead."""
    facts = {
        "construct": shown(node),
        "function": _name(node),
        "instead": nearest_question(statement, node),
    }
    for code, types in _BY_TYPE:
        if isinstance(node, types) and not isinstance(node, exp.Connector):
            return statement.error(code, node, **facts)
    return statement.error("E-SQL-017", node, **facts)


def _name(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous):
        return str(node.this).upper()
    return node.sql_name() if isinstance(node, exp.Func) else node.key.upper()
