"""What people see of answers and progress."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from accord.cli.render_answer import answer_as_json, answer_table, with_thousands
from accord.cli.render_progress import ProgressBoard
from accord.cli.results import AskedResult, print_evidence
from accord.cli.texts import load_texts
from accord.client.progress import Stage, Step
from accord.domain.answer import WITHHELD, Answer
from accord.domain.errors import Language, RefusalError, UnavailableError
from accord.query.plan import Group
from accord.query.plan_answer import Function, Label
from accord.verify.report import Check, Report
from tests.unit.client.scripted_node import OWNERS, TABLE, question
from tests.unit.query.plans import Builder

_MADE = Builder(TABLE)
_GROUP = Group("region", ("region",), ("2024", "2025", None), ("2024", "2025", None))
PLAN = _MADE.plan(
    Label(0),
    _MADE.aggregate(Function.COUNT),
    _MADE.aggregate(Function.AVG, "wages"),
    groups=(_GROUP,),
    names=("region", "COUNT(*)", "AVG(wages)"),
)
ANSWER = Answer(
    columns=("region", "COUNT(*)", "AVG(wages)"),
    units=("", "", "USD"),
    rows=(("2024", "1234567", "-1234.500000"), ("2025", WITHHELD, WITHHELD), (None, "12", None)),
    n=(1234567, None, 12),
    withheld=1,
)


def _shown(language: Language) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(answer_table(ANSWER, PLAN, load_texts(language)))
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_an_answer_has_readable_numbers_every_digit_and_one_mark_for_withheld():
    lines = [line.split() for line in _shown("en").splitlines()]

    assert lines[0] == ["region", "COUNT(*)", "AVG(wages),", "USD"]
    assert lines[2] == ["2024", "1,234,567", "-1,234.500000"]
    assert lines[3] == ["2025", "withheld", "withheld"]
    assert lines[4] == ["NULL", "12", "NULL"]


def test_numbers_end_at_the_same_place():
    ends = {len(line.rstrip()) for line in _shown("en").splitlines()[2:4]}

    assert len(ends) == 1


def test_the_mark_is_in_the_persons_language():
    assert "不公布" in _shown("zh")
    assert "withheld" not in _shown("zh")


def test_how_many_rows_a_line_rests_on_stands_last_unless_a_column_says_it():
    other = replace(ANSWER, n=(1000, None, 12))
    console = Console(file=io.StringIO(), width=200)
    console.print(answer_table(other, PLAN, load_texts("en")))
    assert isinstance(console.file, io.StringIO)
    lines = [line.split() for line in console.file.getvalue().splitlines()]

    assert lines[0][-1] == "n"
    assert [line[-1] for line in lines[2:5]] == ["1,000", "withheld", "12"]


def test_a_program_gets_the_answer_as_it_is():
    assert answer_as_json(ANSWER, PLAN) == {
        "columns": ["region", "COUNT(*)", "AVG(wages)"],
        "units": ["", "", "USD"],
        "digits": [0, 0, 8],
        "rows": [list(row) for row in ANSWER.rows],
        "n": [1234567, None, 12],
        "withheld": 1,
    }


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3))
def test_thousands_change_nothing_but_the_separators(number: object):
    text = f"{number:f}"

    assert with_thousands(text).replace(",", "") == text
    assert all(len(part) == 3 for part in with_thousands(text).partition(".")[0].split(",")[1:])


def _lines(steps: list[Step], *, dry_run: bool = False) -> list[str]:
    console = Console(file=io.StringIO(), width=200)
    with ProgressBoard(console, question(dry_run=dry_run), load_texts("en")) as board:
        for step in steps:
            board.show(step)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue().splitlines()


def _words(steps: list[Step]) -> list[list[str]]:
    """The lines without their elapsed time, which each must end with."""
    lines = [line.split() for line in _lines(steps)]
    assert all(line[-1] == "s" and float(line[-2]) >= 0 for line in lines)
    return [line[:-2] for line in lines]


def test_without_a_terminal_every_step_has_a_line_when_it_comes():
    console = Console(file=io.StringIO(), width=200)
    assert isinstance(console.file, io.StringIO)
    with ProgressBoard(console, question(), load_texts("en")) as board:
        for number, owner in enumerate(OWNERS, 1):
            board.show(Step(owner, Stage.GRANTED))
            assert len(console.file.getvalue().splitlines()) == number


def test_a_step_names_member_stage_and_record():
    steps = [
        Step("tax_north", Stage.RECORDED, "tax_north#5"),
        Step("data_bureau", Stage.DECIDED),
        Step("statistics", Stage.RELEASED, "statistics#2"),
    ]

    assert _words(steps) == [
        ["tax_north", "✓", "recorded", "#5"],
        ["data_bureau", "✓", "decided"],
        ["statistics", "✓", "released"],
    ]


def test_a_refusal_is_shown_once_with_its_code():
    refusal = RefusalError("E-GRT-001", requester="statistics", table="income", purpose="x")

    words = _words([Step("tax_north", Stage.REFUSED, "", refusal)] * 2)

    assert words == [["tax_north", "✗", "refused", "E-GRT-001"]]


def test_the_requester_that_ends_a_run_over_a_refusal_has_not_refused():
    refusal = RefusalError("E-GRT-003", grant="ab", record="tax_north#3")
    steps = [
        Step("tax_north", Stage.REFUSED, "tax_north#3", refusal),
        Step("tax_south", Stage.REFUSED, "tax_north#3", refusal),
    ]

    assert [words[0] for words in _words(steps)] == ["tax_north"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [40, 80, 100, 200])
def test_a_live_line_is_never_folded(language: Language, width: int):
    console = Console(file=io.StringIO(), width=width, force_terminal=True)
    board = ProgressBoard(console, question(), load_texts(language))
    for owner in OWNERS:
        for stage in list(Stage)[:6]:
            board.show(Step(owner, stage, f"{owner}#12345"))

    lines = console.render_lines(board._table(), pad=False)

    assert len(lines) == len(OWNERS) + 1
    assert all(sum(segment.cell_length for segment in line) < width for line in lines)


def test_a_member_that_cannot_go_on_has_not_refused():
    away = UnavailableError("E-LOG-017", record="tax_north#3")

    words = _words([Step("tax_north", Stage.REFUSED, "", away)])

    assert words == [["tax_north", "✗", "stopped", "E-LOG-017"]]


def _result(file: Path | None) -> AskedResult:
    names = tuple(("access", f"tax_{number}#1") for number in range(12))
    checks = tuple(Check(number, "name", "E-VER-001") for number in range(1, 15))
    return AskedResult(question(), PLAN, ANSWER, names, 20, file, Report(checks, None))


@pytest.mark.parametrize(
    ("language", "file", "line"),
    [
        (
            "en",
            Path("b.accord"),
            "✓ 12 records, released in block 20; bundle b.accord; 14 of 14 checks passed",
        ),
        ("en", None, "✓ 12 records, released in block 20; 14 of 14 checks passed"),
        ("zh", None, "✓ 12 条记录, 公布于区块 20; 14 项核验全部通过"),
    ],
)
def test_the_evidence_is_one_short_line(language: Language, file: Path | None, line: str):
    console = Console(file=io.StringIO(), width=40)
    print_evidence(console, _result(file), load_texts(language))
    assert isinstance(console.file, io.StringIO)

    assert console.file.getvalue() == f"{line}\n"


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_has_a_word(stage: Stage):
    assert load_texts("zh").say(f"stage_{stage}")
