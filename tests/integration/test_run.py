"""Questions asked of running nodes, compared with DuckDB over the pooled rows."""

import math
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.client.client import Finished
from accord.domain.answer import WITHHELD
from accord.domain.catalogue import Column, ColumnType
from accord.domain.errors import RefusalError
from accord.domain.record import RecordKind
from accord.verify.bundle import verify_bundle
from tests.consortium.lab import BUREAU, OWNERS, STATS
from tests.consortium.tables import PURPOSE, TestTable, people, spread
from tests.consortium.world import ANA, Consortium
from tests.properties.questions import plain_questions

GROUPED = (
    "SELECT region, COUNT(*), COUNT(profit), SUM(profit), AVG(profit), SUM(age), AVG(age), "
    "VAR_SAMP(age), VAR_POP(profit), STDDEV_SAMP(profit), STDDEV_POP(age) "
    "FROM {table} {where} GROUP BY region"
)
TOTAL = (
    "SELECT 'all', COUNT(*), COUNT(profit), SUM(profit), AVG(profit), VAR_SAMP(profit), "
    "STDDEV_POP(age), VARIANCE(age), STDDEV(profit) FROM {table} {where}"
)


@pytest.fixture(scope="module")
def even(consortium: Consortium) -> TestTable:
    """Sixty people everywhere; two in a region that is too small to be shown."""
    table = spread("even")
    for part in OWNERS[:2]:
        table.rows[part].append((f"{part}-tiny", "tiny", 44, "5.00"))  # type: ignore[attr-defined] # made as lists
    return consortium.add(table)


@pytest.fixture(scope="module")
def uneven(consortium: Consortium) -> TestTable:
    """A large part, a part of one row, an empty part."""
    rows = {"alpha": people("uneven", "alpha", 80), "beta": [], "gamma": [], "stats": []}
    rows["gamma"] = people("uneven", "gamma", 1)
    rows["beta"] = people("uneven", "beta", 25)
    rows["stats"] = []
    parts = ("stats", *OWNERS)
    return consortium.add(TestTable("uneven", rows, parts))


@pytest.mark.parametrize(
    "where",
    [
        "",
        "WHERE age >= 40",
        "WHERE profit IS NOT NULL AND NOT (age BETWEEN 30 AND 50)",
        "WHERE profit < 0 OR region IN ('north', 'south')",
        "WHERE profit = 0.00 OR profit > -999.99",
    ],
)
def test_a_grouped_question_gives_the_pooled_numbers(
    consortium: Consortium, even: TestTable, where: str
) -> None:
    sql = GROUPED.format(table=even.name, where=where)
    done = consortium.ask(sql)
    assert_is_truth(done, even.truth(sql))
    assert shown(done)["tiny"][1] == WITHHELD
    assert len([row for row in shown(done).values() if row[1] != WITHHELD]) == 3


@pytest.mark.parametrize("where", ["", "WHERE age < 66", "WHERE profit IS NOT NULL"])
def test_a_total_gives_the_pooled_numbers(
    consortium: Consortium, even: TestTable, where: str
) -> None:
    sql = TOTAL.format(table=even.name, where=where)
    done = consortium.ask(sql.replace("'all', ", ""))
    truth = next(iter(even.truth(sql).values()))
    assert_rows(done, [("all", *done.bundle.answer.rows[0])], {"all": truth})  # type: ignore[union-attr] # no dry run


def test_empty_parts_and_parts_of_one_row_are_added_too(
    consortium: Consortium, uneven: TestTable
) -> None:
    """The asking member holds an empty part itself."""
    sql = TOTAL.format(table=uneven.name, where="")
    done = consortium.ask(sql.replace("'all', ", ""))
    truth = next(iter(uneven.truth(sql).values()))
    assert truth[1] == 106
    assert_rows(done, [("all", *done.bundle.answer.rows[0])], {"all": truth})  # type: ignore[union-attr] # no dry run


