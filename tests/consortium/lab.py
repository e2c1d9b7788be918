"""A consortium of five members on disk, made once and copied for every test that wrecks it.

stats    asks, holds at most an empty part   gamma   owner, and listed as a possible guard
bureau   guard without data                  alpha, beta   owners
stats and bureau are auditors, too; each member has a steward, the officer olga, and the
analysts ana and bob
"""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from accord.cli.lab_files import new_lab
from accord.cli.lab_spec import LOOPBACK, ConsortiumSpec, assign_ports, parse_spec

STATS, BUREAU, OWNERS = "stats", "bureau", ("alpha", "beta", "gamma")
MEMBERS = (STATS, BUREAU, *OWNERS)
_ROLES: Mapping[str, list[str]] = {
    STATS: ["owner", "auditor"],
    BUREAU: ["guard", "auditor"],
    "alpha": ["owner"],
    "beta": ["owner"],
    "gamma": ["owner", "guard"],
}
_PERSONS = [
    {"id": "ana", "role": "analyst"},
    {"id": "bob", "role": "analyst"},
    {"id": "steward", "role": "steward"},
    {"id": "olga", "role": "officer"},
]


@dataclass(frozen=True)
class Lab:
    """Where a consortium's files are; see `accord.cli.lab_files`."""

    folder: Path

    def node_toml(self, member: str) -> Path:
        return self.folder / member / "node/node.toml"

    def profile(self, person: str) -> Path:
        """``person`` is written MEMBER/PERSON."""
        return self.folder / person

    @property
    def ledger_toml(self) -> Path:
        return self.folder / "ledger/ledger.toml"


def spec() -> ConsortiumSpec:
    members = [
        {"id": m, "title": {"en": m, "zh": m}, "roles": _ROLES[m], "person": _PERSONS}
        for m in MEMBERS
    ]
    return parse_spec({"name": "walk", "member": members}, "made by a test")


def make_lab(folder: Path) -> Lab:
    """Draw all keys: about a second a member, so once per test session."""
    new_lab(spec(), folder)
    return Lab(folder)


def copy_lab(template: Lab, folder: Path, timeouts: Mapping[str, float] | None = None) -> Lab:
    """The same members with a ledger, logs and ports of their own.

    Args:
        template: Has never been started.
        folder: Does not exist yet.
        timeouts: For every node; see `accord.node.config.Timeouts`.
    """
    shutil.copytree(template.folder, folder)
    free = assign_ports(spec(), free=True)
    used = assign_ports(spec())
    ports = {used.ledger: free.ledger, **{used.nodes[m]: free.nodes[m] for m in MEMBERS}}
    for path in folder.rglob("*.toml"):
        path.write_text(_moved(path.read_text(), ports))
    lines = "".join(f"{name} = {value}\n" for name, value in (timeouts or {}).items())
    for member in MEMBERS if lines else ():
        with (folder / member / "node/node.toml").open("a") as file:
            file.write(f"\n[timeouts]\n{lines}")
    return Lab(folder)


def _moved(text: str, ports: Mapping[int, int]) -> str:
    return re.sub(rf"{LOOPBACK}:(\d+)", lambda m: f"{LOOPBACK}:{ports[int(m[1])]}", text)
