"""Entry point of ``accord``: the command tree, and the end of every command.

Nothing escapes from here but an exit status: errors become four lines, Ctrl-C one line,
and a mistake of ours E-INT-001 without a traceback (set ACCORD_TRACEBACK=1 to see it).
"""

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final, NoReturn, get_args

import typer
from rich.console import Console
from rich.text import Text
from typer._click.exceptions import ClickException, NoArgsIsHelpError, UsageError
from typer.main import get_group

from accord.cli import exit_codes
from accord.cli.help_texts import add_texts
from accord.cli.lazy import LazyGroup, placeholders
from accord.cli.render_errors import error_as_json, print_error
from accord.cli.session import Session
from accord.cli.texts import LANGUAGE_OPTION, load_texts, take_language
from accord.domain.errors import AccordError, FaultError, Language, RequestError

PROGRAM: Final = "accord"
TRACEBACK_VARIABLE: Final = "ACCORD_TRACEBACK"


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command line (by default the process's) and exit."""
    typed = sys.argv[1:] if arguments is None else list(arguments)
    rest, language = take_language(typed)
    known = language in get_args(Language)
    session = _open_session("zh" if language == "zh" else "en")
    if not known:
        _print_usage(session, f"{LANGUAGE_OPTION} {language}: zh, en", "")
        sys.exit(exit_codes.USAGE)
    sys.exit(run(rest, session))


def run(arguments: list[str], session: Session) -> int:
    """Run one command line; returns its exit status."""
    try:
        status = _tree(session).main(
            arguments, prog_name=PROGRAM, standalone_mode=False, obj=session
        )
    except (KeyboardInterrupt, typer.Abort):
        session.say("interrupted")
        return exit_codes.INTERRUPTED
    except BrokenPipeError:
        # The reader of our output is content; the interpreter must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_codes.DONE
    except ClickException as error:
        return _end_usage(session, error)
    except Exception as error:  # noqa: BLE001 - the last catch: every end is an exit status
        return _end_error(session, _as_ours(error, session), "--json" in arguments)
    return status if isinstance(status, int) else exit_codes.DONE


def _open_session(language: Language) -> Session:
    out, talk = Console(highlight=False), Console(stderr=True, highlight=False)
    return Session(load_texts(language), out, talk, dict(os.environ))


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
        typer.echo(context.get_help())


def _end_usage(session: Session, error: ClickException) -> int:
    if isinstance(error, NoArgsIsHelpError):
        session.talk.print(error.format_message(), markup=False)
        return exit_codes.USAGE
    context = error.ctx if isinstance(error, UsageError) else None
    path = context.command_path if context else PROGRAM
    _print_usage(session, error.format_message(), path)
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
