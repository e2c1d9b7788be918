"""``accord ask``: one question, watched to its end, verified before it is shown."""

from pathlib import Path
from typing import Annotated

import typer

from accord.cli import exit_codes
from accord.cli.files import write_file
from accord.cli.persons import open_client
from accord.cli.render_answer import answer_table
from accord.cli.render_progress import ProgressBoard
from accord.cli.results import check_result, print_evidence, result_as_json
from accord.cli.session import As, Json, Session, session_of
from accord.client.client import Finished
from accord.domain import codec
from accord.domain.bundle import FILE_SUFFIX
from accord.domain.question import Question
from accord.query.describe import describe
from accord.query.plan import Plan

app = typer.Typer(add_completion=False)


@app.command()
def ask(
    context: typer.Context,
    sql: Annotated[str, typer.Argument(metavar="SQL")],
    purpose: Annotated[str, typer.Option("--purpose", metavar="TEXT")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    bundle: Annotated[Path | None, typer.Option("--bundle", metavar="FILE")] = None,
    profile: As = None,
    as_json: Json = False,
) -> None:
    """Ask, watch, verify, show."""
    session = session_of(context)
    with open_client(session, profile) as client:
        question = client.draft(sql, purpose, dry_run=dry_run)
        with ProgressBoard(session.talk, question, session.texts) as board:
            finished = client.run_question(question, board.show)
        trust = client.profile.trust
    if finished.outcome is None:
        raise typer.Exit(_end_dry_run(session, finished, board, as_json=as_json))
    path = bundle or Path(f"{question.run_id.hex()}{FILE_SUFFIX}")
    write_file(path, finished.outcome.bundle)
    result = check_result(finished.outcome, path, trust)
    if as_json:
        session.print_json(result_as_json(result))
        return
    session.out.print(answer_table(result.answer, result.plan, session.texts))
    print_evidence(session.talk, result, session.texts)


def _end_dry_run(
    session: Session, finished: Finished, board: ProgressBoard, *, as_json: bool
) -> int:
    question = finished.question
    plan = codec.decode(Plan, question.plan)
    allowed = not board.refused and all(question.grants.get(owner) for owner in question.owners)
    if as_json:
        session.print_json(_dry_run_as_json(session, question, plan, board, allowed=allowed))
        return exit_codes.DONE if allowed else exit_codes.REFUSED
    session.say("dry_meaning", meaning=describe(plan, session.texts.language))
    session.say("dry_cells", cells=plan.cells, minimum=question.minimum)
    session.say("dry_guard", guard=question.guard)
    for owner in question.owners:
        grant = question.grants.get(owner, b"").hex()[:8]
        session.say("dry_grant" if grant else "dry_no_grant", owner=owner, grant=grant)
    for step in finished.steps:
        if step.refusal is not None:
            session.say("dry_refused", owner=step.member, code=step.refusal.code)
    session.say("dry_allowed" if allowed else "dry_not_allowed")
    return exit_codes.DONE if allowed else exit_codes.REFUSED


def _dry_run_as_json(
    session: Session, question: Question, plan: Plan, board: ProgressBoard, *, allowed: bool
) -> dict[str, object]:
    return {
        "run": question.run_id.hex(),
        "dry_run": True,
        "allowed": allowed,
        "sql": question.sql,
        "purpose": question.purpose,
        "meaning": describe(plan, session.texts.language),
        "cells": plan.cells,
        "minimum": question.minimum,
        "guard": question.guard,
        "grants": {owner: grant.hex() for owner, grant in question.grants.items()},
        "refused": dict(board.refused),
    }
