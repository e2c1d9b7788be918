"""Commands against a scripted node: data on standard output, talk on standard error."""

import json
from pathlib import Path
from typing import Any

import pytest

from accord.cli import exit_codes
from accord.cli.program import start
from accord.domain.errors import RefusalError
from accord.domain.ids import Identity
from accord.wire.v1 import person_pb2 as wire
from accord.wire.v1 import types_pb2
from tests.unit.cli.scripted_commands import (
    ASK,
    GRANT_OPTIONS,
    Handlers,
    acting,
    refused_by,
)
from tests.unit.client.scripted_node import (
    ANALYST,
    OWNERS,
    PURPOSE,
    RUN,
    SQL,
    STEWARD,
    draft_of,
    handle_ask,
    progress,
)

__all__ = ["acting"]  # the fixture


def test_an_answer_whose_bundle_does_not_verify_is_not_shown(
    acting: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    file = tmp_path / "1.accord"
    with acting({"Draft": draft_of(), "Ask": handle_ask}):
        status = start([*ASK, "--bundle", str(file)])

    captured = capsys.readouterr()
    assert status == exit_codes.REFUSED
    assert captured.out == ""
    assert "E-CLI-009" in captured.err
    assert file.exists()


def test_a_bundle_that_cannot_be_written_is_named(
    acting: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    with acting({"Draft": draft_of(), "Ask": handle_ask}):
        status = start([*ASK, "--bundle", str(tmp_path / "none" / "1.accord")])

    assert status == exit_codes.REFUSED
    assert "E-CLI-003" in capsys.readouterr().err


def test_a_dry_run_says_what_would_be_computed_under_whose_grant(
    acting: Any, capsys: pytest.CaptureFixture[str]
):
    def answer(_: Any) -> Any:
        for owner in OWNERS:
            yield progress(owner, types_pb2.STAGE_GRANTED)

    with acting({"Draft": draft_of(dry_run=True), "Ask": answer}):
        assert start([*ASK, "--dry-run", "--json"]) == exit_codes.DONE
    value = json.loads(capsys.readouterr().out)
    with acting({"Draft": draft_of(dry_run=True), "Ask": answer}):
        assert start([*ASK, "--dry-run"]) == exit_codes.DONE

    assert (value["allowed"], value["cells"], value["guard"]) == (True, 1, "data_bureau")
    assert set(value["grants"]) == set(OWNERS)
    captured = capsys.readouterr()
    assert "Would compute: From all parts of table income: the number of rows." in captured.err
    assert captured.out == ""


def test_a_dry_run_that_somebody_refuses_exits_1(acting: Any, capsys: pytest.CaptureFixture[str]):
    def answer(_: Any) -> Any:
        yield refused_by("tax_south")

    with acting({"Draft": draft_of(dry_run=True), "Ask": answer}):
        assert start([*ASK, "--dry-run"]) == exit_codes.REFUSED

    said = capsys.readouterr().err
    assert "Would compute:" in said
    assert "tax_south would refuse:\nE-GRT-005" in said
    assert "It may not run." in said


def test_a_dry_run_that_ends_in_a_refusal_shows_the_same_and_is_json_too(
    acting: Any, capsys: pytest.CaptureFixture[str]
):
    refusal = RefusalError("E-GRT-005", max_runs=3, record="tax_south#4")

    def answer(_: Any) -> Any:
        yield refused_by("tax_south")
        raise refusal

    with acting({"Draft": draft_of(dry_run=True), "Ask": answer}):
        assert start([*ASK, "--dry-run", "--json"]) == exit_codes.REFUSED

    printed = json.loads(capsys.readouterr().out)
    assert (printed["dry_run"], printed["allowed"]) == (True, False)
    assert printed["refused"]["tax_south"]["code"] == "E-GRT-005"


def test_runs_are_listed_and_found_by_the_beginning_of_their_id(
    acting: Any, capsys: pytest.CaptureFixture[str]
):
    summary = wire.RunSummary(run_id=RUN, sql=SQL, purpose=PURPOSE, state="refused", asked="t")
    handlers: Handlers = {
        "ListRuns": lambda _: wire.ListRunsResponse(runs=[summary]),
        "ShowRun": lambda _: wire.ShowRunResponse(summary=summary),
    }
    with acting(handlers):
        start(["runs"])
    assert RUN.hex()[:8] in capsys.readouterr().out
    with acting(handlers) as script:
        assert start(["runs", "show", RUN.hex()[:6], "--json"]) == exit_codes.DONE

    assert script.requests[-1].header.run_id == RUN
    assert json.loads(capsys.readouterr().out)["state"] == "refused"


@pytest.mark.parametrize("text", ["ff", "run", "", "0" * 33])
def test_an_id_that_names_nothing_is_refused(
    text: str, acting: Any, capsys: pytest.CaptureFixture[str]
):
    summary = wire.RunSummary(run_id=RUN)
    with acting({"ListRuns": lambda _: wire.ListRunsResponse(runs=[summary])}):
        assert start(["runs", "show", text]) == exit_codes.REFUSED

    assert "E-CLI-005" in capsys.readouterr().err


@pytest.mark.parametrize("reachable", [True, False])
def test_status_exits_3_while_somebody_is_away(
    reachable: bool, acting: Any, capsys: pytest.CaptureFixture[str]
):
    peer = wire.PeerStatus(member="tax_north", reachable=reachable)
    answer = wire.StatusResponse(member="statistics", sequenced=2, final=1, peers=[peer])
    with acting({"Status": lambda _: answer}):
        status = start(["status"])

    assert status == (exit_codes.DONE if reachable else exit_codes.UNAVAILABLE)
    assert ("does not answer" in capsys.readouterr().out) == (not reachable)


def test_a_refused_question_names_everybody_who_refused(
    acting: Any, capsys: pytest.CaptureFixture[str]
):
    def answer(_: Any) -> Any:
        yield refused_by("tax_south")
        yield refused_by("tax_north")
        raise RefusalError("E-GRT-005", max_runs=3)

    with acting({"Draft": draft_of(), "Ask": answer}):
        assert start(ASK) == exit_codes.REFUSED

    said = capsys.readouterr().err
    assert "Refused by tax_south (E-GRT-005), tax_north (E-GRT-005)." in said


@pytest.mark.parametrize(
    ("arguments", "handlers", "identity", "hint"),
    [
        (["runs"], {"ListRuns": wire.ListRunsResponse()}, ANALYST, "accord ask"),
        (["grants"], {"ListGrants": wire.ListGrantsResponse()}, STEWARD, "accord grant --help"),
        (["data", "list"], {"ListTables": wire.ListTablesResponse()}, ANALYST, "data publish"),
    ],
)
def test_an_empty_list_says_what_to_do_next_and_prints_no_data(
    arguments: list[str],
    handlers: dict[str, Any],
    identity: Identity,
    hint: str,
    acting: Any,
    capsys: pytest.CaptureFixture[str],
):
    (name, response), *_ = handlers.items()
    with acting({name: lambda _: response}, identity):
        assert start(arguments) == exit_codes.DONE

    captured = capsys.readouterr()
    assert captured.out == ""
    assert hint in captured.err


@pytest.mark.parametrize(
    ("arguments", "identity"),
    [(["ask", SQL, "--purpose", " "], ANALYST), ([*GRANT_OPTIONS, "--purpose", ""], STEWARD)],
)
def test_an_empty_purpose_reaches_no_node(
    arguments: list[str], identity: Identity, acting: Any, capsys: pytest.CaptureFixture[str]
):
    with acting({}, identity) as script:
        assert start(arguments) == exit_codes.REFUSED

    assert "E-CLI-013" in capsys.readouterr().err
    assert script.requests == []
