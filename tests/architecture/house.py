"""Where things are in this repository."""

import ast
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
GENERATED = ROOT / "proto/gen"
MIGRATIONS = "migrations"  # folder of Alembic revisions


@cache
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def source_roots() -> list[Path]:
    """Folders that hold a part of the namespace ``accord``."""
    wheel = pyproject()["tool"]["hatch"]["build"]["targets"]["wheel"]
    return [ROOT / folder for folder in wheel["dev-mode-dirs"]]


def modules() -> Iterator[Path]:
    """Every Python file we wrote that is shipped."""
    for root in source_roots():
        if root != GENERATED:
            yield from sorted(root.glob("accord/**/*.py"))


def written_tests() -> Iterator[Path]:
    yield from sorted((ROOT / "tests").rglob("*.py"))


def name_of(path: Path) -> str:
    """Short name for a message or a test id."""
    return str(path.relative_to(ROOT))


def listed(violations: Iterable[str]) -> str:
    """One violation a line, so that a failing test shows them all."""
    return "\n" + "\n".join(sorted(violations))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def text_constants(path: Path) -> Iterator[tuple[int, str]]:
    """Line and value of every string literal."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
