"""Every top-level folder is a source root of the one namespace ``accord`` (PEP 420)."""

from pathlib import Path

import pytest

from tests.architecture.house import GENERATED, name_of, pyproject, source_roots

# Packages in one source root alone, which therefore hide nothing; what they export is lazy.
REGULAR = ("clients/accord/client",)


def test_no_init_file_hides_another_part_of_the_namespace() -> None:
    found = [
        name_of(path)
        for root in source_roots()
        if root != GENERATED
        for path in root.rglob("__init__.py")
        if "node_modules" not in path.parts
    ]
    generated = list((GENERATED / "accord").rglob("__init__.py"))

    assert found == [f"{package}/__init__.py" for package in REGULAR]
    assert generated == []


@pytest.mark.parametrize("package", REGULAR)
def test_a_regular_package_lies_in_one_source_root_and_below_the_namespace(package: str) -> None:
    places = [root for root in source_roots() if (root / "accord" / Path(package).name).exists()]

    assert [name_of(root) for root in places] == [Path(package).parts[0]]
    assert len(Path(package).parts) == len(("ROOT", "accord", "NAME"))


def test_wheel_editable_install_and_checkers_agree_on_the_roots() -> None:
    tools = pyproject()["tool"]
    wheel = tools["hatch"]["build"]["targets"]["wheel"]
    roots = wheel["dev-mode-dirs"]

    assert wheel["packages"] == [f"{root}/accord" for root in roots]
    assert tools["ruff"]["src"] == [*roots, "."]
    assert tools["mypy"]["mypy_path"] == [*roots, "stubs"]


def test_roots_exist_and_do_not_nest() -> None:
    roots = source_roots()

    assert all((root / "accord").is_dir() for root in roots)
    assert not [(a, b) for a in roots for b in roots if a != b and a.is_relative_to(b)]


def test_every_root_holds_only_the_namespace() -> None:
    """A second package beside ``accord`` would be importable in a checkout and not in the wheel."""
    strays = [name_of(path) for root in source_roots() for path in root.glob("*/*.py")]
    strays += [name_of(path) for root in source_roots() for path in root.glob("*.py")]

    assert strays == []


def test_packages_named_to_the_checkers_are_the_packages_there_are() -> None:
    found = {
        f"accord.{path.name}"
        for root in source_roots()
        for path in (root / "accord").iterdir()
        if path.is_dir() and any(path.rglob("*.py"))
    }
    tools = pyproject()["tool"]

    assert set(tools["importlinter"]["root_packages"]) == found
    assert set(tools["mypy"]["packages"]) == found - {"accord.wire"}