def test_the_requesters_own_rows_count_in_the_answer_and_not_towards_the_minimum(
    consortium: Consortium,
) -> None:
    """Gamma asks; in the west nearly all rows are its own."""
    rows = {part: people("own", part, 30, ("north", "south")) for part in OWNERS}
    rows["gamma"] += people("own-west", "gamma", 40, ("west",))
    rows["alpha"] += people("own-west", "alpha", 3, ("west",))
    rows["beta"] += people("own-west", "beta", 3, ("west",))
    table = consortium.add(TestTable("own", rows), "gamma")
    sql = "SELECT region, COUNT(*), SUM(age) FROM own GROUP BY region"

    done = consortium.ask(sql, who="gamma/ana")

    assert_is_truth(done, table.truth(sql))
    assert shown(done)["west"][1:] == (WITHHELD, WITHHELD)
    assert done.question.guard == BUREAU


def test_a_cell_fed_by_one_owner_is_withheld_unless_that_owner_allows_it(
    consortium: Consortium,
) -> None:
    rows = {
        p: people("fed", p, 40, (r,))
        for p, r in zip(OWNERS, ("north", "south", "west"), strict=True)
    }
    rows["alpha"] += people("fed-south", "alpha", 20, ("south",))
    consortium.add(TestTable("fed", rows))
    sql = "SELECT region, COUNT(*) FROM fed GROUP BY region"

    before = shown(consortium.ask(sql))
    for owner in ("alpha", "gamma"):
        for state in consortium.client(f"{owner}/steward").grants():
            if state.grant.table == "fed":
                consortium.client(f"{owner}/steward").revoke(state.grant.grant_id)
        consortium.grant(owner, "fed", single_source=True)
    after = shown(consortium.ask(sql))

    assert {region: row[1] for region, row in before.items()} == {
        "north": WITHHELD, "south": "60", "west": WITHHELD, "tiny": WITHHELD,
    }  # fmt: skip
    assert {region: row[1] for region, row in after.items()} == {
        "north": "40", "south": "60", "west": "40", "tiny": WITHHELD,
    }  # fmt: skip


@settings(max_examples=5)
@given(data=st.data())
def test_made_up_questions_give_the_pooled_numbers(
    consortium: Consortium, data: st.DataObject
) -> None:
    """The large run of this test is on the pure layer; here the whole way is gone."""
    table = made_up_table(consortium)
    groups = [
        Column(
            "region",
            ColumnType.TEXT,
            0,
            None,
            None,
            False,
            ("north", "south", "west"),
            "",
            "",
            "",
        )
    ]
    numbers = [
        Column("age", ColumnType.INTEGER, 0, 0, 120, False, (), "", "", ""),
        Column("profit", ColumnType.DECIMAL, 2, -100_000, 100_000, True, (), "", "", ""),
    ]
    by_region = data.draw(st.booleans())
    asked = data.draw(plain_questions(groups if by_region else [], numbers))
    sql = asked.replace("FROM t", "FROM made")
    try:
        done = consortium.ask(sql)
    except RefusalError as error:
        if error.code != "E-RUN-014":  # the condition leaves too few rows
            raise
        return
    if by_region:
        assert_is_truth(done, table.truth(sql))
    else:
        assert done.bundle
        truth = next(iter(table.truth(sql.replace("SELECT ", "SELECT 'all', ")).values()))
        assert_rows(done, [("all", *done.bundle.answer.rows[0])], {"all": truth})


_MADE: dict[int, TestTable] = {}


def made_up_table(consortium: Consortium) -> TestTable:
    """Added once; Hypothesis calls its test many times."""
    if id(consortium) not in _MADE:
        _MADE[id(consortium)] = consortium.add(spread("made", 150))
    return _MADE[id(consortium)]


