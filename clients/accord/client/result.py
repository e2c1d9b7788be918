"""What `accord.client.connect(...).ask` returns: the answer with its evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from accord.client.csv_text import answer_to_csv
from accord.client.files import check_new, write_new_file
from accord.client.frames import to_pandas, to_polars
from accord.client.numbers import Cell, typed_rows, withheld_rows
from accord.client.parquet import parquet_bytes
from accord.client.progress import Step
from accord.domain.answer import Answer
from accord.domain.catalogue import Table
from accord.domain.errors import AccordError, Language
from accord.domain.question import Question
from accord.query.describe import describe
from accord.query.method import method_note
from accord.query.plan import Plan

if TYPE_CHECKING:
    from accord.client.frames import PandasFrame, PolarsFrame


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one question, **not verified**.

    It is what the node of the asker's own member sealed for the asker, and it is about the
    question that was signed; nothing else of the evidence has been checked.  `save` it and
    run ``accord verify FILE --trust trust.json`` before anybody relies on a number.

    Attributes:
        question: As it was signed.
        answer: Every cell as exact text; None is SQL NULL, ``"withheld"`` is withheld.
        bundle: The evidence: bytes of an ``.accord`` file.
        block: Ledger block of the release.
        steps: Progress of all members, in the order it came.
        plan: What was computed, column by column.
        table: The description of the table the question was about.
    """

    question: Question
    answer: Answer
    bundle: bytes = field(repr=False)
    block: int
    steps: tuple[Step, ...] = field(repr=False)
    plan: Plan = field(repr=False)
    table: Table = field(repr=False)

    @property
    def run_id(self) -> str:
        """32 hexadecimal digits, as ``accord runs show`` takes them."""
        return self.question.run_id.hex()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names in the order of the SELECT list."""
        return self.answer.columns

    @property
    def units(self) -> tuple[str, ...]:
        """Unit per column, empty where there is none."""
        return self.answer.units

    @property
    def rows(self) -> tuple[tuple[str | None, ...], ...]:
        """One row a group, as text: exact, None for NULL, ``"withheld"`` for withheld."""
        return self.answer.rows

    @property
    def numbers(self) -> tuple[tuple[Cell, ...], ...]:
        """The rows as `int`, `decimal.Decimal` or `bool` by column, exact; text stays text.

        None is NULL or withheld; `withheld` tells which.
        """
        return typed_rows(self.answer, self.plan)

    @property
    def withheld(self) -> tuple[bool, ...]:
        """For each row whether the guard withheld it; its labels are shown all the same."""
        return withheld_rows(self.answer)

    @property
    def n(self) -> tuple[int | None, ...]:
        """Per row, how many rows of data its numbers rest on at least; None if withheld."""
        return self.answer.n

    @property
    def digits(self) -> tuple[int, ...]:
        """Per column, digits after the point; 0 for text."""
        return tuple(output.digits for output in self.plan.outputs)

    def method(self, language: Language = "en") -> tuple[str, ...]:
        """How the numbers were made and what nobody can check, a sentence each."""
        minimum = self.question.minimum
        return method_note(self.plan, self.answer, minimum, language, self.table)

    def save(self, path: Path | str) -> Path:
        """Write the evidence bundle to a new file; returns its path.

        Raises:
            RequestError: E-CLI-014 the file exists; E-CLI-003 it cannot be written.
        """
        write_new_file(Path(path), self.bundle)
        return Path(path)

    def to_csv(self) -> str:
        """CSV after RFC 4180, with `n`; withheld cells say ``withheld``, NULL is empty."""
        return answer_to_csv(self.answer)

    def to_parquet(self, path: Path | str) -> Path:
        """Write a new Parquet file with two more columns, ``n`` and ``withheld``.

        Integers are BIGINT; decimals, and longer integers, exact DECIMAL up to 38 digits,
        beyond that text; withheld and NULL are null.  The file's metadata has, under
        ``accord``, units, method and question as JSON.

        Raises:
            RequestError: E-CLI-014 the file exists; E-CLI-003 it cannot be written;
                E-CLI-015 DuckDB is not installed (``pip install accord[parquet]``).
        """
        check_new(Path(path))
        about = {
            "run": self.run_id,
            "sql": self.question.sql,
            "units": dict(zip(self.columns, self.units, strict=True)),
            "method": list(self.method()),
        }
        data = parquet_bytes(self.columns, self.numbers, self.n, about)
        write_new_file(Path(path), data)
        return Path(path)

    def to_pandas(self) -> "PandasFrame":
        """A pandas frame with two more columns: ``n``, and ``withheld``, true where the row is.

        Integers are ``Int64``; decimals, and integers beyond 64 bits, ``float64`` and so
        rounded (`numbers` is exact); text is ``object``.  Withheld and NULL are missing.

        Raises:
            RequestError: E-CLI-015; pandas is not installed.
        """
        return to_pandas(self.columns, self.numbers, self.n)

    def to_polars(self) -> "PolarsFrame":
        """A polars frame like that of `to_pandas`: Int64, Float64, String, Boolean, null.

        Raises:
            RequestError: E-CLI-015; polars is not installed.
        """
        return to_polars(self.columns, self.numbers, self.n)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a question would compute and who would refuse it; nothing was computed.

    Attributes:
        question: As it was signed, for a dry run.
        plan: What would be computed.
        refused: By member, why it would refuse; empty if nobody would.
        steps: Progress of all members, in the order it came.
    """

    question: Question
    plan: Plan
    refused: Mapping[str, AccordError]
    steps: tuple[Step, ...] = field(repr=False)

    @property
    def run_id(self) -> str:
        """32 hexadecimal digits, as ``accord runs show`` takes them."""
        return self.question.run_id.hex()

    @property
    def allowed(self) -> bool:
        """Whether the question may run as things stand."""
        return not self.refused

    @property
    def cells(self) -> int:
        """Number of groups that would be computed, empty ones included."""
        return self.plan.cells

    def meaning(self, language: Language = "en") -> str:
        """The question in words, from the plan that would be computed."""
        return describe(self.plan, language)
