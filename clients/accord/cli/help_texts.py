"""Help in the person's language: commands carry none, the table of words has it all."""

from typing import Final

from typer._click.core import Command
from typer.core import TyperArgument, TyperGroup, TyperOption

from accord.cli.render_help import add_help_option
from accord.cli.texts import Texts

_COMMANDS: Final = "commands"
_OPTIONS: Final = "options"


def short_help(texts: Texts, path: str) -> str:
    """First line of a command's help; ``path`` is like ``"runs show"``."""
    return texts.find(_COMMANDS, path)


def add_texts(command: Command, path: str, texts: Texts) -> None:
    """Fill in help, an example and every option's help, for subcommands too."""
    command.help = short_help(texts, path)
    example = texts.find(_COMMANDS, path, "example")
    command.epilog = texts.say("help_example", example=example) if example else None
    add_help_option(command)
    for parameter in command.params:
        if isinstance(parameter, (TyperOption, TyperArgument)):
            parameter.help = option_help(texts, path, str(parameter.name))
        if isinstance(parameter, TyperOption) and parameter.is_flag:
            parameter.metavar = " "  # a flag takes no value, so it shows none
    if isinstance(command, TyperGroup):
        command.no_args_is_help = False  # the library's page; see `accord.cli.program`
        for name, child in command.commands.items():
            add_texts(child, f"{path} {name}", texts)


def option_help(texts: Texts, path: str, name: str) -> str:
    """Help of an option: its own for this command, else the one all commands share."""
    return texts.find(_OPTIONS, f"{path}.{name}") or texts.find(_OPTIONS, name)
