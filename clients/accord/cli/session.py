"""What every command gets: words in the person's language, and where to print."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, cast

import typer
from rich.console import Console

from accord.cli.texts import Texts
from accord.domain.text import is_plain

PROFILE_VARIABLE: Final = "ACCORD_PROFILE"

As = Annotated[
    Path | None, typer.Option("--as", metavar="DIR", envvar=PROFILE_VARIABLE, show_envvar=True)
]
Json = Annotated[bool, typer.Option("--json")]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="FILE")]
Parquet = Annotated[Path | None, typer.Option("--parquet", metavar="FILE")]


@dataclass(frozen=True, slots=True)
class Session:
    """One invocation.

    Attributes:
        out: Standard output: data.
        talk: Standard error: everything else.
        environ: The environment, read once.
    """

    texts: Texts
    out: Console
    talk: Console
    environ: Mapping[str, str]

    def say(self, key: str, **facts: object) -> None:
        """Print a sentence of the texts to the person."""
        self.talk.print(self.texts.say(key, **facts), markup=False, highlight=False, soft_wrap=True)

    def print_json(self, value: object) -> None:
        """Print a JSON document to standard output."""
        import json  # noqa: PLC0415 - not needed by most commands

        text = json.dumps(value, ensure_ascii=False, indent=2)
        if not is_plain(text, besides="\n"):  # JSON has words of its own for such characters
            text = json.dumps(value, indent=2)
        self.out.print(text, markup=False, highlight=False, soft_wrap=True)


def session_of(context: typer.Context) -> Session:
    """The session that `accord.cli.program` made."""
    return cast("Session", context.obj)
