"""The terms, arms and measures of one question, each asked for once."""

from collections.abc import Sequence
from typing import TypeVar

from sqlglot import exp

from accord.query.cell_reaches import MAX_KINDS, Grouping, reaches_of_cells
from accord.query.derived import make_measure, reaches_of, tells_values
from accord.query.limits import MAX_SUM
from accord.query.plan import Measure
from accord.query.plan_answer import Piece
from accord.query.plan_rows import Predicate, Term
from accord.query.reach import Reaches, narrowed
from accord.query.scope import Scope
from accord.query.unsupported import shown

_Part = TypeVar("_Part", Term, Predicate, Measure)


class Sums:
    """Collects what the owners sum.

    Attributes:
        scope: The table.
        where: The question's condition; edges are those of the rows that it leaves.
    """

    def __init__(
        self, scope: Scope, where: Predicate | None, grouping: Grouping = ((), ((),))
    ) -> None:
        self.scope = scope
        self._grouping = grouping
        self.where = where
        self._terms: list[Term] = []
        self._arms: list[Predicate] = []
        self._measures: list[Measure] = []
        self._reached: dict[int | None, Reaches] = {}

    @property
    def terms(self) -> tuple[Term, ...]:
        """In the order of first use, like the others."""
        return tuple(self._terms)

    @property
    def arms(self) -> tuple[Predicate, ...]:
        """Conditions of CASE and FILTER."""
        return tuple(self._arms)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The sums themselves."""
        return tuple(self._measures)

    def arm(self, condition: Predicate | None) -> int | None:
        """Index of a condition; None for all rows."""
        return None if condition is None else _index(self._arms, condition)

    def count(self, arm: int | None, present: Sequence[str]) -> int:
        """Index of the count of an arm's rows with no NULL in ``present``."""
        measure = make_measure(self.scope.table, self._terms, arm=arm, present=present)
        return _index(self._measures, measure)

    def piece(
        self,
        node: exp.Expr,
        arm: int | None,
        terms: Sequence[Term],
        factors: Sequence[tuple[int, ...]],
    ) -> Piece:
        """The moments of some variables over one arm.

        Args:
            node: The aggregate, for errors.
            arm: Index of a condition.
            terms: The variables: y before x.
            factors: Per moment the places of the variables that it multiplies.

        Raises:
            AccordError: E-SQL-028 a sum may overflow; E-SQL-041 squares tell values;
                E-SQL-067 too many narrow groups of what is summed.
        """
        indexes = tuple(_index(self._terms, term) for term in terms)
        present = [name for term in terms for name in term.columns]
        moments = []
        for places in factors:
            self._check_values(node, arm, [terms[place] for place in places])
            measure = make_measure(
                self.scope.table,
                self._terms,
                arm=arm,
                present=present,
                factors=[indexes[place] for place in places],
            )
            if measure.bound * self.scope.table.max_rows > MAX_SUM:
                raise self._error("E-SQL-028", node, [terms[place] for place in places])
            moments.append(_index(self._measures, measure))
        return Piece(indexes, tuple(moments))

    def _check_values(self, node: exp.Expr, arm: int | None, factors: Sequence[Term]) -> None:
        columns = {name for term in factors for name in term.columns}
        kinds = reaches_of_cells(self._reaches(arm), self._grouping, columns, self.where)
        if not kinds:
            names = ", ".join(sorted(columns))
            raise self.scope.statement.error("E-SQL-067", node, column=names, limit=MAX_KINDS)
        if any(tells_values(factors, reaches) for reaches in kinds):
            raise self._error("E-SQL-041", node, factors)

    def _reaches(self, arm: int | None) -> Reaches:
        if arm not in self._reached:
            whole = narrowed(reaches_of(self.scope.table), self.where)
            self._reached[arm] = whole if arm is None else narrowed(whole, self._arms[arm])
        return self._reached[arm]

    def _error(self, code: str, node: exp.Expr, terms: Sequence[Term]) -> Exception:
        columns = sorted({name for term in terms for name in term.columns})
        argument = node.this if isinstance(node.this, exp.Expr) else None
        return self.scope.statement.error(
            code,
            node,
            column=", ".join(columns) if argument is None else shown(argument),
            function=self.scope.statement.word(node, function_name(node)),
        )


def function_name(node: exp.Expr) -> str:
    """In capitals, also of a function that sqlglot does not know."""
    if isinstance(node, exp.Anonymous):
        return str(node.this).upper()
    return node.sql_name() if isinstance(node, exp.Func) else node.key.upper()


def _index(found: list[_Part], wanted: _Part) -> int:
    if wanted not in found:
        found.append(wanted)
    return found.index(wanted)
