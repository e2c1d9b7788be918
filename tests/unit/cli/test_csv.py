"""``--bundle``, ``--csv``, ``--parquet``: new files only; the latter only what has verified."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from accord.cli import exit_codes
from accord.cli.program import start
from accord.cli.results import Files
from accord.domain.answer import Answer
from accord.domain.errors import RequestError
from tests.unit.cli.scripted_commands import ASK, acting
from tests.unit.client.scripted_node import RUN, draft_of, handle_ask

__all__ = ["acting"]  # the fixture


@pytest.mark.parametrize("option", ["--bundle", "--csv", "--parquet"])
@pytest.mark.parametrize("command", [ASK, ["runs", "show", RUN.hex()]])
def test_a_file_that_exists_is_kept_and_nothing_is_asked(
    command: list[str], option: str, acting: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "answer.csv"
    file.write_text("mine")
    with acting({}) as script:
        assert start([*command, option, str(file)]) == exit_codes.REFUSED

    assert "E-CLI-014" in capsys.readouterr().err
    assert (script.requests, file.read_text()) == ([], "mine")


def test_an_answer_that_does_not_verify_is_not_written(acting: Any, tmp_path: Path):
    file = tmp_path / "answer.csv"
    with acting({"Draft": draft_of(), "Ask": handle_ask}):
        bundle = ["--bundle", str(tmp_path / "1.accord")]
        assert start([*ASK, *bundle, "--csv", str(file)]) == exit_codes.REFUSED

    assert not file.exists()


def test_csv_goes_into_the_file_as_utf_8_with_the_line_ends_of_the_rfc(tmp_path: Path):
    answer = Answer(("地区", "合计"), ("", ""), (("北", "3"), ("南", "withheld")), (12, None), 1)
    result: Any = SimpleNamespace(answer=answer)
    file = tmp_path / "answer.csv"

    Files(None, file, None).write_answer(result)
    Files(None, None, None).write_answer(result)

    assert file.read_bytes() == "地区,合计,n\r\n北,3,12\r\n南,withheld,\r\n".encode()
    with pytest.raises(RequestError) as caught:
        Files(None, tmp_path / "none" / "answer.csv", None).write_answer(result)
    assert caught.value.code == "E-CLI-003"


def test_parquet_without_duckdb_says_so_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setitem(sys.modules, "duckdb", None)

    with pytest.raises(RequestError) as caught:
        Files(None, None, tmp_path / "answer.parquet").check()

    assert (caught.value.code, caught.value.facts["package"]) == ("E-CLI-015", "duckdb")
