"""``accord runs``: what this analyst has asked, and how it went."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from accord.cli.identifiers import find_id
from accord.cli.persons import open_client
from accord.cli.render_answer import answer_as_json, answer_table
from accord.cli.render_errors import error_as_json, print_error
from accord.cli.render_progress import ProgressBoard
from accord.cli.results import (
    AskedResult,
    Files,
    check_result,
    print_evidence,
    print_method,
    say_refused,
    show_outcome,
)
from accord.cli.session import As, Csv, Json, Parquet, Session, session_of
from accord.client.client import Client, Finished
from accord.client.files import write_new_file
from accord.client.progress import Stage, Step
from accord.client.summaries import Run, RunDetail
from accord.domain.errors import RefusalError
from accord.domain.question import Question
from accord.domain.run import Outcome

app = typer.Typer(add_completion=False)
_SHOWN_DIGITS: Final = 8


@app.callback(invoke_without_command=True)
def runs(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 50,
    profile: As = None,
    as_json: Json = False,
) -> None:
    """Show the runs, unless a subcommand does something else."""
    if context.invoked_subcommand is not None:
        return
    session = session_of(context)
    with open_client(session, profile) as client:
        found = client.runs(limit)
    if as_json:
        session.print_json({"runs": [_run_as_json(run) for run in found]})
        return
    if not found:
        session.say("no_runs")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for key in ("run", "asked", "state", "purpose", "sql"):
        table.add_column(session.texts.say(f"column_{key}"), no_wrap=key != "sql")
    for run in found:
        state = session.texts.say(f"state_{run.state}")
        row = (run.run_id.hex()[:_SHOWN_DIGITS], run.asked, state, run.purpose, run.sql)
        table.add_row(*map(Text, row))
    session.out.print(table)
    if any(run.state == "interrupted" for run in found):
        session.say("runs_resumable")


@app.command()
def cancel(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="ID")],
    *,
    profile: As = None,
    as_json: Json = False,
) -> None:
    """End one run."""
    session = session_of(context)
    with open_client(session, profile) as client:
        run_id = _find_run(client, run)
        done = client.cancel(run_id)
    if as_json:
        value = {"run": run_id.hex(), "record": done.record}
        session.print_json({**value, "told": list(done.told), "missed": list(done.missed)})
        return
    session.out.print(run_id.hex())
    comma = session.texts.say("comma")
    session.say("cancelled", record=done.record, told=comma.join(done.told) or "-")
    if done.missed:
        session.say("cancelled_missed", missed=comma.join(done.missed))


@app.command()
def resume(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="ID")],
    *,
    bundle: Annotated[Path | None, typer.Option("--bundle", metavar="FILE")] = None,
    csv: Csv = None,
    parquet: Parquet = None,
    profile: As = None,
    as_json: Json = False,
) -> None:
    """Go on with one run."""
    session = session_of(context)
    files = Files(bundle, csv, parquet)
    files.check()
    with open_client(session, profile) as client:
        run_id = _find_run(client, run)
        question = client.question_of(client.show_run(run_id)).unsafe_open(Question)
        with ProgressBoard(session.talk, question, session.texts) as board:
            finished = _go_on(session, client, run_id, board)
        trust = client.profile.trust
    if finished.outcome is not None:
        show_outcome(session, finished.outcome, files, trust, as_json=as_json)


@app.command()
def show(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="ID")],
    *,
    bundle: Annotated[Path | None, typer.Option("--bundle", metavar="FILE")] = None,
    csv: Csv = None,
    parquet: Parquet = None,
    profile: As = None,
    as_json: Json = False,
) -> None:
    """Show one run."""
    session = session_of(context)
    files = Files(bundle, csv, parquet)
    files.check()
    with open_client(session, profile) as client:
        detail = client.show_run(_find_run(client, run))
        trust = client.profile.trust
    result = None
    if detail.bundle:
        if bundle is not None:
            write_new_file(bundle, detail.bundle)
        outcome = Outcome(detail.run.run_id, detail.bundle, detail.block)
        result = check_result(outcome, bundle, trust)
        files.write_answer(result)
    if as_json:
        session.print_json(_detail_as_json(session, detail, result))
    else:
        _print_detail(session, detail, result)


def _go_on(session: Session, client: Client, run_id: bytes, board: ProgressBoard) -> Finished:
    try:
        return client.resume(run_id, board.show)
    except RefusalError:
        say_refused(session, board)
        raise


def _find_run(client: Client, text: str) -> bytes:
    return find_id(text, lambda: (run.run_id for run in client.runs(1000)), "run", "accord runs")


def _print_detail(session: Session, detail: RunDetail, result: AskedResult | None) -> None:
    run, texts = detail.run, session.texts
    state = texts.say(f"state_{run.state}")
    session.out.print(Text(f"{run.run_id.hex()}  {run.asked}  {state}", "bold"))
    session.out.print(Text(run.sql), Text(run.purpose), sep="\n", soft_wrap=True)
    for step in _told(detail.steps):
        stage = texts.say(f"stage_{step.stage}")
        session.out.print(Text(f"  {step.member}  {stage}  {step.record}"), soft_wrap=True)
        if step.refusal is not None:
            print_error(session.out, texts, step.refusal)
    if run.state == "interrupted":
        session.say("run_resumable", run=run.run_id.hex()[:_SHOWN_DIGITS], expires=run.expires)
    if result is not None:
        session.out.print(answer_table(result.answer, result.plan, texts))
        print_method(session.talk, result, texts)
        print_evidence(session.talk, result, texts)


def _told(steps: Sequence[Step]) -> Iterator[Step]:
    """Without what the requester's node repeats when it ends the run."""
    seen: set[tuple[str, Stage, str]] = set()
    for step in steps:
        key = (step.member, step.stage, step.record)
        if not step.echoes and (key not in seen or step.refusal is None):
            yield step
        seen.add(key)


def _run_as_json(run: Run) -> dict[str, object]:
    return {
        "run": run.run_id.hex(),
        "sql": run.sql,
        "purpose": run.purpose,
        "state": run.state,
        "asked": run.asked,
        "expires": run.expires,
    }


def _detail_as_json(
    session: Session, detail: RunDetail, result: AskedResult | None
) -> dict[str, object]:
    def step_as_json(step: Step) -> dict[str, object]:
        value: dict[str, object] = {"member": step.member, "stage": step.stage.value}
        value["record"] = step.record
        if step.refusal is not None:
            value["refusal"] = error_as_json(step.refusal, session.texts)
        return value

    answer = answer_as_json(result.answer, result.plan) if result else None
    steps = [step_as_json(step) for step in detail.steps]
    return {**_run_as_json(detail.run), "steps": steps, "answer": answer, "block": detail.block}
