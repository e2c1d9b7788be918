"""Arrows point down, and each third-party library has one home (pyproject: importlinter)."""

import ast
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from tests.architecture.house import ROOT, listed, modules, name_of, pyproject, tree

WORLD = {"socket", "asyncio", "subprocess", "time", "os", "random", "threading", "logging"}
# The vocabulary knows formats of files, and a key file's mode is part of its format.
PURE = {
    "privacy/accord/privacy": WORLD,
    "proto/lib/accord/query": WORLD,
    "proto/lib/accord/domain": WORLD - {"os"},
}


def test_contracts_are_kept() -> None:
    assert lint_imports(str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True) == 0


WRONG = """
[tool.importlinter]
root_packages = ["accord.domain", "accord.query"]
include_external_packages = true
[[tool.importlinter.contracts]]
id = "upside_down"
name = "the vocabulary above the queries"
type = "layers"
layers = ["accord.domain", "accord.query"]
[[tool.importlinter.contracts]]
id = "wrong_home"
name = "sqlglot at home in the vocabulary"
type = "protected"
protected_modules = ["sqlglot"]
allowed_importers = ["accord.domain"]
"""


@pytest.mark.parametrize("contract", ["upside_down", "wrong_home"])
def test_a_contract_that_our_code_breaks_is_seen_as_broken(tmp_path: Path, contract: str) -> None:
    """The linter does see the modules of a namespace that is spread over folders."""
    config = tmp_path / "pyproject.toml"
    config.write_text(WRONG, encoding="utf-8")

    assert (
        lint_imports(str(config), limit_to_contracts=(contract,), no_cache=True, no_logo=True) == 1
    )


def test_every_third_party_library_has_a_home() -> None:
    at_home = {
        library
        for contract in pyproject()["tool"]["importlinter"]["contracts"]
        if contract["type"] == "protected"
        for library in contract["protected_modules"]
    }
    known = set(sys.stdlib_module_names) | {"accord"} | at_home
    homeless = {
        f"{name} in {name_of(path)}"
        for path in modules()
        for name in _imported(path)
        if name not in known
    }

    assert not homeless, listed(homeless)


@pytest.mark.parametrize("folder", PURE)
def test_pure_packages_touch_no_clock_no_environment_and_no_network(folder: str) -> None:
    found = {
        f"{name} in {name_of(path)}"
        for path in modules()
        if path.is_relative_to(ROOT / folder)
        for name in _imported(path)
        if name in PURE[folder]
    }

    assert not found, listed(found)


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names
