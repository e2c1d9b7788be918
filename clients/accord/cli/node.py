"""``accord node``: the process of one member."""

from pathlib import Path
from typing import Annotated

import typer

from accord.cli.session import session_of
from accord.cli.stop_signals import stop_on_signals
from accord.node.bootstrap import run_node
from accord.node.config import load_node_config

app = typer.Typer(add_completion=False)


@app.callback()
def node() -> None:
    """Carries no options; the texts hold the help."""


@app.command()
def run(context: typer.Context, config: Annotated[Path, typer.Argument(metavar="CONFIG")]) -> None:
    """Serve until told to stop."""
    session = session_of(context)
    settings = load_node_config(config)

    def ready() -> None:
        session.say("node_serves", member=settings.member, address=settings.listen)

    run_node(settings, stop_on_signals(), ready)
