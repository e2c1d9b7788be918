"""Questions from Python and their CSV by command, asked of running nodes."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from accord.cli import exit_codes
from accord.cli.program import start
from accord.client import Connection, DryRun, Result, Stage, Step, connect
from accord.domain.answer import WITHHELD
from accord.domain.errors import RefusalError
from accord.verify.bundle import verify_bundle
from tests.consortium.lab import OWNERS
from tests.consortium.tables import PURPOSE, TestTable, spread
from tests.consortium.world import ANA, Consortium, MovableClock

SQL = "SELECT region, COUNT(*), SUM(profit), AVG(age) FROM sdk GROUP BY region"


@pytest.fixture(scope="module")
def table(consortium: Consortium) -> TestTable:
    """Sixty people everywhere; two in a region that is too small to be shown."""
    table = spread("sdk")
    rows = {part: list(table.rows[part]) for part in table.parts}
    for part in OWNERS[:2]:
        rows[part].append((f"{part}-tiny", "tiny", 44, "5.00"))
    return consortium.add(replace(table, rows=rows))


@pytest.fixture
def ana(consortium: Consortium, table: TestTable) -> Iterator[Connection]:
    with connect(consortium.lab.profile(ANA), clock=MovableClock()) as connection:
        yield connection


def test_the_numbers_are_the_pooled_ones_and_the_bundle_verifies(
    consortium: Consortium, table: TestTable, ana: Connection
) -> None:
    result = ana.ask(SQL, purpose=PURPOSE)
    truth = table.truth(SQL)

    rows = {row[0]: row for row in result.numbers}
    assert rows.pop("tiny") == ("tiny", None, None, None)
    assert sum(result.withheld) == 1
    for region, (_, count, total, mean) in rows.items():
        assert (count, total) == truth[region][1:3]
        assert (type(count), type(total), type(mean)) == (int, Decimal, Decimal)
        assert float(mean) == pytest.approx(truth[region][3])
    assert verify_bundle(result.bundle, ana.client.profile.trust).verified is not None


def test_steps_come_in_before_the_result_and_the_run_is_found_again(ana: Connection) -> None:
    *steps, result = ana.ask_iter(SQL, purpose=PURPOSE)

    assert isinstance(result, Result)
    assert all(isinstance(step, Step) for step in steps)
    assert steps[-1].stage is Stage.RELEASED  # type: ignore[union-attr] # the line above
    assert ana.client.show_run(bytes.fromhex(result.run_id)).bundle == result.bundle


def test_a_dry_run_computes_nothing_and_says_who_would_refuse(ana: Connection) -> None:
    may = ana.ask(SQL, purpose=PURPOSE, dry_run=True)
    may_not = ana.ask(SQL, purpose="marketing", dry_run=True)

    assert isinstance(may, DryRun)
    assert (may.allowed, may.refused) == (True, {})
    assert not may_not.allowed
    assert {error.code for error in may_not.refused.values()} == {"E-GRT-001"}


def test_a_refusal_and_a_question_we_do_not_answer_are_errors_with_a_code(ana: Connection) -> None:
    with pytest.raises(RefusalError) as refused:
        ana.ask(SQL, purpose="marketing")
    with pytest.raises(RefusalError) as unanswerable:
        ana.ask("SELECT * FROM sdk", purpose=PURPOSE)

    assert refused.value.code == "E-GRT-001"
    assert unanswerable.value.code == "E-SQL-008"


def test_both_commands_write_the_answer_as_csv(
    consortium: Consortium, ana: Connection, tmp_path: Path
) -> None:
    profile = ["--as", str(consortium.lab.profile(ANA))]
    result = ana.ask(SQL, purpose=PURPOSE)
    asked, shown = tmp_path / "asked.csv", tmp_path / "shown.csv"

    bundle = ["--bundle", str(tmp_path / "1.accord")]
    ask = ["ask", SQL, "--purpose", PURPOSE, *bundle, "--csv", str(asked), *profile]
    assert start(ask) == exit_codes.DONE
    show = ["runs", "show", result.run_id, "--csv", str(shown), *profile]
    assert start(show) == exit_codes.DONE

    assert shown.read_bytes() == asked.read_bytes() == result.to_csv().encode()
    with shown.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert tuple(header) == (*result.columns, "n")
    assert ["tiny", *[WITHHELD] * 3, ""] in rows
    assert start(show) == exit_codes.REFUSED  # it is never written over
