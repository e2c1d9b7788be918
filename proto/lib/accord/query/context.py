"""Where the expressions of an answer stand: their sums, groups, and names."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlglot import exp

from accord.query.groups import item_name
from accord.query.measures import Sums
from accord.query.plan import Group
from accord.query.statement import Statement


@dataclass(frozen=True, slots=True)
class Context:
    """What a question has compiled before its expressions.

    Attributes:
        sums: Gets the aggregates' sums.
        groups: Those of the plan, whose labels may be named.
        aliases: Items of the SELECT list by their names in lower case, where such a name
            may be used: in HAVING and ORDER BY.
    """

    sums: Sums
    groups: tuple[Group, ...]
    aliases: Mapping[str, exp.Expr] = field(default_factory=dict)

    @property
    def statement(self) -> Statement:
        """The question."""
        return self.sums.scope.statement

    def with_aliases(self) -> "Context":
        """The same where names of the SELECT list may be used."""
        items = self.statement.select.expressions
        aliased = [item for item in items if isinstance(item, exp.Alias)]
        return replace(self, aliases={item.alias.lower(): item.unalias() for item in aliased})

    def meant(self, node: exp.Expr) -> tuple["Context", exp.Expr]:
        """What a name of the SELECT list stands for; any other expression itself."""
        node = node.unnest()
        if isinstance(node, exp.Column) and not node.table:
            item = self.aliases.get(node.name.lower())
            if item is not None:
                return replace(self, aliases={}), item.unnest()
        return self, node

    def group(self, node: exp.Expr) -> int | None:
        """Index of the GROUP BY item that ``node`` writes."""
        if not self.groups or node.find(exp.AggFunc, exp.Star, exp.Window):
            return None
        names = [group.name for group in self.groups]
        name = item_name(self.sums.scope, node)
        return names.index(name) if name in names else None
