"""The root of the command tree: names at once, modules only when their command runs.

``accord --help`` must answer in 0.3 s and ``accord verify`` must run where nothing but the
verifier is installed, so a command's module is imported only when that command is named.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from typer._click.core import Command, Context
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from accord.cli.help_texts import add_texts, short_help
from accord.cli.session import Session

# Name to module; the module holds a Typer named `app`.
COMMANDS: Final[Mapping[str, str]] = {
    "demo": "accord.cli.demo",
    "ask": "accord.cli.ask",
    "runs": "accord.cli.runs",
    "data": "accord.cli.data",
    "grant": "accord.cli.grant",
    "grants": "accord.cli.grants",
    "revoke": "accord.cli.revoke",
    "lab": "accord.cli.lab",
    "node": "accord.cli.node",
    "ledger": "accord.cli.ledger",
    "status": "accord.cli.status",
    "audit": "accord.cli.audit",
    "verify": "accord.cli.verify",
}


class LazyGroup(TyperGroup):
    """Shows placeholders, runs the real commands."""

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        """Find a command by name, then import it."""
        name, placeholder, rest = super().resolve_command(ctx, args)
        if name is None or placeholder is None:
            return name, placeholder, rest
        return name, load_command(ctx, name), rest


def placeholders(session: Session) -> dict[str, Command]:
    """Commands that know nothing but their name and line of help."""
    return {
        name: TyperCommand(
            name, rich_markup_mode=None, help=short_help(session.texts, name), callback=None
        )
        for name in COMMANDS
    }


def load_command(context: Context, name: str) -> Command:
    """Import the command ``name`` and give it its texts."""
    command = get_command(import_module(COMMANDS[name]).app)
    command.name = name
    add_texts(command, name, context.obj.texts)
    return command
