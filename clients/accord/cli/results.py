"""A finished question with its evidence checked; nothing is shown that does not verify."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from accord.cli.render_answer import answer_as_json, answer_table
from accord.cli.render_progress import ProgressBoard
from accord.cli.session import Session
from accord.cli.texts import Texts
from accord.client.csv_text import answer_to_csv
from accord.client.files import check_new, write_new_file
from accord.client.frames import check_installed
from accord.client.numbers import typed_rows
from accord.client.parquet import parquet_bytes
from accord.domain import codec
from accord.domain.answer import Answer
from accord.domain.bundle import FILE_SUFFIX, Bundle
from accord.domain.card import Trust
from accord.domain.errors import Language, VerificationError
from accord.domain.question import Question
from accord.domain.record import Record
from accord.domain.run import Outcome
from accord.domain.signed import Signed
from accord.query.method import method_note
from accord.query.plan import Plan
from accord.verify.bundle import verify_bundle
from accord.verify.report import Report


@dataclass(frozen=True, slots=True)
class AskedResult:
    """An answer whose bundle has passed every check.

    Attributes:
        records: Kind and ``MEMBER#INDEX`` of every record in the bundle, in its order.
        block: Ledger block of the release record.
        file: Where the bundle was written; None if it was not.
    """

    question: Question
    plan: Plan
    answer: Answer
    records: tuple[tuple[str, str], ...]
    block: int
    file: Path | None
    report: Report

    def method(self, language: Language) -> tuple[str, ...]:
        """How the numbers were made, a sentence each."""
        table = self.report.verified.table if self.report.verified else None
        return method_note(self.plan, self.answer, self.question.minimum, language, table)


def check_result(outcome: Outcome, file: Path | None, trust: Trust) -> AskedResult:
    """Verify the bundle and lay out what it shows.

    Raises:
        VerificationError: E-CLI-009; a check fails, so there is no answer.
        RequestError: E-VER-001 to E-VER-003; it is no bundle of this consortium.
    """
    report = verify_bundle(outcome.bundle, trust)
    if report.verified is None:
        failed = report.failed
        raise VerificationError(
            "E-CLI-009",
            number=failed.number if failed else 0,
            name=failed.sentence() if failed else "",
            file=str(file or "BUNDLE"),
        )
    bundle = codec.decode(Signed, outcome.bundle).unsafe_open(Bundle)
    return AskedResult(
        question=report.verified.question,
        plan=report.verified.plan,
        answer=report.verified.answer,
        records=_records(bundle),
        block=report.verified.released_in_block,
        file=file,
        report=report,
    )


def default_bundle(run_id: bytes) -> Path:
    """Where the bundle of a run goes if nobody says: this folder."""
    return Path(f"{run_id.hex()}{FILE_SUFFIX}")


def show_outcome(
    session: Session, outcome: Outcome, files: "Files", trust: Trust, *, as_json: bool
) -> None:
    """Write the files, and show the answer and what shows that it is right.

    Raises:
        VerificationError, RequestError: As `check_result`; E-CLI-014 a file exists by now.
    """
    bundle = files.bundle or default_bundle(outcome.run_id)
    write_new_file(bundle, outcome.bundle)
    result = check_result(outcome, bundle, trust)
    files.write_answer(result)
    if as_json:
        session.print_json(result_as_json(result, session.texts.language))
        return
    session.out.print(answer_table(result.answer, result.plan, session.texts))
    print_method(session.talk, result, session.texts)
    print_evidence(session.talk, result, session.texts)


def say_refused(session: Session, board: ProgressBoard) -> None:
    """Name everybody who refused: an error names one."""
    if board.refused:
        members = (f"{name} ({each.code})" for name, each in board.refused.items())
        session.say("refused_by", members=session.texts.say("comma").join(members))


def print_evidence(console: Console, result: AskedResult, texts: Texts) -> None:
    """The evidence line: how many records, block, file, checks passed.

    Their names stand in `accord runs show` and in the JSON.
    """
    line = texts.say(
        "evidence" if result.file else "evidence_not_written",
        records=len(result.records),
        block=result.block,
        file=result.file,
        count=len(result.report.checks),
    )
    console.print(Text.assemble(("✓ ", "green"), line), soft_wrap=True)


def print_method(console: Console, result: AskedResult, texts: Texts) -> None:
    """What stands below the table: how to read it."""
    for sentence in result.method(texts.language):
        console.print(Text(sentence, "dim"), soft_wrap=True)


def result_as_json(result: AskedResult, language: Language = "en") -> dict[str, object]:
    """The answer and its evidence for a program."""
    checks = {check.name: check.passed for check in result.report.checks}
    return {
        "run": result.question.run_id.hex(),
        "sql": result.question.sql,
        "purpose": result.question.purpose,
        "answer": answer_as_json(result.answer, result.plan),
        "method": list(result.method(language)),
        "records": [{"kind": kind, "record": name} for kind, name in result.records],
        "block": result.block,
        "bundle": str(result.file) if result.file else None,
        "checks": checks,
    }


@dataclass(frozen=True, slots=True)
class Files:
    """Files that a person named for a result; all must be new.

    Attributes:
        bundle: For the evidence.
        csv: For the answer as CSV.
        parquet: For the answer as Parquet.
    """

    bundle: Path | None
    csv: Path | None
    parquet: Path | None

    def check(self) -> None:
        """Check before anything is asked for that it can be written to new files.

        Raises:
            RequestError: E-CLI-014 a file exists; E-CLI-015 Parquet needs DuckDB.
        """
        for file in (self.bundle, self.csv, self.parquet):
            if file is not None:
                check_new(file)
        if self.parquet is not None:
            check_installed("duckdb")

    def write_answer(self, result: AskedResult) -> None:
        """Write a verified answer to the files named for it.

        Raises:
            RequestError: E-CLI-014 one exists by now; E-CLI-003 it cannot be written.
        """
        if self.csv is not None:
            write_new_file(self.csv, answer_to_csv(result.answer).encode())
        if self.parquet is not None:
            write_new_file(self.parquet, _parquet(result))


def _parquet(result: AskedResult) -> bytes:
    answer = result.answer
    about = {
        "run": result.question.run_id.hex(),
        "sql": result.question.sql,
        "units": dict(zip(answer.columns, answer.units, strict=True)),
        "method": list(result.method("en")),
    }
    return parquet_bytes(answer.columns, typed_rows(answer, result.plan), answer.n, about)


def _records(bundle: Bundle) -> tuple[tuple[str, str], ...]:
    signed = (codec.decode(Signed, item.entry) for item in bundle.records)
    records = [statement.unsafe_open(Record) for statement in signed]
    return tuple((record.kind.value, f"{record.member}#{record.index}") for record in records)
