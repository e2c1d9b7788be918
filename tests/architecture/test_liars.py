"""The table of liars in the threat model names a test for each deed, and each test is there."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.house import ROOT, listed, name_of, tree

DOCUMENT = ROOT / "docs/threat-model.md"
LIARS = ROOT / "tests/attacks/liars"
NAMED = re.compile(r"`(?P<path>[\w/]+\.py)::(?P<name>\w+)(?:\[(?P<case>[^\]]+)\])?`")
FEWEST = 80  # rows; a table that is not found has none


@dataclass(frozen=True)
class Deed:
    """One row: who lies, how, detected by whom, by which evidence, and the test."""

    liar: str
    deed: str
    detected: str
    evidence: str
    test: str

    @property
    def named(self) -> re.Match[str]:
        found = NAMED.fullmatch(self.test)
        assert found, f"{self.deed}: {self.test}"
        return found

    @property
    def path(self) -> Path:
        return ROOT / "tests" / self.named["path"]


def deeds() -> list[Deed]:
    """All rows of the table, without its head."""
    section = DOCUMENT.read_text("utf-8").split("## Liars")[1].split("\n## ")[0]
    rows = [line.strip("| ").split("|") for line in section.splitlines() if line.startswith("|")]
    return [Deed(*(cell.strip() for cell in row)) for row in rows[2:]]


def functions_of(path: Path) -> dict[str, ast.FunctionDef]:
    nodes = ast.walk(tree(path)) if path.exists() else ()
    functions = (node for node in nodes if isinstance(node, ast.FunctionDef))
    return {each.name: each for each in functions if each.name.startswith("test_")}


def test_every_deed_has_a_test_that_exists() -> None:
    missing = {deed.test for deed in deeds() if deed.named["name"] not in functions_of(deed.path)}

    assert not missing, listed(missing)
    assert len(deeds()) >= FEWEST


def test_every_case_that_a_row_names_exists() -> None:
    cases = {deed.named["case"]: deed.path for deed in deeds() if deed.named["case"]}
    texts = {
        case: {node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant)}
        for case, path in cases.items()
    }

    assert [case for case in cases if case not in texts[case]] == []


def test_no_test_stands_for_two_deeds() -> None:
    named = [deed.test for deed in deeds()]

    assert sorted(named) == sorted(set(named))


def test_every_liar_is_in_the_table() -> None:
    told = {(deed.path, deed.named["name"]) for deed in deeds()}
    there = {(path, name) for path in LIARS.glob("test_*.py") for name in functions_of(path)}

    assert not there - told, listed(f"{name_of(path)}: {name}" for path, name in there - told)


def test_every_row_says_who_and_by_which_evidence() -> None:
    """Evidence may be missing only where nobody detects anything."""
    nobody = ("nobody", "nothing to detect", "itself")
    silent = {
        deed.deed
        for deed in deeds()
        if not (deed.liar and deed.deed and deed.detected)
        or not (deed.evidence or deed.detected.startswith(nobody))
    }

    assert not silent, listed(silent)


def test_what_nobody_notices_is_said_by_its_test_too() -> None:
    unsaid = {
        deed.test
        for deed in deeds()
        if deed.path.parent == LIARS
        and deed.detected.startswith(("nobody.", "nobody:", "nobody ("))
        and "Nobody notices"
        not in (ast.get_docstring(functions_of(deed.path)[deed.named["name"]]) or "")
    }

    assert not unsaid, listed(unsaid)
