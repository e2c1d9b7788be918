"""The demo's three questions, and the check of their answers against all rows.

Only the demo can do this check: it holds every member's file.  Counts and sums must agree
to the last digit; the rest is compared with DuckDB's floating point.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import duckdb

from accord.cli.demo_consortium import PURPOSE, TABLE
from accord.cli.results import AskedResult
from accord.domain.answer import WITHHELD
from accord.query.plan import Plan
from accord.query.plan_answer import Aggregate, Function, Label

# DuckDB's sums are exact here, its quotients and roots are doubles: 2**-53 and some steps.
TOLERANCE: Final = Fraction(1, 10**9)
_EXACT: Final = frozenset({Function.COUNT, Function.SUM})


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """One question.

    Attributes:
        name: Key of its title in the texts.
        refused: Whether it is here to be refused: no grant covers donations.
    """

    name: str
    sql: str
    purpose: str = PURPOSE
    refused: bool = False


QUESTIONS: Final = (
    DemoQuestion(
        "mean",
        f"SELECT region, COUNT(*), AVG(wages) FROM {TABLE} WHERE wages > 150000 GROUP BY region",
    ),
    DemoQuestion(
        "variance",
        f"SELECT COUNT(*), AVG(wages), VAR_SAMP(wages) FROM {TABLE} WHERE age BETWEEN 30 AND 39",
    ),
    DemoQuestion(
        "refused",
        f"SELECT region, AVG(donations) FROM {TABLE} GROUP BY region",
        refused=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """An answer beside the pooled table.

    Attributes:
        released: Groups compared.
        withheld: Groups the answer withholds; their true counts are ``withheld_counts``,
            0 for a group without any row.
        largest: Largest difference, relative to the true value.
        agrees: Exact where it must be, and within `TOLERANCE` elsewhere.
        rows: The pooled table's own rows, as text.
    """

    released: int
    withheld: int
    withheld_counts: tuple[int, ...]
    largest: Fraction
    agrees: bool
    rows: tuple[tuple[str | None, ...], ...]


def compare(result: AskedResult, files: Sequence[Path]) -> Comparison:
    """Compare a verified answer with the same SQL over all rows in one place."""
    rows = _pooled_rows(result.question.sql, files)
    places = [
        place
        for place, output in enumerate(result.plan.outputs)
        if isinstance(output.expression, Label)
    ]
    truth = {tuple(_text(row[place]) for place in places): row for row in rows}
    differences: list[Fraction] = []
    withheld: list[int] = []
    for row in result.answer.rows:
        true_row = truth.get(tuple(row[place] for place in places))
        if WITHHELD in row:
            withheld.append(_count_of(result.plan, true_row))
        else:
            differences += _differences(result.plan, row, true_row)
    return Comparison(
        released=len(result.answer.rows) - len(withheld),
        withheld=len(withheld),
        withheld_counts=tuple(withheld),
        largest=max(differences, default=Fraction(0)),
        agrees=all(difference <= TOLERANCE for difference in differences),
        rows=tuple(tuple(_text(value) for value in row) for row in rows),
    )


def comparison_as_json(comparison: Comparison) -> dict[str, object]:
    """The same for a program."""
    return {
        "released": comparison.released,
        "withheld": comparison.withheld,
        "withheld_counts": list(comparison.withheld_counts),
        "largest_relative_difference": float(comparison.largest),
        "agrees": comparison.agrees,
        "rows": [list(row) for row in comparison.rows],
    }


def _pooled_rows(sql: str, files: Sequence[Path]) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        names = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
        connection.execute(f"CREATE VIEW {TABLE} AS SELECT * FROM read_parquet([{names}])")
        return connection.execute(sql).fetchall()


def _differences(
    plan: Plan, row: Sequence[str | None], true_row: Sequence[Any] | None
) -> list[Fraction]:
    """One number per computed value: 0 if equal, 1 or more if it must be equal and is not."""
    if true_row is None:  # a group was released that no row is in
        return [Fraction(1)]
    found: list[Fraction] = []
    for place, output in enumerate(plan.outputs):
        value, truth = row[place], true_row[place]
        if not isinstance(output.expression, Aggregate):
            continue
        if value is None or truth is None:
            found.append(Fraction(value is not truth))
            continue
        difference = _relative(Fraction(Decimal(value)), Fraction(truth))
        exact = output.expression.function in _EXACT
        found.append(Fraction(difference > 0) if exact else difference)
    return found


def _relative(value: Fraction, truth: Fraction) -> Fraction:
    return abs(value - truth) / max(abs(truth), Fraction(1))


def _count_of(plan: Plan, true_row: Sequence[Any] | None) -> int:
    counts = [
        place
        for place, output in enumerate(plan.outputs)
        if isinstance(output.expression, Aggregate) and output.expression.function is Function.COUNT
    ]
    return int(true_row[counts[0]]) if true_row is not None and counts else 0


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
