"""``accord ask``: one question, watched to its end, verified before it is shown."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final

import typer

from accord.cli import exit_codes
from accord.cli.ask_quantile import QuantileAsk, show_quantile
from accord.cli.persons import open_client
from accord.cli.purposes import check_purpose
from accord.cli.render_errors import error_as_json, print_error
from accord.cli.render_progress import ProgressBoard
from accord.cli.results import Files, say_refused, show_outcome
from accord.cli.session import As, Csv, Json, Parquet, Session, session_of
from accord.client.client import Client, Finished
from accord.domain import codec
from accord.domain.errors import AccordError, RefusalError
from accord.domain.question import Question
from accord.query.describe import describe
from accord.query.plan import Plan

app = typer.Typer(add_completion=False)
_SHOWN_DIGITS: Final = 8


@app.command()
def ask(  # noqa: PLR0913 - one parameter per option
    context: typer.Context,
    sql: Annotated[str, typer.Argument(metavar="SQL")],
    purpose: Annotated[str, typer.Option("--purpose", metavar="TEXT")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    bundle: Annotated[Path | None, typer.Option("--bundle", metavar="FILE")] = None,
    precision: Annotated[float, typer.Option("--precision", metavar="NUMBER", min=0)] = 0,
    csv: Csv = None,
    parquet: Parquet = None,
    profile: As = None,
    as_json: Json = False,
) -> None:
    """Ask, watch, verify, show."""
    session = session_of(context)
    check_purpose(purpose)
    files = Files(bundle, csv, parquet)
    files.check()
    with open_client(session, profile) as client:
        quantile = client.quantile(sql)
        if quantile is not None and not dry_run:
            asked = QuantileAsk(session, client, quantile, purpose, bundle)
            found = asked.run(Decimal(str(precision)))
            show_quantile(session, asked, found, csv, parquet=parquet, as_json=as_json)
            return
        first = sql if quantile is None else quantile.count_sql
        question = client.draft(first, purpose, dry_run=dry_run)
        with ProgressBoard(session.talk, question, session.texts) as board:
            finished = _run(session, client, question, board)
        trust = client.profile.trust
    if isinstance(finished, RefusalError) or finished.outcome is None:
        raise typer.Exit(_end_dry_run(session, question, board, finished, as_json=as_json))
    show_outcome(session, finished.outcome, files, trust, as_json=as_json)


def _run(
    session: Session, client: Client, question: Question, board: ProgressBoard
) -> Finished | RefusalError:
    """Run the question; a refused dry run is an answer, a refused question an error."""
    try:
        return client.run_question(question, board.show)
    except RefusalError as error:
        if question.dry_run:
            return error
        say_refused(session, board)
        raise


def _end_dry_run(
    session: Session,
    question: Question,
    board: ProgressBoard,
    end: Finished | RefusalError,
    *,
    as_json: bool,
) -> int:
    plan = codec.decode(Plan, question.plan)
    refused = end if isinstance(end, RefusalError) else None
    verdicts = _verdicts(question, board, refused)
    allowed = refused is None and not any(verdicts.values())
    if as_json:
        value = _dry_run_as_json(session, question, plan, verdicts)
        session.print_json({**value, "allowed": allowed})
        return exit_codes.DONE if allowed else exit_codes.REFUSED
    session.say("dry_meaning", meaning=describe(plan, session.texts.language))
    session.say("dry_cells", cells=plan.cells, minimum=question.minimum)
    session.say("dry_guard", guard=question.guard)
    for owner, refusal in verdicts.items():
        if refusal is None:
            grant = question.grants.get(owner, b"").hex()[:_SHOWN_DIGITS]
            session.say("dry_grant", owner=owner, grant=grant)
        else:
            session.say("dry_refused", owner=owner)
            print_error(session.talk, session.texts, refusal)
    session.say("dry_allowed" if allowed else "dry_not_allowed")
    return exit_codes.DONE if allowed else exit_codes.REFUSED


def _verdicts(
    question: Question, board: ProgressBoard, refused: RefusalError | None
) -> dict[str, AccordError | None]:
    """Why each owner would refuse; None for those that would not."""
    verdicts = {owner: board.refused.get(owner) for owner in question.owners}
    if refused is not None and not any(verdicts.values()):
        verdicts[question.requester] = refused  # its own node did, before any owner was asked
    return verdicts


def _dry_run_as_json(
    session: Session,
    question: Question,
    plan: Plan,
    verdicts: Mapping[str, AccordError | None],
) -> dict[str, object]:
    return {
        "run": question.run_id.hex(),
        "dry_run": True,
        "sql": question.sql,
        "purpose": question.purpose,
        "meaning": describe(plan, session.texts.language),
        "cells": plan.cells,
        "minimum": question.minimum,
        "guard": question.guard,
        "grants": {owner: grant.hex() for owner, grant in question.grants.items()},
        "refused": {
            owner: error_as_json(refusal, session.texts)
            for owner, refusal in verdicts.items()
            if refusal is not None
        },
    }
