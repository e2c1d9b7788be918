"""The statement behind a plan: read the columns, keep the rows of WHERE, sum by cell.

It holds fixed text, quoted names, integers and numbered parameters; nothing an analyst
typed ever becomes SQL.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, quoted_name, select

from accord.domain.catalogue import Table
from accord.node.sources.arithmetic import Number, addends, polynomial
from accord.node.sources.backend import Backend, integer
from accord.node.sources.places import place_key
from accord.node.sources.predicates import Predicates
from accord.query.derived import reaches_of
from accord.query.plan import CountKind, CountTerm, Measure, Plan
from accord.query.reach import Reaches


@dataclass(frozen=True, slots=True)
class Summed:
    """An aggregate function whose results, times ``weight``, add to a number of the extract.

    Attributes:
        index: Of the number, counts before moments.
    """

    index: int
    weight: int
    sql: ColumnElement[Any]


class Aggregates:
    """Everything that a plan sums over one backend.

    Our own names hold a colon, which no shared name does.
    """

    def __init__(self, backend: Backend, plan: Plan, table: Table) -> None:
        self._backend, self._plan, self._table = backend, plan, table
        self._reaches = reaches_of(table)
        self._rows = _kept(backend, plan, table, self._reaches)
        self._kept = columns_of(self._rows)
        self._keys = [self._kept[f"key:{index}"] for index in range(len(plan.sets[0]))]
        self.addends = [
            *self._counts(),
            *(
                one
                for index, measure in enumerate(plan.measures)
                for one in self._sums(index, measure)
            ),
        ]

    def rows(
        self, part: Sequence[Summed]
    ) -> Iterator[tuple[tuple[Any, ...], int, tuple[Any, ...]]]:
        """Per cell with rows: keys, number of rows that do not fit, and the sums asked for."""
        chosen = (*self._keys, self._wrong(), *(one.sql for one in part))
        statement = select(*chosen).select_from(self._rows)  # COUNT(*) names no column of it
        if self._keys:
            statement = statement.group_by(*self._keys)
        length = len(self._keys)
        for row in self._backend.rows(statement):
            yield row[:length], row[length], row[length + 1 :]

    def _wrong(self) -> ColumnElement[Any]:
        """Rows that no examination would have let pass."""
        checks = []
        for column in self._table.columns:
            if column.name not in self._plan.columns:
                continue
            value, reach = self._kept[column.name], self._reaches.get(column.name)
            if reach is not None:
                checks += [value < integer(reach.low), value > integer(reach.high)]
            if not column.nulls:
                checks.append(value.is_(None))
        return _rows_where([or_(*checks)]) if checks else integer(0)

    def _counts(self) -> Iterator[Summed]:
        for index, one in enumerate(self._plan.counts):
            conditions = self._conditions(one)
            conditions += [self._kept[f"arm:{arm}"] == integer(1) for arm in one.also]
            for number, edge in zip(one.terms, one.edges, strict=True):
                term, value = self._plan.terms[number], self._kept[f"term:{number}"]
                left_out = {edge, 0} if one.kind is CountKind.SUPPORT else {edge}
                inside = [x for x in sorted(left_out) if term.minimum <= x <= term.maximum]
                conditions += [value != integer(x - term.minimum) for x in inside]
            yield Summed(index, 1, _rows_where(conditions))

    def _sums(self, index: int, measure: Measure) -> Iterator[Summed]:
        place, conditions = len(self._plan.counts) + index, self._conditions(measure)
        factors = [self._factor(number) for number in measure.terms]
        if not factors:
            yield Summed(place, 1, _rows_where(conditions))
            return
        for one in addends(factors, self._backend.arithmetic, self._plan.max_rows):
            value = case((and_(*conditions), one.sql)) if conditions else one.sql
            yield Summed(place, one.weight, func.sum(value))

    def _factor(self, number: int) -> Number:
        term = self._plan.terms[number]
        return Number(self._kept[f"term:{number}"], term.maximum - term.minimum)

    def _conditions(self, one: Measure | CountTerm) -> list[ColumnElement[Any]]:
        arm = [] if one.arm is None else [self._kept[f"arm:{one.arm}"] == integer(1)]
        return [*arm, *(self._kept[name].is_not(None) for name in one.present)]


def _kept(backend: Backend, plan: Plan, table: Table, reaches: Reaches) -> Subquery:
    """The rows of WHERE, with keys, arms, and terms less their minimum."""
    named = [column for column in table.columns if column.name in plan.columns]
    values = [backend.value(column).label(quoted_name(column.name, quote=True)) for column in named]
    read = backend.fenced(
        select(*values, integer(1).label(":one")).select_from(backend.relation)
    ).subquery(":read")
    columns = columns_of(read)
    predicates = Predicates(columns, reaches, backend.arithmetic)
    keys = [place_key(plan.groups[group], predicates) for group in plan.sets[0]]
    terms = [
        polynomial(term, columns, reaches, backend.arithmetic, less=term.minimum)
        for term in plan.terms
    ]
    statement = select(
        *read.c,
        *(key.label(f"key:{index}") for index, key in enumerate(keys)),
        *(predicates.one(arm).label(f"arm:{index}") for index, arm in enumerate(plan.arms)),
        *(term.label(f"term:{index}") for index, term in enumerate(terms)),
    )
    if plan.where is not None:
        statement = statement.where(predicates.sql(plan.where))
    return backend.fenced(statement).subquery(":kept")


def columns_of(read: Subquery) -> Mapping[str, ColumnElement[Any]]:
    """The columns of a subquery by name."""
    return dict(read.c.items())


def _rows_where(conditions: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    return func.count(case((and_(*conditions), integer(1)))) if conditions else func.count()
