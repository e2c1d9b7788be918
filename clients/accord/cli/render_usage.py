"""A mistyped command line, in the person's language."""

import re
from difflib import get_close_matches
from typing import Final

from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    ClickException,
    MissingParameter,
    NoSuchOption,
    UsageError,
)
from typer.core import TyperArgument, TyperGroup, TyperOption

from accord.cli.texts import Texts

# The library raises these two as bare sentences.
_NO_COMMAND: Final = re.compile(r"No such command '(.*?)'\.")
_EXTRA: Final = re.compile(r"Got unexpected extra argument\(s\) \((.*)\)")


def usage_message(error: ClickException, texts: Texts) -> str:
    """What is wrong with the command line, and the nearest right word where there is one."""
    if isinstance(error, NoSuchOption):
        return _with_near(
            texts, "usage_no_option", error.option_name, tuple(error.possibilities or ())
        )
    if isinstance(error, BadOptionUsage):
        key = "usage_no_value" if "requires" in error.message else "usage_takes_none"
        return texts.say(key, name=error.option_name)
    if isinstance(error, MissingParameter):
        return _missing(error, texts)
    if isinstance(error, BadParameter) and isinstance(error.param, TyperOption):
        return _wrong_number(error.param, texts)
    if isinstance(error, UsageError):
        return _bare(error, texts)
    return error.format_message()


def _missing(error: MissingParameter, texts: Texts) -> str:
    if isinstance(error.param, TyperArgument):
        return texts.say("usage_missing", name=error.param.metavar)
    if isinstance(error.param, TyperOption):
        return texts.say("usage_missing", name=f"{error.param.opts[0]} {error.param.metavar}")
    return error.format_message()


def _wrong_number(option: TyperOption, texts: Texts) -> str:
    """Only numbers are checked while the command line is parsed."""
    if option.min is None or option.max is None:
        return texts.say("usage_number", name=option.opts[0])
    return texts.say("usage_range", name=option.opts[0], least=option.min, most=option.max)


def _bare(error: UsageError, texts: Texts) -> str:
    message = error.message
    if (found := _EXTRA.search(message)) is not None:
        return texts.say("usage_extra", words=found[1])
    group = error.ctx.command if error.ctx else None
    if (found := _NO_COMMAND.search(message)) is not None and isinstance(group, TyperGroup):
        near = tuple(get_close_matches(found[1], group.commands, n=1))
        return _with_near(texts, "usage_no_command", found[1], near)
    return error.format_message()


def _with_near(texts: Texts, key: str, name: str, near: tuple[str, ...]) -> str:
    message = texts.say(key, name=name)
    return (
        f"{message} {texts.say('usage_near', near=texts.say('or').join(near))}" if near else message
    )
