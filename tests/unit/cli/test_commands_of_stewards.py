"""Commands of data stewards against a scripted node."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from accord.cli import exit_codes
from accord.cli.program import start
from accord.client.grants import parse_until
from accord.domain import codec
from accord.domain.errors import RequestError
from accord.domain.grant import GRANT_ID_BYTES
from accord.wire.v1 import person_pb2 as wire
from tests.unit.cli.scripted_commands import (
    GRANT_OPTIONS,
    acting,
    grant_summary,
)
from tests.unit.client.scripted_node import (
    OWNERS,
    RUN,
    STEWARD,
    TABLE,
)

__all__ = ["acting"]  # the fixture


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
    summary = grant_summary(**changes)
    with acting({"ListGrants": lambda _: wire.ListGrantsResponse(grants=[summary])}, STEWARD):
        start(["grants", "--json"])

    (grant,) = json.loads(capsys.readouterr().out)["grants"]
    assert (grant["state"], grant["columns"]) == (state, ["wages"])


def test_a_grant_is_revoked_by_the_beginning_of_its_id(
    acting: Any, capsys: pytest.CaptureFixture[str]
):
    handlers = {
        "ListGrants": lambda _: wire.ListGrantsResponse(grants=[grant_summary()]),
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


def test_inspecting_a_file_that_is_not_there_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert start(["data", "inspect", str(tmp_path / "none.csv")]) == exit_codes.REFUSED

    assert "E-CLI-002" in capsys.readouterr().err


def test_findings_say_when_which_run_and_what(acting: Any, capsys: pytest.CaptureFixture[str]):
    text = "/data/income.csv: 21 rows, rows at fault by column {'age': 1}, duplicate keys 0"
    finding = wire.Finding(
        at="2026-01-31T08:00:00Z", table="income", code="E-SRC-040", text=text, run_id=RUN
    )
    answer = {"ListFindings": lambda _: wire.ListFindingsResponse(findings=[finding])}
    with acting(answer, STEWARD):
        assert start(["data", "findings"]) == exit_codes.DONE
    shown = capsys.readouterr().out
    assert f"2026-01-31T08:00:00Z  income  E-SRC-040  run {RUN.hex()}\n" in shown
    assert text in shown
    with acting(answer, STEWARD):
        start(["data", "findings", "--json"])
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert (found["run"], found["text"]) == (RUN.hex(), text)
    with acting({"ListFindings": lambda _: wire.ListFindingsResponse()}, STEWARD):
        assert start(["data", "findings"]) == exit_codes.DONE
    assert "No run has found anything wrong" in capsys.readouterr().err
