"""``accord audit``: consent to an inspection, and an owner's messages recomputed."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from accord.cli import exit_codes
from accord.cli.audit_bundle import compare_with_bundle
from accord.cli.files import read_file
from accord.cli.identifiers import find_id
from accord.cli.persons import open_client
from accord.cli.session import As, Json, Session, session_of
from accord.client.auditor import AnsweredRun
from accord.client.client import Client
from accord.client.grants import parse_until
from accord.client.replay import Comparison, compare_replay
from accord.domain.codec import format_time

app = typer.Typer(add_completion=False)
_SHOWN_DIGITS: Final = 8
RunId = Annotated[str, typer.Argument(metavar="ID")]


@app.callback()
def audit() -> None:
    """Carries no options; the texts hold the help."""


@app.command()
def runs(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 50,
    profile: As = None,
    as_json: Json = False,
) -> None:
    """Show what this member has answered."""
    session = session_of(context)
    with open_client(session, profile) as client:
        found = client.answered(limit)
    if as_json:
        session.print_json({"runs": [_as_json(run) for run in found]})
        return
    if not found:
        session.say("no_answered")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for key in ("run", "asked", "requester", "table", "purpose", "consents"):
        table.add_column(session.texts.say(f"column_{key}"), no_wrap=key != "purpose")
    for run in found:
        consents = [f"{one.to} {format_time(one.until)}" for one in run.consents]
        row = (run.run_id.hex()[:_SHOWN_DIGITS], run.asked, run.requester, run.table, run.purpose)
        table.add_row(*map(Text, (*row, ", ".join(consents))))
    session.out.print(table)


@app.command()
def consent(
    context: typer.Context,
    run: RunId,
    *,
    to: Annotated[str, typer.Option("--to", metavar="AUDITOR")],
    until: Annotated[str, typer.Option("--until", metavar="DATE")],
    profile: As = None,
    as_json: Json = False,
) -> None:
    """Let an auditor recompute this member's part of one run."""
    session = session_of(context)
    end = parse_until(until)
    with open_client(session, profile) as client:
        run_id = _find_run(client, run)
        record = client.consent(run_id, to, end)
    if as_json:
        session.print_json({"run": run_id.hex(), "to": to, "record": record})
        return
    session.out.print(run_id.hex())
    session.say("consented", to=to, record=record)


@app.command()
def replay(
    context: typer.Context,
    run: RunId,
    *,
    owner: Annotated[str, typer.Option("--owner", metavar="MEMBER")],
    bundle: Annotated[Path | None, typer.Option("--bundle", metavar="FILE")] = None,
    profile: As = None,
    as_json: Json = False,
) -> None:
    """Recompute an owner's part; the exit status says whether it is the same."""
    session = session_of(context)
    data = read_file(bundle) if bundle else None
    run_id = find_id(run, tuple, "run", "accord verify BUNDLE --json")
    with open_client(session, profile) as client:
        delivery = client.fetch_replay(run_id, owner)
        trust = client.profile.trust
    comparison = compare_replay(delivery.replay, delivery.cards, trust, run_id, owner)
    equal = dict(comparison.equal)
    if data is not None:
        equal["bundle"] = compare_with_bundle(comparison, data, trust)
    if as_json:
        shown = {"run": run_id.hex(), "owner": owner, "equal": all(equal.values())}
        session.print_json({**shown, "compared": equal})
    else:
        _print_comparison(session, comparison, equal)
    raise typer.Exit(exit_codes.DONE if all(equal.values()) else exit_codes.REFUSED)


def _find_run(client: Client, text: str) -> bytes:
    known = lambda: (run.run_id for run in client.answered(1000))  # noqa: E731
    return find_id(text, known, "run", "accord audit runs")


def _print_comparison(session: Session, comparison: Comparison, equal: dict[str, bool]) -> None:
    for name, same in equal.items():
        mark, style = ("✓", "green") if same else ("✗", "bold red")
        words = session.texts.say(f"replay_{name}_{'same' if same else 'other'}")
        session.out.print(Text.assemble((f"{mark} ", style), words), soft_wrap=True)
    key = "replay_equal" if all(equal.values()) else "replay_differs"
    session.say(key, owner=comparison.owner)


def _as_json(run: AnsweredRun) -> dict[str, object]:
    return {
        "run": run.run_id.hex(),
        "asked": run.asked,
        "requester": run.requester,
        "table": run.table,
        "purpose": run.purpose,
        "state": run.state,
        "consents": [{"to": one.to, "until": format_time(one.until)} for one in run.consents],
    }
