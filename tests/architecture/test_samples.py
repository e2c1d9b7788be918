"""What the documents show works: samples parse, links lead somewhere."""

import re
from pathlib import Path

import pytest

from accord.cli.lab_spec import load_spec
from accord.node.config import load_ledger_config, load_node_config
from accord.node.sources.description import read_description
from tests.architecture.house import ROOT, name_of

SAMPLES = ROOT / "docs/samples"
READERS = {
    "consortium.toml": load_spec,
    "database.toml": read_description,
    "description.toml": read_description,
    "ledger.toml": load_ledger_config,
    "node.toml": load_node_config,
}
TEXTS = [
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("docker/*.md"))
    if path.name != "template.md"
]
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("path", sorted(SAMPLES.iterdir()), ids=name_of)
def test_sample_is_read_without_complaint(path: Path) -> None:
    READERS[path.name](path)


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_links_lead_to_files(path: Path) -> None:
    dead = [
        link
        for link in LINK.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / link).exists()
    ]

    assert dead == []


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in ROOT.glob("docs/adr/[0-9]*.md"))

    assert numbers == list(range(1, len(numbers) + 1))
