"""A bare ``pip install accord`` is the verifier: nothing of the extras is imported for it."""

import re
import subprocess
import sys

from tests.architecture.house import ROOT, pyproject

# Import names of what only the extras bring.
EXTRAS = (
    *("grpc", "google.protobuf", "sqlalchemy", "alembic", "web3", "eth", "eth_account", "rlp"),
    *("trie", "coincurve", "duckdb", "sqlglot", "phe", "pydantic_settings", "structlog", "psycopg"),
    "pymysql",
)
IMPORT_ALL = """
import importlib, pkgutil, sys
import accord.cli.main, accord.cli.verify, accord.verify
for module in pkgutil.walk_packages(accord.verify.__path__, "accord.verify."):
    importlib.import_module(module.name)
assert "accord.verify.bundle" in sys.modules
print(*sorted(set(sys.modules)))
"""
# What is not installed cannot be found; None in sys.modules says so to the import system.
WITHOUT_EXTRAS = """
import sys
sys.modules.update(dict.fromkeys({extras!r}))
from accord.cli.main import main
main(["verify", "--help"])
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True
    )


def test_verifier_imports_nothing_of_the_extras() -> None:
    done = run(IMPORT_ALL)

    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) & set(EXTRAS) == set()


def test_verify_command_runs_where_no_extra_is_installed() -> None:
    done = run(WITHOUT_EXTRAS.format(extras=EXTRAS))

    assert done.returncode == 0, done.stderr
    assert "--trust" in done.stdout


def test_bare_dependencies_are_the_four_that_the_verifier_needs() -> None:
    names = {re.split(r"[=<>\[ ]", text)[0] for text in pyproject()["project"]["dependencies"]}

    assert names == {"cbor2", "cryptography", "rich", "typer"}


def test_help_needs_none_of_the_slow_libraries() -> None:
    """``accord --help`` answers at once because it imports no command."""
    code = "import sys; from accord.cli.main import main\ntry: main(['--help'])\n"
    done = run(code + "except SystemExit: print('modules', *sys.modules)")
    modules = done.stdout.partition("modules ")[2].split()

    assert done.returncode == 0, done.stderr
    assert "accord.cli.main" in modules
    assert set(modules) & {*EXTRAS, "cryptography"} == set()
