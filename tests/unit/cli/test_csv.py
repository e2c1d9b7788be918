"""``--csv``: into a new file only, and only what has verified."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from accord.cli import exit_codes
from accord.cli.program import start
from accord.cli.results import write_csv
from accord.domain.answer import Answer
from accord.domain.errors import RequestError
from tests.unit.cli.scripted_commands import ASK, acting
from tests.unit.client.scripted_node import RUN, draft_of, handle_ask

__all__ = ["acting"]  # the fixture


@pytest.mark.parametrize("command", [ASK, ["runs", "show", RUN.hex()]])
def test_a_file_that_exists_is_kept_and_nothing_is_asked(
    command: list[str], acting: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "answer.csv"
    file.write_text("mine")
    with acting({}) as script:
        assert start([*command, "--csv", str(file)]) == exit_codes.REFUSED

    assert "E-CLI-014" in capsys.readouterr().err
    assert (script.requests, file.read_text()) == ([], "mine")


def test_an_answer_that_does_not_verify_is_not_written(acting: Any, tmp_path: Path):
    file = tmp_path / "answer.csv"
    with acting({"Draft": draft_of(), "Ask": handle_ask}):
        bundle = ["--bundle", str(tmp_path / "1.accord")]
        assert start([*ASK, *bundle, "--csv", str(file)]) == exit_codes.REFUSED

    assert not file.exists()


def test_csv_goes_into_the_file_as_utf_8_with_the_line_ends_of_the_rfc(tmp_path: Path):
    answer = Answer(("地区", "n"), ("", ""), (("北", "3"), ("南", "withheld")), 1)
    result: Any = SimpleNamespace(answer=answer)
    file = tmp_path / "answer.csv"

    write_csv(file, result)
    write_csv(None, result)

    assert file.read_bytes() == "地区,n\r\n北,3\r\n南,withheld\r\n".encode()
    with pytest.raises(RequestError) as caught:
        write_csv(tmp_path / "none" / "answer.csv", result)
    assert caught.value.code == "E-CLI-003"
