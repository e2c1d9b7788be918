"""The words of the command line, in English and Chinese, from tables beside this module."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from accord.domain.errors import Language

CLI_TEXTS: Final = "cli_texts.toml"
LANGUAGE_OPTION: Final = "--lang"
LANGUAGE_VARIABLE: Final = "ACCORD_LANG"
_LOCALE_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")  # POSIX order of precedence

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Texts:
    """One language of one or more tables of words.

    Attributes:
        tables: Section of the file to key to ``{"en": ..., "zh": ...}``.
    """

    language: Language
    tables: Mapping[str, Mapping[str, Entry]]

    def say(self, key: str, **facts: object) -> str:
        """The sentence ``say.KEY`` with its placeholders filled in."""
        return str(self.tables["say"][key][self.language]).format(**facts)

    def find(self, section: str, key: str, field: str = "") -> str:
        """A text of another section, or of a field that has no language; empty if absent."""
        entry = self.tables.get(section, {}).get(key, {})
        return str(entry.get(field or self.language, ""))


def load_texts(language: Language, *names: str) -> Texts:
    """Read tables of words; later ones add to earlier ones."""
    tables: dict[str, dict[str, Entry]] = {}
    for name in names or (CLI_TEXTS,):
        text = files("accord.cli").joinpath(name).read_text(encoding="utf-8")
        for section, entries in tomllib.loads(text).items():
            tables.setdefault(section, {}).update(entries)
    return Texts(language, tables)


def take_language(
    arguments: Sequence[str], environ: Mapping[str, str] = os.environ
) -> tuple[list[str], str]:
    """Take ``--lang`` out of a command line, wherever it stands before ``--``.

    The language decides how help and errors read, so it must be known before the command
    line is parsed.

    Returns:
        The other arguments, and the language: a usable one, or the text typed.
    """
    rest, chosen = list(arguments), ""
    end = rest.index("--") if "--" in rest else len(rest)
    for place in range(end - 1, -1, -1):
        name, equals, value = rest[place].partition("=")
        if name == LANGUAGE_OPTION:
            has_next = place + 1 < len(rest)
            chosen = value if equals else rest[place + 1] if has_next else ""
            del rest[place : place + (1 if equals else 2)]
            return rest, chosen or "?"
    return rest, _default_language(environ)


def _default_language(environ: Mapping[str, str]) -> Language:
    named = environ.get(LANGUAGE_VARIABLE, "")
    locale = next((environ[name] for name in _LOCALE_VARIABLES if environ.get(name)), "")
    return "zh" if (named or locale).lower().startswith("zh") else "en"
