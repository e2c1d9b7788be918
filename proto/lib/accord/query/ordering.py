"""ORDER BY, LIMIT and OFFSET: over released rows only, after everything is opened."""

from typing import Final

from sqlglot import exp

from accord.query.context import Context
from accord.query.plan_answer import Order, Output
from accord.query.statement import Statement
from accord.query.unsupported import shown
from accord.query.values import compile_value

_MAX_DIGITS: Final = 9


def compile_order(context: Context, outputs: tuple[Output, ...]) -> tuple[Order, ...]:
    """The ORDER BY items; NULLs stand last unless the item says otherwise, as in DuckDB.

    Raises:
        AccordError: E-SQL-051 an item that orders nothing; or as `compile_value`.
    """
    clause = context.statement.select.args.get("order")
    if clause is None:
        return ()
    return tuple(_item(context, outputs, item) for item in clause.expressions)


def compile_limit(statement: Statement) -> int | None:
    """How many rows are shown; E-SQL-051 for anything but a whole number."""
    clause = statement.select.args.get("limit")
    if clause is None:
        return None
    if not isinstance(clause, exp.Limit) or clause.args.get("limit_options"):
        raise statement.error_at_word(
            "E-SQL-051", "LIMIT" if isinstance(clause, exp.Limit) else "FETCH", clause="LIMIT"
        )
    return _whole(statement, clause.expression, "LIMIT")


def compile_offset(statement: Statement) -> int:
    """How many rows are left out before; E-SQL-051 likewise."""
    clause = statement.select.args.get("offset")
    return 0 if clause is None else _whole(statement, clause.expression, "OFFSET")


def _item(context: Context, outputs: tuple[Output, ...], item: exp.Ordered) -> Order:
    node = item.this.unnest()
    nulls_first = bool(item.args.get("nulls_first"))
    descending = bool(item.args.get("desc"))
    if isinstance(node, exp.Literal):
        count, text = len(outputs), node.name
        if node.is_string or not text.isdecimal() or not 1 <= int(text[:_MAX_DIGITS]) <= count:
            raise context.statement.error("E-SQL-032", node, ordinal=shown(node), count=count)
        return Order(outputs[int(text) - 1].expression, descending, nulls_first)
    if isinstance(node, exp.Var) or item.args.get("with_fill"):  # ORDER BY ALL
        raise context.statement.error_at_word("E-SQL-051", "ORDER BY", clause="ORDER BY")
    return Order(compile_value(context, node), descending, nulls_first)


def _whole(statement: Statement, node: exp.Expr, clause: str) -> int:
    node = node.unnest()
    text = node.name if isinstance(node, exp.Literal) and not node.is_string else ""
    if not text.isdecimal() or len(text) > _MAX_DIGITS:
        raise statement.error_at_word("E-SQL-051", clause, clause=clause)
    return int(text)
