"""Plans put together by hand, and the sums of given rows, without SQL."""

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod

from accord.domain.answer import CellMoments
from accord.domain.catalogue import Table
from accord.query.derived import make_measure, plain_term
from accord.query.derived_outputs import output_digits, output_unit
from accord.query.functions import moment_factors
from accord.query.guarding import guard_counts, guard_terms
from accord.query.plan import PLAN_VERSION, Group, Measure, Plan
from accord.query.plan_answer import Aggregate, Expression, Function, Order, Output, Piece
from accord.query.plan_rows import Predicate, Term
from accord.query.predicates import columns_in, predicates_of

Row = Mapping[str, int | None]


class Builder:
    """Collects terms and measures as the compiler does."""

    def __init__(self, table: Table, arms: Sequence[Predicate] = ()) -> None:
        self.table = table
        self.arms = tuple(arms)
        self.terms: list[Term] = []
        self.measures: list[Measure] = []

    def term(self, made: str | Term) -> int:
        if isinstance(made, str):
            column = self.table.column(made)
            assert column is not None
            made = plain_term(column, self.table)
        if made not in self.terms:
            self.terms.append(made)
        return self.terms.index(made)

    def piece(self, function: Function, *variables: str | Term, arm: int | None = None) -> Piece:
        terms = tuple(self.term(each) for each in variables)
        present = {name for index in terms for name in self.terms[index].columns}
        moments = []
        for factors in moment_factors(function, len(terms)):
            measure = make_measure(
                self.table,
                self.terms,
                arm=arm,
                present=present,
                factors=[terms[place] for place in factors],
            )
            if measure not in self.measures:
                self.measures.append(measure)
            moments.append(self.measures.index(measure))
        return Piece(terms, tuple(moments))

    def aggregate(
        self,
        function: Function,
        *variables: str | Term,
        arms: Sequence[int | None] = (None,),
        index: int = 0,
    ) -> Aggregate:
        pieces = tuple(self.piece(function, *variables, arm=arm) for arm in arms)
        return Aggregate(function, pieces, index)

    def plan(
        self,
        *outputs: Expression,
        groups: Sequence[Group] = (),
        sets: tuple[tuple[int, ...], ...] = (),
        where: Predicate | None = None,
        having: Expression | None = None,
        order: Sequence[Order] = (),
        limit: int | None = None,
        offset: int = 0,
        cross: bool = False,
        names: Sequence[str] = (),
    ) -> Plan:
        terms = (*self.terms, *guard_terms(self.table, self.terms))
        made = Plan(
            version=PLAN_VERSION,
            table=self.table.name,
            columns=(),
            where=where,
            groups=tuple(groups),
            sets=sets or (tuple(range(len(groups))),),
            terms=terms,
            arms=self.arms,
            measures=tuple(self.measures),
            counts=guard_counts(self.table, where, self.arms, terms, self.measures),
            outputs=tuple(
                Output(
                    names[at] if names else f"c{at}",
                    expression,
                    output_digits(expression, self.terms),
                    output_unit(expression, self.terms, self.table, groups),
                )
                for at, expression in enumerate(outputs)
            ),
            having=having,
            order=tuple(order),
            limit=limit,
            offset=offset,
            cross=cross,
            max_rows=self.table.max_rows,
        )
        used = {name for predicate in predicates_of(made) for name in columns_in(predicate)}
        used |= {name for group in groups for name in group.columns}
        used |= {name for term in self.terms for name in term.columns}
        used |= {name for measure in self.measures for name in measure.present}
        return Plan(
            **{
                name: getattr(made, name) if name != "columns" else tuple(sorted(used))
                for name in Plan.__slots__
            }
        )


def sums(
    plan: Plan, rows: Sequence[Row], arm_of: Mapping[int, Sequence[int]] = {}
) -> tuple[int, ...]:
    """One cell's sums; ``arm_of`` says which rows are in each arm."""
    found = []
    for measure in plan.measures:
        kept = rows if measure.arm is None else [rows[at] for at in arm_of[measure.arm]]
        kept = [row for row in kept if all(row[name] is not None for name in measure.present)]
        terms = [plan.terms[index] for index in measure.terms]
        found.append(sum(prod(value(term, row) - term.minimum for term in terms) for row in kept))
    return tuple(found)


def value(term: Term, row: Row) -> int:
    """The polynomial in a row."""
    total = 0
    for monomial in term.monomials:
        factors = [(row[power.column] or 0) ** power.exponent for power in monomial.powers]
        total += monomial.coefficient * prod(factors)
    return total


def cells(plan: Plan, rows: Mapping[int, Sequence[Row]]) -> list[CellMoments]:
    return [CellMoments(cell, sums(plan, each)) for cell, each in rows.items()]


__all__ = ["Builder", "cells", "product", "sums", "value"]
