"""``accord status``: is my node well, and who answers it?"""

import typer
from rich.text import Text

from accord.cli import exit_codes
from accord.cli.persons import open_client
from accord.cli.render_errors import error_as_json, print_error
from accord.cli.session import As, Json, Session, session_of
from accord.client.summaries import Health

app = typer.Typer(add_completion=False)


@app.command()
def status(context: typer.Context, *, profile: As = None, as_json: Json = False) -> None:
    """Show the health of the node."""
    session = session_of(context)
    with open_client(session, profile) as client:
        health = client.status()
    if as_json:
        session.print_json(_as_json(session, health))
    else:
        _print_health(session, health)
    well = health.ledger is None and all(health.peers.values())
    raise typer.Exit(exit_codes.DONE if well else exit_codes.UNAVAILABLE)


def _print_health(session: Session, health: Health) -> None:
    texts = session.texts
    counts = texts.say("status_records", sequenced=health.sequenced, final=health.final)
    session.out.print(Text.assemble((health.member, "bold"), f"  {counts}"))
    ledger = texts.say("status_ledger")
    reached = health.ledger is None
    word = texts.say("status_up" if reached else "status_down")
    session.out.print(_line(ledger, word, up=reached))
    for member, reachable in health.peers.items():
        word = texts.say("status_up" if reachable else "status_down")
        session.out.print(_line(member, word, up=reachable))
    if health.ledger is not None:
        print_error(session.talk, texts, health.ledger)


def _line(name: str, word: str, *, up: bool) -> Text:
    mark, style = ("✓", "green") if up else ("✗", "red")
    return Text.assemble((f"  {mark} ", style), f"{name:<20} {word}")


def _as_json(session: Session, health: Health) -> dict[str, object]:
    ledger = error_as_json(health.ledger, session.texts) if health.ledger else None
    return {
        "member": health.member,
        "records": health.sequenced,
        "final": health.final,
        "ledger": ledger,
        "peers": health.peers,
    }
