"""Profiles: chosen by option or environment, and what a person reads when one is unusable."""

from pathlib import Path

import pytest

from accord.client.profile import FILES, choose_profile, format_profile, load_profile
from accord.domain.errors import RequestError
from accord.domain.ids import Identity

ANA = Identity("demo", "statistics", "analyst", "ana")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """All files of a profile, with rubbish in them; the first one to be read is right."""
    for name in FILES.values():
        (tmp_path / name).write_text("rubbish")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "profile.toml").write_text(format_profile(ANA, "127.0.0.1:7401"))
    return tmp_path


def error_of(folder: Path) -> RequestError:
    with pytest.raises(RequestError) as caught:
        load_profile(folder)
    return caught.value


def test_the_option_stands_above_the_environment() -> None:
    assert choose_profile(Path("a"), {"ACCORD_PROFILE": "b"}) == Path("a")
    assert choose_profile(None, {"ACCORD_PROFILE": "b"}) == Path("b")


@pytest.mark.parametrize("environ", [{}, {"ACCORD_PROFILE": ""}])
def test_without_either_the_error_says_how(environ: dict[str, str]) -> None:
    with pytest.raises(RequestError) as caught:
        choose_profile(None, environ)
    assert caught.value.code == "E-CFG-013"


@pytest.mark.parametrize("name", sorted(FILES.values()))
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()

    assert (error_of(folder).code, error_of(folder).facts["file"]) == ("E-CFG-014", name)


def test_a_folder_that_is_not_there_is_no_profile(tmp_path: Path) -> None:
    assert error_of(tmp_path / "nobody").code == "E-CFG-014"


def test_rubbish_in_a_key_file_is_named(folder: Path) -> None:
    error = error_of(folder)

    assert (error.code, error.facts["file"]) == ("E-CFG-008", str(folder / "signing.key"))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('member = "statistics"', "", "E-CFG-004"),
        ('member = "statistics"', 'member = "statistics"\nmembr = "x"', "E-CFG-003"),
        ('member = "statistics"', 'member = "No Name"', "E-CFG-005"),
        ('role = "analyst"', 'role = "king"', "E-CFG-005"),
        ('role = "analyst"', 'role = ["analyst"]', "E-CFG-005"),
        ("format = 1", "format = 2", "E-CFG-005"),
        ("format = 1", "format =", "E-CFG-002"),
    ],
)
def test_a_wrong_profile_toml_names_the_fault(folder: Path, old: str, new: str, code: str) -> None:
    file = folder / "profile.toml"
    file.write_text(file.read_text().replace(old, new))

    assert error_of(folder).code == code
