"""``accord ask "SELECT MEDIAN(x) ..."``: several questions, each verified before the next."""

from collections.abc import Generator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from rich import box
from rich.table import Table

from accord.cli.render_answer import with_thousands
from accord.cli.render_progress import ProgressBoard
from accord.cli.results import AskedResult, check_result, print_evidence, result_as_json
from accord.cli.session import Session
from accord.client.client import Client
from accord.client.connection import result_of
from accord.client.csv_text import answer_to_csv
from accord.client.files import write_new_file
from accord.client.parquet import parquet_bytes
from accord.client.progress import Step, ignore_progress, run_out
from accord.client.quantiles import QuantileResult, refine
from accord.client.result import Result
from accord.domain.bundle import FILE_SUFFIX
from accord.domain.run import Outcome
from accord.query.refinement import Quantile


@dataclass(frozen=True, slots=True)
class QuantileAsk:
    """One quantile for one person.

    Attributes:
        bundle: As ``--bundle`` says; its name gets ``-1``, ``-2`` and so on.
        checked: The verified steps so far.
    """

    session: Session
    client: Client
    quantile: Quantile
    purpose: str
    bundle: Path | None
    checked: list[AskedResult] = field(default_factory=list)

    def run(self, precision: Decimal) -> QuantileResult:
        """Ask until the quantile is known well enough; errors as `refine` and `check_result`."""
        return run_out(refine(self.quantile, precision, self._ask_one), ignore_progress)

    def _ask_one(self, sql: str) -> Generator[Step, None, Result]:
        """One step; its evidence is written and checked before its numbers are used."""
        number = len(self.checked) + 1
        self.session.say("quantile_step", number=number, sql=sql)
        question = self.client.draft(sql, self.purpose)
        with ProgressBoard(self.session.talk, question, self.session.texts) as board:
            result = result_of(self.client.run_question(question, board.show))
        yield from result.steps
        path = Path(f"{result.run_id}{FILE_SUFFIX}")
        if self.bundle is not None:
            path = self.bundle.with_name(f"{self.bundle.stem}-{number}{self.bundle.suffix}")
        write_new_file(path, result.bundle)
        outcome = Outcome(question.run_id, result.bundle, result.block)
        checked = check_result(outcome, path, self.client.profile.trust)
        self.checked.append(checked)
        print_evidence(self.session.talk, checked, self.session.texts)
        return result


def show_quantile(
    session: Session,
    asked: QuantileAsk,
    found: QuantileResult,
    csv: Path | None,
    *,
    parquet: Path | None = None,
    as_json: bool,
) -> None:
    """Print the quantile with its bounds, or all steps as JSON; write the files asked for."""
    if csv is not None:
        write_new_file(csv, answer_to_csv(found.answer).encode())
    if parquet is not None:
        write_new_file(parquet, _parquet(found))
    if as_json:
        session.print_json(_as_json(asked, found))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name, unit in zip(found.columns, found.units, strict=True):
        table.add_column(f"{name}, {unit}" if unit else name, justify="right", no_wrap=True)
    for row in found.rows:
        table.add_row(*(with_thousands(value or "") for value in row))
    session.out.print(table)
    session.say("quantile_rows", rows=found.answer.n[0], steps=len(found.results))


def _parquet(found: QuantileResult) -> bytes:
    rows = [[None if cell is None else Decimal(cell) for cell in row] for row in found.rows]
    about = {"units": list(found.units), "steps": [step.run_id for step in found.results]}
    return parquet_bytes(found.columns, rows, found.answer.n, about)


def _as_json(asked: QuantileAsk, found: QuantileResult) -> dict[str, object]:
    (estimate, smallest, largest, error), (n,) = found.rows[0], found.answer.n
    return {
        "quantile": {
            "name": asked.quantile.name,
            "fraction": str(asked.quantile.fraction),
            "estimate": estimate,
            "smallest": smallest,
            "largest": largest,
            "error": error,
            "unit": found.units[0],
            "rows": n,
        },
        "steps": [result_as_json(step) for step in asked.checked],
    }