def test_everything_is_recorded_where_it_happened(consortium: Consortium, even: TestTable) -> None:
    done = consortium.ask("SELECT COUNT(*) FROM even")
    run_id = done.question.run_id
    kinds = RecordKind
    assert consortium.kinds(STATS, run_id) == [kinds.APPLY, kinds.RELEASE]
    assert consortium.kinds(BUREAU, run_id) == [kinds.GUARD]
    for owner in OWNERS:
        assert consortium.kinds(owner, run_id) == [kinds.ACCEPT, kinds.ACCESS, kinds.CONTRIBUTED]
    assert {step.member for step in done.steps} == {*OWNERS, BUREAU}
    assert all(step.refusal is None for step in done.steps)


def test_an_outsider_finds_the_bundle_valid(consortium: Consortium, even: TestTable) -> None:
    done = consortium.ask(GROUPED.format(table="even", where=""))
    assert done.outcome
    report = verify_bundle(done.outcome.bundle, consortium.client(ANA).profile.trust)
    assert report.failed is None
    assert report.verified
    assert report.verified.released_in_block == done.outcome.released_in_block


def test_an_analyst_finds_own_runs_again_and_no_others(
    consortium: Consortium, even: TestTable
) -> None:
    done = consortium.ask("SELECT SUM(age) FROM even")
    ana, bob = consortium.client(ANA), consortium.client(f"{STATS}/bob")
    detail = ana.show_run(done.question.run_id)
    assert done.outcome
    assert (detail.run.state, detail.bundle) == ("finished", done.outcome.bundle)
    assert detail.steps == done.steps
    assert ana.runs(1)[0].run_id == done.question.run_id
    assert not bob.runs()
    with consortium.refused("E-RUN-011"):
        bob.show_run(done.question.run_id)
    with consortium.refused("E-RUN-011"):
        ana.show_run(os.urandom(16))


def test_a_dry_run_computes_nothing_and_is_recorded(
    consortium: Consortium, even: TestTable
) -> None:
    done = consortium.ask("SELECT COUNT(*) FROM even", dry_run=True)
    run_id = done.question.run_id
    assert done.bundle is None
    for owner in OWNERS:
        assert consortium.kinds(owner, run_id) == [RecordKind.DRY_RUN]
    assert consortium.kinds(BUREAU, run_id) == []
    assert consortium.client(ANA).show_run(run_id).run.state == "dry_run"


def test_status_and_tables_say_what_is_so(consortium: Consortium, even: TestTable) -> None:
    health = consortium.client(f"{STATS}/bob").status()
    tables = {state.table.name: state for state in consortium.client(ANA).tables()}
    assert health.ledger is None
    assert health.peers == dict.fromkeys([BUREAU, *OWNERS], True)
    assert health.final <= health.sequenced == len(consortium.leaves(STATS))
    assert tables["even"].published == OWNERS
    assert PURPOSE in {run.purpose for run in consortium.client(ANA).runs()}
    assert datetime.fromisoformat(consortium.client(ANA).runs()[0].asked) <= datetime.now(UTC)


def shown(done: Finished) -> dict[str | None, tuple[str | None, ...]]:
    assert done.bundle
    return {row[0]: row for row in done.bundle.answer.rows}


def assert_is_truth(done: Finished, truth: dict[str | None, tuple[Any, ...]]) -> None:
    assert done.bundle
    assert_rows(done, done.bundle.answer.rows, truth)


def assert_rows(
    done: Finished, rows: Sequence[Sequence[str | None]], truth: dict[str | None, tuple[Any, ...]]
) -> None:
    """Every released cell is the pooled one; none is released of a group that nobody has."""
    compared = 0
    for row in rows:
        for text, expected in zip(row[1:], truth.get(row[0], (None,) * len(row))[1:], strict=False):
            if text == WITHHELD:
                continue
            compared += 1
            if text is None or expected is None:
                assert (text, expected) == (None, None), (done.question.sql, row)
            elif isinstance(expected, float):
                assert math.isclose(float(text), expected, rel_tol=1e-7, abs_tol=1e-6)
            else:
                assert text == str(expected), (done.question.sql, row)
    assert compared
