"""``--help`` in the person's language: how to type it, what it does, options, an example.

Our own, because a library's help page has English headings, and importing what renders it
takes longer than everything else that help needs.
"""

from collections.abc import Iterator
from typing import Any, Final

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from typer._click.core import Command, Context
from typer._click.decorators import help_option
from typer.core import TyperArgument, TyperGroup, TyperOption

from accord.cli.texts import Texts

HELP_NAMES: Final = ("--help", "-h")
_INDENT: Final = 2


def print_help(console: Console, context: Context, texts: Texts) -> None:
    """Print the help of the command of ``context``."""
    command = context.command
    usage = f"{context.command_path} {_pattern(command, texts)}".rstrip()
    console.print(Text.assemble((f"{texts.say('help_usage')} ", "bold"), usage), soft_wrap=True)
    console.print()
    console.print(Text(command.help or ""))
    for key, rows in _sections(command, texts):
        if rows:
            console.print()
            console.print(Text(texts.say(key), "bold"))
            console.print(Padding(_grid(rows), (0, 0, 0, _INDENT), expand=False))
    if command.epilog:
        console.print()
        console.print(Text(command.epilog), soft_wrap=True)


def add_help_option(command: Command) -> None:
    """Give a command ``--help`` as its last option, in place of the library's."""

    def show(context: Any, _parameter: Any, value: Any) -> None:
        if value and not context.resilient_parsing:
            print_help(context.obj.out, context, context.obj.texts)
            context.exit()

    help_option([*HELP_NAMES])(command)
    command.add_help_option = False
    option = command.params[-1]
    option.callback = show


def _pattern(command: Command, texts: Texts) -> str:
    """What has to be typed behind the command's name."""
    arguments = [_metavar(each) for each in command.params if isinstance(each, TyperArgument)]
    required = [
        f"{each.opts[0]} {_metavar(each)}"
        for each in command.params
        if isinstance(each, TyperOption) and each.required
    ]
    words = [*arguments, *required, texts.say("help_pattern_options")]
    if isinstance(command, TyperGroup):
        words.append(texts.say("help_pattern_command"))
    return " ".join(words)


def _sections(command: Command, texts: Texts) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    arguments = [each for each in command.params if isinstance(each, TyperArgument)]
    options = [each for each in command.params if isinstance(each, TyperOption)]
    children = command.commands if isinstance(command, TyperGroup) else {}
    yield "help_arguments", [(_metavar(each), each.help or "") for each in arguments]
    yield "help_commands", [(name, child.help or "") for name, child in children.items()]
    yield "help_options", [(_names(each), _explained(each, texts)) for each in options]


def _grid(rows: list[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, _INDENT, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for name, explanation in rows:
        grid.add_row(Text(name, "cyan"), Text(explanation))
    return grid


def _names(option: TyperOption) -> str:
    return f"{', '.join(option.opts)} {_metavar(option)}".rstrip()


def _metavar(parameter: TyperArgument | TyperOption) -> str:
    return (parameter.metavar or "N").strip()  # only whole numbers have no name of their own


def _explained(option: TyperOption, texts: Texts) -> str:
    """The option's help, with its default and the variable that may stand for it."""
    text = option.help or ""
    if option.required:
        text += texts.say("help_required")
    elif option.default and not option.is_flag:
        text += texts.say("help_default", value=option.default)
    if option.envvar:
        text += texts.say("help_variable", name=option.envvar)
    return text
