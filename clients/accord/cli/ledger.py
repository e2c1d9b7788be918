"""``accord ledger``: the process of the embedded ledger."""

from pathlib import Path
from typing import Annotated

import typer

from accord.cli.ledger_process import run_ledger
from accord.cli.session import session_of
from accord.cli.stop_signals import stop_on_signals
from accord.node.config import load_ledger_config

app = typer.Typer(add_completion=False)


@app.callback()
def ledger() -> None:
    """Carries no options; the texts hold the help."""


@app.command()
def run(context: typer.Context, config: Annotated[Path, typer.Argument(metavar="CONFIG")]) -> None:
    """Serve until told to stop."""
    session = session_of(context)
    settings = load_ledger_config(config)
    run_ledger(
        settings,
        stop_on_signals(),
        lambda: session.say("ledger_serves", address=settings.listen),
    )
