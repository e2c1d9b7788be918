"""The one table a question reads: finds its columns, refuses those nobody may name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from accord.domain.catalogue import Column, Table
from accord.query.nearest import nearest
from accord.query.statement import Statement
from accord.query.unsupported import unsupported

_TABLE_PARTS = frozenset({"this", "alias"})


@dataclass(frozen=True, slots=True)
class Scope:
    """A statement over its table.

    Attributes:
        qualifiers: Names that may stand before a column: the table's and its alias.
        touched: Names of the columns used so far; a grant must cover all of them.
    """

    statement: Statement
    table: Table
    qualifiers: frozenset[str]
    touched: set[str] = field(default_factory=set)

    def column(self, node: exp.Expr) -> Column:
        """The column that ``node`` names.

        Raises:
            AccordError: It names no column of the table, or the key.
        """
        if not isinstance(node, exp.Column) or isinstance(node.this, exp.Star):
            raise unsupported(self.statement, node)
        name, qualifier = node.name.lower(), node.table.lower()
        if (qualifier and qualifier not in self.qualifiers) or node.args.get("db"):
            raise self.statement.error("E-SQL-004", node, table=qualifier, nearest=self.table.name)
        column = self.table.column(name)
        if column is None:
            raise self._unknown(node, name)
        if column.name == self.table.key:
            raise self.statement.error("E-SQL-006", node, column=name, table=self.table.name)
        self.touched.add(column.name)
        return column

    def _unknown(self, node: exp.Expr, name: str) -> Exception:
        known = [column.name for column in self.table.columns if column.name != self.table.key]
        return self.statement.error(
            "E-SQL-005",
            node,
            column=name,
            table=self.table.name,
            nearest=nearest(name, known),
            known=", ".join(known),
        )


def open_scope(statement: Statement, tables: Mapping[str, Table]) -> Scope:
    """Find the one table after FROM.

    Raises:
        RequestError: E-SQL-004 unknown table; E-SQL-007 not exactly one table.
    """
    clause = statement.select.args.get("from_")
    source = clause.this if clause is not None else None
    if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
        raise statement.error("E-SQL-007", source, tables=", ".join(sorted(tables)))
    if any(value for name, value in source.args.items() if name not in _TABLE_PARTS):
        raise statement.error("E-SQL-004", source, table=source.sql("duckdb"), nearest=source.name)
    name = source.name.lower()
    if name not in tables:
        raise statement.error("E-SQL-004", source, table=name, nearest=nearest(name, tables) or "-")
    alias = source.alias.lower()
    return Scope(statement, tables[name], frozenset({alias or name, name}))
