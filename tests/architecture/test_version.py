"""The version is said once and repeated truly."""

import re

from tests.architecture.house import ROOT, pyproject


def test_changelog_starts_with_the_version_of_the_package() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[([^\]]+)\]", changelog, re.MULTILINE)

    assert versions[0] == pyproject()["project"]["version"]
