"""A median on the command line: each step is named, written and verified before the next."""

import json
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from accord.cli import exit_codes
from accord.cli.ask_quantile import QuantileAsk, show_quantile
from accord.cli.program import start
from accord.cli.session import Session
from accord.cli.texts import load_texts
from accord.domain import codec
from accord.query.quantile import parse_quantile
from accord.wire.v1 import person_pb2 as wire
from tests.unit.cli.scripted_commands import ASK, acting
from tests.unit.client.scripted_node import OWNERS, PURPOSE, TABLE, draft_of, handle_ask
from tests.unit.client.test_quantiles import PARTS, asked
from tests.unit.query.dated import VISITS

__all__ = ["acting"]  # the fixture

MEDIAN = "SELECT MEDIAN(wages) FROM visits"


def tables(_: Any) -> Any:
    summary = wire.TableSummary(table=codec.encode(TABLE), published=OWNERS)
    return wire.ListTablesResponse(tables=[summary])


def shown(tmp_path: Path, capsys: pytest.CaptureFixture[str], *, as_json: bool) -> str:
    session = Session(load_texts("en"), Console(width=200), Console(stderr=True, width=200), {})
    quantile = parse_quantile(MEDIAN, {"visits": VISITS})
    assert quantile is not None
    client: Any = SimpleNamespace()
    ask = QuantileAsk(session, client, quantile, PURPOSE, None)
    show_quantile(session, ask, asked(MEDIAN, PARTS, 500), tmp_path / "m.csv", as_json=as_json)
    return capsys.readouterr().out


def test_the_quantile_is_shown_with_its_bounds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = shown(tmp_path, capsys, as_json=False)

    assert "MEDIAN(wages) smallest" in found
    header = (tmp_path / "m.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.startswith("MEDIAN(wages),MEDIAN(wages) smallest")


def test_json_has_the_quantile_and_all_steps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    value = json.loads(shown(tmp_path, capsys, as_json=True))

    quantile = value["quantile"]
    assert Decimal(quantile["smallest"]) <= Decimal(quantile["estimate"])
    assert Decimal(quantile["error"]) <= 500
    assert quantile["fraction"] == "1/2"
    assert value["steps"] == []


def test_a_step_that_does_not_verify_ends_the_search(
    acting: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sql = "SELECT MEDIAN(wages) FROM income"
    step = "SELECT COUNT(wages) AS n FROM income"
    file = tmp_path / "median.accord"
    arguments = [sql if one == ASK[1] else one for one in ASK]
    handlers = {"ListTables": tables, "Draft": draft_of(sql=step), "Ask": handle_ask}
    with acting(handlers):
        status = start([*arguments, "--bundle", str(file)])

    captured = capsys.readouterr()
    assert status == exit_codes.REFUSED
    assert captured.out == ""
    assert f"Question 1: {step}" in captured.err
    assert "E-CLI-009" in captured.err
    assert "Question 2" not in captured.err
    assert [path.name for path in tmp_path.iterdir()] == ["median-1.accord"]
