"""``accord verify``: may this number be believed?  Runs from a bare installation, offline."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from accord.cli import exit_codes
from accord.cli.files import read_file
from accord.cli.render_answer import answer_as_json, answer_table
from accord.cli.render_errors import error_as_json, print_error
from accord.cli.session import Json, Session, session_of
from accord.cli.texts import Texts
from accord.domain.card import Trust
from accord.domain.codec import format_time
from accord.domain.errors import RequestError, VerificationError
from accord.domain.trust_file import parse_trust
from accord.query.method import method_note
from accord.verify.bundle import verify_bundle
from accord.verify.report import Report, Verified

app = typer.Typer(add_completion=False)


@app.command()
def verify(
    context: typer.Context,
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE")],
    trust: Annotated[Path, typer.Option("--trust", metavar="FILE")],
    *,
    as_json: Json = False,
) -> None:
    """Check a bundle; the exit status says the same as the last line."""
    session = session_of(context)
    try:
        report = verify_bundle(read_file(bundle), _read_trust(trust))
    except (RequestError, VerificationError) as error:
        # Before the first check nothing is known of the file: undecided, not invalid.
        if as_json:
            problem = error_as_json(error, session.texts)
            session.print_json({"valid": None, "error": problem})
        print_error(session.talk, session.texts, error)
        raise typer.Exit(exit_codes.UNDECIDED) from None
    if as_json:
        session.print_json(report_as_json(report, session.texts))
    else:
        _print_report(session, report)
    raise typer.Exit(exit_codes.DONE if report.valid else exit_codes.REFUSED)


def report_as_json(report: Report, texts: Texts) -> dict[str, object]:
    """Every check, and what the bundle shows if all hold."""
    checks = [
        {
            "number": check.number,
            "name": check.name,
            "passed": check.passed,
            "sentence": check.sentence(texts.language),
        }
        for check in report.checks
    ]
    shown = _verified_as_json(report.verified, texts) if report.verified else {}
    return {"valid": report.valid, "checks": checks, **shown}


def print_checks(console: Console, report: Report, texts: Texts) -> None:
    """One numbered line per check."""
    for check in report.checks:
        mark, style = ("✓", "green") if check.passed else ("✗", "bold red")
        sentence = check.sentence(texts.language)
        line = Text.assemble((f"{mark} {check.number:2d}  ", style), sentence)
        console.print(line, soft_wrap=True)


def _read_trust(path: Path) -> Trust:
    # Bytes that are no text are no JSON either, and then the file is named as unusable.
    return parse_trust(read_file(path).decode("utf-8", "replace"), str(path))


def _print_report(session: Session, report: Report) -> None:
    print_checks(session.out, report, session.texts)
    if report.verified is None:
        session.out.print(Text(session.texts.say("invalid"), "bold red"))
        return
    shown, texts = report.verified, session.texts
    session.out.print(Text(texts.say("valid", count=len(report.checks)), "bold green"))
    question = shown.question
    lines = {
        "verified_question": question.sql,
        "verified_meaning": "\n    ".join(_method(shown, texts)),
        "verified_purpose": question.purpose,
        "verified_asked": f"{question.requester}/{question.analyst}, {format_time(question.asked)}",
        "verified_released": texts.say(
            "in_block", block=shown.released_in_block, time=format_time(shown.released_at)
        ),
        "verified_limits": shown.by_inspection_only,
    }
    for key, value in lines.items():
        session.out.print(Text.assemble((texts.say(key), "bold"), "  ", value), soft_wrap=True)
    if not shown.recompiled:
        session.say("not_recompiled")
    session.out.print(answer_table(shown.answer, shown.plan, texts))


def _method(shown: Verified, texts: Texts) -> tuple[str, ...]:
    return method_note(
        shown.plan, shown.answer, shown.question.minimum, texts.language, shown.table
    )


def _verified_as_json(shown: Verified, texts: Texts) -> dict[str, object]:
    question = shown.question
    return {
        "run": question.run_id.hex(),
        "sql": question.sql,
        "purpose": question.purpose,
        "requester": question.requester,
        "analyst": question.analyst,
        "asked": format_time(question.asked),
        "answer": answer_as_json(shown.answer, shown.plan),
        "method": list(_method(shown, texts)),
        "block": shown.released_in_block,
        "released_at": format_time(shown.released_at),
        "records": shown.records,
        "anchored": shown.anchored,
        "recompiled": shown.recompiled,
        "by_inspection_only": shown.by_inspection_only,
    }
