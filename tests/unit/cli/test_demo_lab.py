"""The demo's consortium, its folder, and how it ends."""

import signal
import stat
from importlib.resources import files
from pathlib import Path

import pytest

from accord.cli.demo import QUESTIONS, _expect_refusal
from accord.cli.demo_consortium import GRANTED, PURPOSE, _copy_data, demo_folder
from accord.cli.lab_spec import parse_spec
from accord.cli.stop_signals import terminated_as_interrupted, uninterrupted
from accord.domain.errors import FaultError
from accord.node.settings import read_toml

ORDER = [
    *("tax_north", "tax_central", "tax_south", "civil_affairs", "health", "social_security"),
    *("statistics", "data_bureau", "audit_office"),
]


def test_nine_members_in_the_order_that_makes_the_data_bureau_guard():
    path = Path(str(files("accord.cli").joinpath("demo_consortium.toml")))
    spec = parse_spec(read_toml(path), path.name)

    assert [member.id for member in spec.member] == ORDER
    assert [member.id for member in spec.member if "guard" in member.roles] == ["data_bureau"]
    assert all(member.title.zh and member.title.en for member in spec.member)


def test_every_part_gets_its_description_beside_its_data(tmp_path: Path):
    parts = _copy_data(tmp_path)

    assert {part.member for part in parts} == set(ORDER[:6])
    for part in parts:
        assert (tmp_path / part.member / f"{part.stem}.toml").is_file()
        assert (tmp_path / part.member / f"{part.stem}.parquet").is_file()


def test_the_refused_question_asks_what_no_grant_names():
    (refused,) = [question for question in QUESTIONS if question.refused]

    assert "donations" in refused.sql
    assert "donations" not in GRANTED
    assert refused.purpose == PURPOSE


def test_a_refused_question_that_is_answered_is_a_fault(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("accord.cli.demo._run", lambda *_: None)

    with pytest.raises(FaultError) as caught:
        _expect_refusal(None, QUESTIONS[2], None)  # type: ignore[arg-type] # neither is reached

    assert caught.value.code == "E-CLI-012"


def test_the_folder_is_private_and_gone_afterwards():
    with demo_folder(None) as folder:
        folder.mkdir()
        (folder / "key").write_text("secret", encoding="utf-8")
        mode = stat.S_IMODE(folder.parent.stat().st_mode)

    assert mode == 0o700
    assert not folder.parent.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_folder_is_gone_after_an_interruption(number: signal.Signals):
    seen: list[Path] = []

    def interrupted() -> None:
        with terminated_as_interrupted(), demo_folder(None) as folder:
            seen.append(folder)
            folder.mkdir()
            signal.raise_signal(number)

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert not seen[0].parent.exists()


def test_a_kept_folder_stays(tmp_path: Path):
    with demo_folder(tmp_path / "kept") as folder:
        folder.mkdir()

    assert folder.is_dir()


def test_an_interruption_during_a_clean_up_comes_after_it():
    done: list[str] = []

    def cleaned_up() -> None:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        cleaned_up()

    assert done == ["all of it"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
