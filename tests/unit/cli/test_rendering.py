"""What people see of answers and progress."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from accord.cli.render_answer import answer_as_json, answer_table, with_thousands
from accord.cli.render_progress import ProgressBoard
from accord.cli.texts import load_texts
from accord.client.progress import Stage, Step
from accord.domain.answer import WITHHELD, Answer
from accord.domain.errors import Language, RefusalError
from accord.query.plan import Function, Output, Plan
from tests.unit.client.scripted_node import OWNERS, question

PLAN = Plan(
    version=1,
    table="income",
    columns=(),
    where=None,
    groups=(),
    measures=(),
    counts=(),
    outputs=(
        Output("region", Function.GROUP, "region", 0, "", ()),
        Output("COUNT(*)", Function.COUNT, "", 0, "", (0,)),
        Output("AVG(wages)", Function.AVG, "wages", 0, "USD", (0, 1)),
    ),
    max_rows=1024,
)
ANSWER = Answer(
    columns=("region", "COUNT(*)", "AVG(wages)"),
    units=("", "", "USD"),
    rows=(("2024", "1234567", "-1234.500000"), ("2025", WITHHELD, WITHHELD), (None, "12", None)),
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


def test_a_program_gets_the_answer_as_it_is():
    assert answer_as_json(ANSWER)["rows"] == [list(row) for row in ANSWER.rows]


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


def test_without_a_terminal_each_department_has_one_line_when_it_is_through():
    steps = [Step(owner, stage) for owner in OWNERS for stage in list(Stage)[:6]]
    steps[2] = Step("tax_north", Stage.RECORDED, "tax_north#5")
    steps += [Step("data_bureau", Stage.DECIDED), Step("statistics", Stage.RELEASED)]

    lines = _lines(steps)

    assert [line.split()[0] for line in lines] == ["data_bureau", *OWNERS]
    assert "recorded #5" in lines[1]
    assert all(line.endswith("released  ") for line in lines[1:])


def test_a_run_that_stops_half_way_shows_how_far_each_came():
    lines = _lines([Step("tax_north", Stage.GRANTED), Step("tax_south", Stage.MEASURED)])

    assert [line.split() for line in lines] == [
        ["tax_north", "✓", "granted"],
        ["tax_south", "✓", "measured"],
    ]


def test_a_refusal_is_shown_with_its_code():
    refusal = RefusalError("E-GRT-001", requester="statistics", table="income", purpose="x")

    lines = _lines([Step("tax_north", Stage.REFUSED, "", refusal)], dry_run=True)

    assert lines == ["  tax_north    ✗ refused E-GRT-001"]


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_has_a_word(stage: Stage):
    assert load_texts("zh").say(f"stage_{stage}")
