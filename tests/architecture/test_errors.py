"""The error catalogue is complete: both languages, right class, raised somewhere, provoked."""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from accord.domain import errors
from accord.domain.errors import Sentence, catalogue
from tests.architecture.house import (
    ROOT,
    listed,
    modules,
    name_of,
    text_constants,
    tree,
    written_tests,
)

CODE = re.compile(r"E-[A-Z]{3}-\d{3}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SENTENCES = ROOT / "proto/lib/accord/domain/sentences"
CLASSES = {error.__name__: kind for kind, error in errors.KINDS.items()}
NOT_FACTS = {"detail", "record"}
USED = {
    code: name_of(path)
    for path in modules()
    for _, text in text_constants(path)
    if CODE.fullmatch(text)
    for code in [text]
}


def test_every_code_stands_in_the_catalogue_once() -> None:
    codes = Counter(
        code
        for path in SENTENCES.glob("*.toml")
        for code in tomllib.loads(path.read_text(encoding="utf-8"))
    )

    assert {code for code, times in codes.items() if times > 1} == set()
    assert {code for code in codes if not CODE.fullmatch(code)} == set()


def test_every_code_that_is_raised_stands_in_the_catalogue() -> None:
    unknown = {f"{code} in {where}" for code, where in USED.items() if code not in catalogue()}

    assert not unknown, listed(unknown)


def test_every_code_of_the_catalogue_is_raised_somewhere() -> None:
    unused = set(catalogue()) - set(USED)

    assert not unused, listed(unused)


def test_every_code_is_provoked_by_a_test() -> None:
    here = Path(__file__).parent
    seen = {
        code
        for path in written_tests()
        if not path.is_relative_to(here)
        for code in CODE.findall(path.read_text(encoding="utf-8"))
    }

    unprovoked = set(catalogue()) - seen

    assert not unprovoked, listed(unprovoked)


def test_the_class_raised_is_the_kind_that_the_catalogue_gives() -> None:
    wrong = {
        f"{where}: {code} is {catalogue()[code].kind}, raised as {raised}"
        for where, raised, code, _ in _raised()
        if code in catalogue() and catalogue()[code].kind != CLASSES[raised]
    }

    assert not wrong, listed(wrong)


def test_every_placeholder_gets_its_fact() -> None:
    missing = {
        f"{where}: {code} lacks {', '.join(sorted(lacking))}"
        for where, _, code, facts in _raised()
        if facts is not None and code in catalogue()
        if (lacking := _placeholders(catalogue()[code].sentences["en"]) - facts)
    }

    assert not missing, listed(missing)


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_sentences_say_what_which_rule_and_what_to_do_in_both_languages(code: str) -> None:
    english, chinese = (catalogue()[code].sentences[language] for language in ("en", "zh"))

    assert catalogue()[code].kind in errors.KINDS
    assert all((english.what, english.rule, english.can))
    assert not any(CHINESE.search(text) for text in _texts(english))
    assert all(CHINESE.search(text) for text in _texts(chinese))
    assert _placeholders(english) == _placeholders(chinese)


def _texts(sentence: Sentence) -> tuple[str, str, str]:
    return sentence.what, sentence.rule, sentence.can


def _placeholders(sentence: Sentence) -> set[str]:
    return {
        name
        for text in _texts(sentence)
        for _, name, _, _ in Formatter().parse(text)
        if name is not None
    }


def _raised() -> Iterator[tuple[str, str, str, set[str] | None]]:
    """Place, class, code and names of the facts of every error made; facts None if computed."""
    for path in modules():
        for call in ast.walk(tree(path)):
            match call:
                case ast.Call(
                    func=ast.Name(name) | ast.Attribute(attr=name),
                    args=[ast.Constant(str(code)), *_],
                    keywords=keywords,
                ) if name in CLASSES:
                    names = {word.arg for word in keywords}
                    facts = None if None in names else {n for n in names if n} - NOT_FACTS
                    yield f"{name_of(path)}:{call.lineno}", name, code, facts
