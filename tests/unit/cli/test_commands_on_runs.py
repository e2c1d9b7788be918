"""`accord runs cancel` and `resume` against a scripted node."""

import json
from pathlib import Path
from typing import Any

import pytest

from accord.cli import exit_codes
from accord.cli.program import start
from accord.domain import codec
from accord.domain.errors import RefusalError
from accord.domain.run import QUESTION
from accord.wire.v1 import person_pb2 as wire
from tests.unit.cli.scripted_commands import acting, refused_by
from tests.unit.client.scripted_node import (
    ANALYST,
    PURPOSE,
    RUN,
    SQL,
    profile_of,
    question,
    sealed_outcome,
)

__all__ = ["acting"]  # the fixture
ID = RUN.hex()
EXPIRES = "2026-01-31T09:00:00Z"
SIGNED = profile_of(ANALYST).signer.sign(QUESTION, codec.encode(question()))


def shown(state: str = "interrupted", signed: Any = SIGNED) -> wire.ShowRunResponse:
    summary = wire.RunSummary(
        run_id=RUN, sql=SQL, purpose=PURPOSE, state=state, asked="t", expires=EXPIRES
    )
    return wire.ShowRunResponse(summary=summary, question=codec.encode(signed))


def test_what_is_interrupted_says_what_to_type(acting: Any, capsys: pytest.CaptureFixture[str]):
    handlers = {
        "ListRuns": lambda _: wire.ListRunsResponse(runs=[shown().summary]),
        "ShowRun": lambda _: shown(),
    }
    with acting(handlers):
        assert start(["runs"]) == exit_codes.DONE
    captured = capsys.readouterr()
    assert "interrupted" in captured.out
    assert "accord runs resume ID" in captured.err
    with acting(handlers):
        assert start(["runs", "show", ID]) == exit_codes.DONE
    said = capsys.readouterr().err
    assert f"Until {EXPIRES}: accord runs resume {ID[:8]}" in said
    assert f"accord runs cancel {ID[:8]}" in said


def test_a_cancelled_run_says_who_has_it_on_record(acting: Any, capsys: pytest.CaptureFixture[str]):
    answer = wire.CancelRunResponse(record="statistics#7", told=["tax_north"], missed=["tax_south"])
    with acting({"CancelRun": lambda _: answer}) as script:
        assert start(["runs", "cancel", ID]) == exit_codes.DONE
    captured = capsys.readouterr()
    assert script.requests[0].header.run_id == RUN
    assert captured.out == f"{ID}\n"
    assert "Cancelled; record statistics#7. Recorded by: tax_north" in captured.err
    assert "Not reached: tax_south." in captured.err
    with acting({"CancelRun": lambda _: answer}):
        start(["runs", "cancel", ID, "--json"])
    expected = {
        "run": ID, "record": "statistics#7", "told": ["tax_north"], "missed": ["tax_south"],
    }  # fmt: skip
    assert json.loads(capsys.readouterr().out) == expected


@pytest.mark.parametrize(
    ("code", "words"),
    [("E-RUN-019", "The run was cancelled."), ("E-RUN-020", "is released already")],
)
def test_a_run_that_cannot_be_cancelled_says_why(
    code: str, words: str, acting: Any, capsys: pytest.CaptureFixture[str]
):
    def refuse(_: Any) -> Any:
        raise RefusalError(code, record="statistics#7")

    with acting({"CancelRun": refuse}):
        assert start(["runs", "cancel", ID]) == exit_codes.REFUSED

    said = capsys.readouterr().err
    assert f"{code}  " in said
    assert words in said
    assert "statistics#7" in said


def test_a_resumed_run_is_verified_before_it_is_shown(
    acting: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    def answer(_: Any) -> Any:
        yield wire.ResumeRunResponse(sealed_outcome=sealed_outcome(SIGNED))

    file = tmp_path / "1.accord"
    with acting({"ShowRun": lambda _: shown(), "ResumeRun": answer}) as script:
        assert start(["runs", "resume", ID, "--bundle", str(file)]) == exit_codes.REFUSED

    captured = capsys.readouterr()
    assert script.requests[-1].header.run_id == RUN
    assert captured.out == ""
    assert "E-CLI-009" in captured.err  # the script's bundle holds no evidence
    assert file.exists()


def test_a_resumed_run_that_is_refused_names_who_refused(
    acting: Any, capsys: pytest.CaptureFixture[str]
):
    def answer(_: Any) -> Any:
        yield wire.ResumeRunResponse(progress=refused_by("tax_south").progress)
        raise RefusalError("E-RUN-023", owner="tax_south")

    with acting({"ShowRun": lambda _: shown(), "ResumeRun": answer}):
        assert start(["runs", "resume", ID]) == exit_codes.REFUSED

    said = capsys.readouterr().err
    assert "Refused by tax_south (E-GRT-005)." in said
    assert "tax_south has published other rows since it accepted this run." in said


@pytest.mark.parametrize(
    "other",
    [
        profile_of(ANALYST).signer.sign(QUESTION, codec.encode(question(run_id=bytes(16)))),
        profile_of(ANALYST).signer.sign("grant", codec.encode(question())),
    ],
)
def test_a_question_that_was_not_signed_here_is_not_gone_on_with(
    other: Any, acting: Any, capsys: pytest.CaptureFixture[str]
):
    with acting({"ShowRun": lambda _: shown(signed=other)}):
        assert start(["runs", "resume", ID]) == exit_codes.REFUSED

    assert "E-CLI-001" in capsys.readouterr().err
