"""``accord lab``: a whole consortium on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from accord.cli.lab_files import new_lab
from accord.cli.lab_run import lab_down, lab_up, lab_up_detached
from accord.cli.lab_spec import load_spec
from accord.cli.render_errors import print_error
from accord.cli.session import session_of

app = typer.Typer(add_completion=False)
Folder = Annotated[Path, typer.Argument(metavar="DIR")]


@app.callback()
def lab() -> None:
    """Carries no options; the texts hold the help."""


@app.command()
def new(
    context: typer.Context,
    spec: Annotated[Path, typer.Argument(metavar="CONSORTIUM")],
    folder: Folder,
) -> None:
    """Make keys, certificates and configurations."""
    session = session_of(context)

    def progress(done: int, of: int, member: str) -> None:
        session.say("lab_keys", done=done, of=of, member=member)

    made = new_lab(load_spec(spec), folder, progress=progress)
    session.say("lab_made", folder=folder)
    session.say("lab_one_machine")
    for name, profile in made.profiles.items():
        session.say("lab_profile", name=name, folder=profile)
    session.say("lab_next", folder=folder)


@app.command()
def up(
    context: typer.Context,
    folder: Folder,
    *,
    detach: Annotated[bool, typer.Option("--detach")] = False,
) -> None:
    """Start every process."""
    session = session_of(context)
    if detach:
        lab_up_detached(folder)
        session.say("lab_detached", folder=folder)
        return
    lab_up(
        folder,
        progress=lambda name: session.say("lab_serves", name=name),
        ready=lambda: session.say("lab_up"),
        ended=lambda error: print_error(session.talk, session.texts, error),
    )
    session.say("lab_stopped")


@app.command()
def down(context: typer.Context, folder: Folder) -> None:
    """Stop every process."""
    session = session_of(context)
    lab_down(folder)
    session.say("lab_stopped")
