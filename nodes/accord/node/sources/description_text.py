"""Reading a description's TOML strictly: each complaint names the line and what to write."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from accord.domain.errors import Fact, RequestError
from accord.query.nearest import nearest

T = TypeVar("T")
_LINE_OF_ERROR: Final = re.compile(r"\(at line (\d+)")
_HEADER: Final = re.compile(r"\s*\[\[?([^\]]+)\]")
_KEY: Final = re.compile(r"\s*([\w\-\"']+(?:\s*\.\s*[\w\-\"']+)*)\s*=")


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the TOML file.

    Attributes:
        file: Name to show, not necessarily a path.
        text: The whole file, for finding lines.
        path: Keys that lead here, e.g. ``("columns", "wages")``.
    """

    file: str
    text: str
    path: tuple[str, ...]
    values: Mapping[str, Any]

    def error(self, code: str, key: str, **facts: Fact) -> Exception:
        """The error ``code`` about ``key``, with the line it stands on."""
        where: dict[str, Fact] = {
            "file": self.file,
            "line": line_of(self.text, self.path, key),
            "key": ".".join((*self.path, key)) if key else ".".join(self.path),
        }
        return RequestError(code, detail="", record="", **{**where, **facts})

    def check_keys(self, known: Iterable[str]) -> None:
        """Check that no key is unknown.

        Raises:
            RequestError: E-SRC-002.
        """
        names = tuple(known)
        for key in self.values:
            if key not in names:
                raise self.error("E-SRC-002", key, nearest=nearest(key, names))

    def section(self, key: str, example: str) -> "Section":
        """The table under ``key``.

        Raises:
            RequestError: E-SRC-003 missing; E-SRC-004 no table.
        """
        values = self.required(key, dict, example)
        return Section(self.file, self.text, (*self.path, key), values)

    def required(self, key: str, kind: type[T], example: str) -> T:
        """The value of ``key``.

        Raises:
            RequestError: E-SRC-003 missing; E-SRC-004 of another type.
        """
        if key not in self.values:
            raise self.error("E-SRC-003", key, example=example)
        return self.typed(key, kind, example)

    def optional(self, key: str, kind: type[T], default: T, example: str) -> T:
        """The value of ``key``, or ``default``.

        Raises:
            RequestError: E-SRC-004 of another type.
        """
        return self.typed(key, kind, example) if key in self.values else default

    def typed(self, key: str, kind: type[T], example: str) -> T:
        """The value of ``key``, which is there.

        Raises:
            RequestError: E-SRC-004 of another type.
        """
        value = self.values[key]
        if type(value) is not kind:  # bool is no integer here
            raise self.error("E-SRC-004", key, example=example)
        return value


def parse_toml(text: str, file: str) -> Section:
    """The whole file as a section.

    Raises:
        RequestError: E-SRC-001; not TOML.
    """
    try:
        return Section(file, text, (), tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = _LINE_OF_ERROR.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise RequestError("E-SRC-001", file=file, line=line, problem=str(error)) from None


def line_of(text: str, path: tuple[str, ...], key: str) -> int:
    """The line where ``key`` of the table ``path`` stands, else its nearest header, else 1."""
    wanted = (*path, key) if key else path
    found, matched = 1, 0
    for number, names in _named_lines(text):
        length = min(len(names), len(wanted))
        if names[:length] == wanted[:length] and length > matched:
            found, matched = number, length
    return found


def _named_lines(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every line that opens a table or sets a key, with the whole path of its name."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _names(header[1])
            yield number, table
        elif key := _KEY.match(line):
            yield number, (*table, *_names(key[1]))


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(name.strip(" \"'") for name in dotted.split("."))


def titles(section: Section) -> tuple[str, str]:
    """English and Chinese title; empty where the steward wrote none."""
    if "title" not in section.values:
        return "", ""
    title = section.section("title", 'title.en = "Income"')
    title.check_keys(("en", "zh"))
    return (
        title.optional("en", str, "", 'title.en = "Income"'),
        title.optional("zh", str, "", 'title.zh = "..."'),
    )
