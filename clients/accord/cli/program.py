"""The command tree, and the end of every command.

Nothing escapes from here but an exit status: errors become four lines, Ctrl-C one line,
and a mistake of ours E-INT-001 without a traceback (set ACCORD_TRACEBACK=1 to see it).
"""

import os
import traceback
from typing import Final, get_args

import typer
from rich.console import Console
from rich.text import Text
from typer._click.exceptions import ClickException, UsageError
from typer.main import get_group

from accord.cli import exit_codes
from accord.cli.console import PlainConsole
from accord.cli.help_texts import add_texts
from accord.cli.lazy import LazyGroup, placeholders
from accord.cli.render_errors import error_as_json, print_error
from accord.cli.render_help import print_help
from accord.cli.render_usage import usage_message
from accord.cli.session import Session, session_of
from accord.cli.texts import LANGUAGE_OPTION, load_texts, take_language
from accord.domain.errors import AccordError, FaultError, Language, RequestError

PROGRAM: Final = "accord"
FILE_WIDTH: Final = 400  # what goes to a file or a pipe is not folded
# The transport's own notes ("Got goaway") say nothing that our errors do not.
QUIET_TRANSPORT: Final = ("GRPC_VERBOSITY", "NONE")
MISSING_COMMAND: Final = "Missing command."  # the library's word for a group alone
TRACEBACK_VARIABLE: Final = "ACCORD_TRACEBACK"


def start(arguments: list[str]) -> int:
    """Run one command line as the person typed it; returns its exit status."""
    os.environ.setdefault(*QUIET_TRANSPORT)
    rest, language = take_language(arguments)
    session = _open_session("zh" if language == "zh" else "en")
    if language not in get_args(Language):
        _print_usage(session, f"{LANGUAGE_OPTION} {language}: zh, en", "")
        return exit_codes.USAGE
    return run(rest, session)


def run(arguments: list[str], session: Session) -> int:
    """Run one command line without ``--lang``; returns its exit status."""
    try:
        status = _tree(session).main(
            arguments, prog_name=PROGRAM, standalone_mode=False, obj=session
        )
    except (KeyboardInterrupt, typer.Abort):
        status = exit_codes.INTERRUPTED
    except ClickException as error:
        return _end_usage(session, error)
    except Exception as error:  # noqa: BLE001 - the last catch: every end is an exit status
        return _end_error(session, _as_ours(error, session), "--json" in arguments)
    if status == exit_codes.INTERRUPTED:
        session.say("interrupted")
    return status if isinstance(status, int) else exit_codes.DONE


def _open_session(language: Language) -> Session:
    out, talk = _console(stderr=False), _console(stderr=True)
    return Session(load_texts(language), out, talk, dict(os.environ))


def _console(*, stderr: bool) -> Console:
    console = PlainConsole(stderr=stderr, highlight=False)
    if not console.is_terminal:
        console.width = FILE_WIDTH
    return console


def _tree(session: Session) -> LazyGroup:
    app = typer.Typer(cls=LazyGroup, add_completion=False)
    app.callback(invoke_without_command=True)(_root)
    group = get_group(app)
    if not isinstance(group, LazyGroup):
        raise TypeError(type(group).__name__)
    add_texts(group, PROGRAM, session.texts)
    group.commands = placeholders(session)
    return group


def _root(
    context: typer.Context,
    *,
    version: bool = typer.Option(False, "--version", is_eager=True),  # noqa: FBT003
    lang: str = typer.Option("", LANGUAGE_OPTION, metavar="zh|en", envvar="ACCORD_LANG"),
) -> None:
    del lang  # taken out of the command line before it is parsed; here for the help
    if version:
        from importlib.metadata import version as installed  # noqa: PLC0415 - 20 ms, rarely used

        typer.echo(f"{PROGRAM} {installed(PROGRAM)}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        session = session_of(context)
        print_help(session.out, context, session.texts)


def _end_usage(session: Session, error: ClickException) -> int:
    context = error.ctx if isinstance(error, UsageError) else None
    if context is not None and error.message == MISSING_COMMAND:
        print_help(session.talk, context, session.texts)
        return exit_codes.USAGE
    path = context.command_path if context else PROGRAM
    _print_usage(session, usage_message(error, session.texts), path)
    return exit_codes.USAGE


def _print_usage(session: Session, message: str, path: str) -> None:
    label = session.texts.say("usage_error")
    session.talk.print(Text.assemble((label, "bold red"), " ", message), soft_wrap=True)
    session.say("usage_hint", command=path or PROGRAM)


def _as_ours(error: Exception, session: Session) -> AccordError:
    if session.environ.get(TRACEBACK_VARIABLE):
        traceback.print_exception(error)
    if isinstance(error, AccordError):
        return error
    if isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith(PROGRAM):
        return RequestError("E-CLI-006", package=error.name or "?")
    return FaultError("E-INT-001", detail=repr(error))


def _end_error(session: Session, error: AccordError, as_json: bool) -> int:  # noqa: FBT001
    if as_json:
        session.print_json({"error": error_as_json(error, session.texts)})
    print_error(session.talk, session.texts, error)
    return exit_codes.exit_code(error)
