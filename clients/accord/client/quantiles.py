"""Medians and quantiles: a row of ordinary questions, each signed, answered and on record.

Arithmetic and wording of the steps: `accord.query.refinement`.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, fields
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

from accord.client.numbers import Cell
from accord.client.progress import Step
from accord.client.result import Result
from accord.domain.answer import WITHHELD, Answer
from accord.domain.catalogue import ColumnType
from accord.domain.errors import RefusalError
from accord.query.dates import date_text
from accord.query.numbers import decimal_text
from accord.query.refinement import Bins, Interval, Quantile, labels, narrowed, next_bins

AskOne: TypeAlias = Callable[[str], Generator[Step, None, Result]]
_TENTHS = 10


@dataclass(frozen=True, slots=True)
class QuantileResult(Result):
    """A quantile with its error bound, **not verified**, found by several questions.

    ``answer`` has one row: the middle of what the quantile can be, the smallest and largest
    value it can have, and the largest error of the middle; its ``n`` is the number of rows
    from the smallest to the largest.  Question, plan and bundle are those of the last step.

    Attributes:
        results: Of all steps: first the number of rows, then counts by interval.
    """

    results: tuple[Result, ...] = field(repr=False)

    @property
    def numbers(self) -> tuple[tuple[Cell, ...], ...]:
        """Estimate, smallest, largest and error as `decimal.Decimal`; dates as text."""
        return tuple(tuple(map(_typed, row)) for row in self.answer.rows)

    @property
    def withheld(self) -> tuple[bool, ...]:
        """Nothing is: what was withheld has widened the bounds."""
        return (False,)

    def save(self, path: Path | str) -> Path:
        """Write the bundle of every step to ``NAME-1.accord``, ``NAME-2.accord`` and so on.

        Returns:
            The path of the last; errors as `Result.save`.
        """
        for result, file in zip(self.results, numbered(Path(path), len(self.results)), strict=True):
            last = result.save(file)
        return last


def numbered(path: Path, number: int) -> list[Path]:
    """``path`` with 1, 2 … before its suffix."""
    return [path.with_name(f"{path.stem}-{step}{path.suffix}") for step in range(1, number + 1)]


def refine(
    quantile: Quantile, precision: Decimal | int, ask: AskOne
) -> Generator[Step, None, QuantileResult]:
    """Ask until the error is at most ``precision`` or smaller intervals would be withheld.

    Raises:
        RefusalError: E-SQL-070; even the number of rows is withheld.
    """
    results = [(yield from ask(quantile.count_sql))]
    count = results[0].rows[0][0]
    if count is None or count == WITHHELD:
        raise RefusalError("E-SQL-070", column=quantile.column.name, name=quantile.name)
    total = rows = int(count)
    interval, minimum = quantile.whole(), results[0].question.minimum
    wanted = Fraction(precision) * 10**quantile.column.scale
    while bins := next_bins(interval, rows, minimum, wanted):
        results.append((yield from ask(quantile.step_sql(bins))))
        found = narrowed(quantile, total, bins, _counts(quantile, bins, results[-1]))
        if found is None:
            break
        closer = Interval(found[0].low, min(found[0].high, interval.high))
        if closer == interval:
            break
        interval, rows = closer, found[1]
    return _result(quantile, interval, rows, tuple(results))


def _counts(quantile: Quantile, bins: Bins, result: Result) -> list[int | None]:
    """By interval; one that the column's bounds or values rule out has no row and holds none."""
    found = {row[0]: row[1] for row in result.rows}
    texts = [found.get(label, "0") for label in labels(quantile, bins)]
    return [None if text is None or text == WITHHELD else int(text) for text in texts]


def _result(
    quantile: Quantile, interval: Interval, rows: int, results: tuple[Result, ...]
) -> QuantileResult:
    column, name = quantile.column, quantile.name
    low, high = interval.low, interval.high - 1
    unit = column.unit
    if column.type is ColumnType.DATE:
        days = ((low + high) // 2, low, high)
        values, unit = (*map(date_text, days), str((high - low + 1) // 2)), "days"
    else:
        middle, error = (_halved(number, column.scale) for number in (low + high, high - low))
        ends = (decimal_text(low, column.scale), decimal_text(high, column.scale))
        values = (middle, *ends, error)
    answer = Answer(
        columns=(name, f"{name} smallest", f"{name} largest", f"{name} error"),
        units=(column.unit, column.unit, column.unit, unit),
        rows=(values,),
        n=(rows,),
        withheld=0,
    )
    last = results[-1]
    kept = {one.name: getattr(last, one.name) for one in fields(Result)}
    return QuantileResult(**{**kept, "answer": answer}, results=results)


def _halved(number: int, scale: int) -> str:
    return decimal_text(number * _TENTHS // 2, scale + 1)


def _typed(text: str | None) -> Cell:
    if text is None or text.count("-") > 1:  # a date
        return text
    return Decimal(text)
