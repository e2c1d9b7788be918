"""Commands against a scripted node: data on standard output, talk on standard error."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from accord.cli import exit_codes
from accord.cli.program import start
from accord.client.client import Client
from accord.client.grants import GRANT_ID_BYTES, Terms, make_grant, parse_until
from accord.domain import codec
from accord.domain.errors import RefusalError, RequestError
from accord.domain.ids import Identity
from accord.domain.run import GRANT
from accord.ledger.signatures import Ed25519Signer
from accord.wire.v1 import person_pb2 as wire
from accord.wire.v1 import types_pb2
from tests.unit.client.scripted_node import (
    ANALYST,
    NOW,
    OWNERS,
    PURPOSE,
    RUN,
    SQL,
    STEWARD,
    TABLE,
    Script,
    draft_of,
    handle_ask,
    progress,
    scripted_client,
)

Handlers = dict[str, Callable[[Any], Any]]
ASK = ["ask", SQL, "--purpose", PURPOSE]
GRANT_OPTIONS = [
    *("grant", "--to", "statistics", "--dataset", "income", "--columns", "wages, age"),
    *("--purpose", PURPOSE, "--legal-basis", "law", "--until", "2027-01-01"),
]


@pytest.fixture
def acting(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Has every command act on a scripted node."""

    @contextmanager
    def serve(handlers: Handlers, identity: Identity = ANALYST) -> Iterator[Script]:
        with scripted_client(handlers, identity) as (client, script):

            def open_client(*_: object) -> Client:
                return client

            for module in ("ask", "runs", "data", "grant", "grants", "revoke", "status"):
                monkeypatch.setattr(f"accord.cli.{module}.open_client", open_client)
            yield script

    return serve


def refused_by(member: str) -> wire.AskResponse:
    refusal = types_pb2.Refusal(code="E-GRT-005", facts={"max_runs": "3"})
    step = types_pb2.Progress(member=member, stage=types_pb2.STAGE_REFUSED, refusal=refusal)
    return wire.AskResponse(progress=step)


def _grant_summary(**changes: Any) -> wire.GrantSummary:
    until = changes.pop("until", datetime(2999, 1, 1, tzinfo=UTC))
    terms = Terms("statistics", "income", ("wages",), PURPOSE, "law", until)
    grant = make_grant(terms, "tax_north", b"\xab" * GRANT_ID_BYTES, NOW)
    signed = Ed25519Signer(STEWARD.uri, bytes(32)).sign(GRANT, codec.encode(grant))
    return wire.GrantSummary(grant=codec.encode(signed), **changes)


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


def test_a_grant_prints_its_id(acting: Any, capsys: pytest.CaptureFixture[str]):
    handlers = {"Grant": lambda _: wire.GrantResponse(record="tax_north#3")}
    with acting(handlers, STEWARD):
        assert start(GRANT_OPTIONS) == exit_codes.DONE

    captured = capsys.readouterr()
    assert len(bytes.fromhex(captured.out.strip())) == GRANT_ID_BYTES
    assert "tax_north#3" in captured.err


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--until", "soon"], "E-CLI-004"),
        (["--min-count", "1"], "E-CLI-010"),
        (["--max-runs", "0"], "E-CLI-010"),
    ],
)
def test_a_grant_with_impossible_terms_is_not_signed(
    options: list[str], code: str, acting: Any, capsys: pytest.CaptureFixture[str]
):
    with acting({}, STEWARD) as script:
        assert start([*GRANT_OPTIONS, *options]) == exit_codes.REFUSED

    assert code in capsys.readouterr().err
    assert script.requests == []


def test_until_takes_a_date_or_a_moment():
    assert parse_until("2027-01-01") == parse_until("2027-01-01T00:00:00Z")
    with pytest.raises(RequestError):
        parse_until("2027-13-01")


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "open"),
        ({"revoked": True}, "revoked"),
        ({"runs_used": 50}, "used_up"),
        ({"until": datetime(2020, 1, 1, tzinfo=UTC)}, "expired"),
    ],
)
def test_grants_tell_how_they_stand(
    changes: dict[str, Any], state: str, acting: Any, capsys: pytest.CaptureFixture[str]
):
    summary = _grant_summary(**changes)
    with acting({"ListGrants": lambda _: wire.ListGrantsResponse(grants=[summary])}, STEWARD):
        start(["grants", "--json"])

    (grant,) = json.loads(capsys.readouterr().out)["grants"]
    assert (grant["state"], grant["columns"]) == (state, ["wages"])


def test_a_grant_is_revoked_by_the_beginning_of_its_id(
    acting: Any, capsys: pytest.CaptureFixture[str]
):
    handlers = {
        "ListGrants": lambda _: wire.ListGrantsResponse(grants=[_grant_summary()]),
        "Revoke": lambda _: wire.RevokeResponse(record="tax_north#5"),
    }
    with acting(handlers, STEWARD):
        assert start(["revoke", "ABAB"]) == exit_codes.DONE

    captured = capsys.readouterr()
    assert captured.out.strip() == "ab" * GRANT_ID_BYTES
    assert "tax_north#5" in captured.err


def test_tables_show_columns_bounds_and_who_is_missing(
    acting: Any, capsys: pytest.CaptureFixture[str]
):
    summary = wire.TableSummary(
        table=codec.encode(TABLE), published=OWNERS[:1], differing=OWNERS[2:]
    )
    with acting({"ListTables": lambda _: wire.ListTablesResponse(tables=[summary])}):
        assert start(["data", "list"]) == exit_codes.DONE

    out = capsys.readouterr().out
    assert "decimal(2)?" in out
    assert "0.00 … 1000.00" in out
    assert "2 public values" in out
    assert f"not published yet, or not answering: {OWNERS[1]}\n" in out
    assert "described differently by tax_south" in out


def test_publishing_tells_the_steward_the_number_of_rows(
    acting: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    file = tmp_path / "income.toml"
    file.write_text("", encoding="utf-8")
    answer = wire.PublishResponse(table="income", rows=1200, epoch=2, record="tax_north#1")
    with acting({"Publish": lambda _: answer}, STEWARD):
        assert start(["data", "publish", str(file)]) == exit_codes.DONE

    assert "1,200 rows" in capsys.readouterr().err


def test_inspecting_never_replaces_a_description(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    data, out = tmp_path / "a.csv", tmp_path / "a.toml"
    data.write_text("person,wages\np1,10.5\np2,\n", encoding="utf-8")

    assert start(["data", "inspect", str(data), "--out", str(out)]) == exit_codes.DONE
    before = out.read_text(encoding="utf-8")
    assert start(["data", "inspect", str(data), "--out", str(out)]) == exit_codes.REFUSED

    assert "[columns.wages]" in before
    assert out.read_text(encoding="utf-8") == before
    assert "E-CLI-014" in capsys.readouterr().err


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


def test_inspecting_a_file_that_is_not_there_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert start(["data", "inspect", str(tmp_path / "none.csv")]) == exit_codes.REFUSED

    assert "E-CLI-002" in capsys.readouterr().err
