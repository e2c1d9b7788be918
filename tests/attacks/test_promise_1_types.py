"""Measuring without an access permit, and sending without a send permit, does not type-check."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HONEST = """\
from accord.domain.card import MemberCard
from accord.domain.catalogue import Table
from accord.domain.signed import Signed
from accord.ledger.permits import AccessPermit, SendPermit
from accord.node.handlers.sealed import seal_counts
from accord.node.sources.port import DataSource
from accord.query.plan import Plan


def measure(source: DataSource, plan: Plan, table: Table, permit: AccessPermit) -> None:
    source.measure(plan, permit, table=table, expected=b"")


def send(counts: Signed, guard: MemberCard, permit: SendPermit) -> None:
    seal_counts(counts, b"", permit, guard)
"""
THIEVISH = HONEST.replace("(plan, permit, ", "(plan, ").replace('b"", permit, guard', 'b"", guard')
SWAPPED = (
    HONEST.replace(": AccessPermit)", ": X)")
    .replace(": SendPermit)", ": AccessPermit)")
    .replace(": X)", ": SendPermit)")
)


def test_mypy_rejects_measuring_and_sending_without_the_right_permit(tmp_path: Path) -> None:
    for name, source in {"honest": HONEST, "thievish": THIEVISH, "swapped": SWAPPED}.items():
        (tmp_path / f"{name}.py").write_text(source)

    found = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")),
            *("--follow-imports=silent", "--no-error-summary"),
            *(str(tmp_path / f"{name}.py") for name in ("honest", "thievish", "swapped")),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout

    lines = [line for line in found.splitlines() if ": error:" in line]
    assert not [line for line in lines if "honest.py" in line], found
    for name, code in {"thievish": "call-arg", "swapped": "arg-type"}.items():
        wrong = [line for line in lines if f"{name}.py" in line and f"[{code}]" in line]
        assert {line.split(":")[1] for line in wrong} == {"11", "15"}, found
