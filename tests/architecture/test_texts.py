"""What people read exists in both languages, with the same values filled in."""

import re
import tomllib
from collections.abc import Iterator
from string import Formatter
from typing import Any

from tests.architecture.house import listed, name_of, source_roots

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LANGUAGES = {"en", "zh"}
SHORT = 10
Pair = tuple[str, Any, Any]


def pairs() -> list[Pair]:
    """Place, English and Chinese of every text in the tables that are shipped."""
    return [
        (f"{name_of(path)}: {place}", english, chinese)
        for root in source_roots()
        for path in sorted(root.glob("accord/**/*.toml"))
        for place, english, chinese in _texts(tomllib.loads(path.read_text("utf-8")), "")
    ]


def test_there_are_tables_to_look_at() -> None:
    assert len(pairs()) > 100


def test_every_text_has_both_languages() -> None:
    alone = {place for place, english, chinese in pairs() if not (english and chinese)}

    assert not alone, listed(alone)


def test_chinese_is_chinese_and_english_is_not() -> None:
    wrong = {
        place
        for place, english, chinese in pairs()
        if CHINESE.search(_flat(english)) or not _is_chinese(_flat(chinese))
    }

    assert not wrong, listed(wrong)


def test_both_languages_name_the_same_values() -> None:
    wrong = {
        place
        for place, english, chinese in pairs()
        if _placeholders(_flat(english)) != _placeholders(_flat(chinese))
    }

    assert not wrong, listed(wrong)


def _texts(table: dict[str, Any], place: str) -> Iterator[Pair]:
    if table.keys() & LANGUAGES:
        yield place, table.get("en"), table.get("zh")
        return
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _texts(value, f"{place}.{name}".lstrip("."))


def _is_chinese(text: str) -> bool:
    # What is left of a short one may be a name, a sign or a layout of values.
    words = re.sub(r"\{[^}]*\}|\W", "", text)
    return len(words) <= SHORT or CHINESE.search(text) is not None


def _flat(value: Any) -> str:
    """All words of one language; the error catalogue has three sentences to a code."""
    return " ".join(value.values()) if isinstance(value, dict) else str(value)


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
