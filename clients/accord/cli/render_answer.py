"""An answer as a table for people, and as lists for programs.

Every digit of the answer is shown: it is exact, or rounded where the plan says so, and a
display must not round again.
"""

from typing import Final

from rich import box
from rich.table import Table
from rich.text import Text

from accord.cli.texts import Texts
from accord.domain.answer import WITHHELD, Answer
from accord.query.plan import Function, Plan

_GROUP_DIGITS: Final = 3


def answer_table(answer: Answer, plan: Plan, texts: Texts) -> Table:
    """The answer with right-aligned numbers and one mark for what is withheld."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    computed = [output.function is not Function.GROUP for output in plan.outputs]
    for place, (name, unit) in enumerate(zip(answer.columns, answer.units, strict=True)):
        title = Text(f"{name}, {unit}" if unit else name)
        numeric = computed[place] or all(_is_number(row[place]) for row in answer.rows)
        table.add_column(title, justify="right" if numeric else "left", no_wrap=True)
    for row in answer.rows:
        cells = zip(row, computed, strict=True)
        table.add_row(*(_cell(value, is_number, texts) for value, is_number in cells))
    return table


def answer_as_json(answer: Answer) -> dict[str, object]:
    """Columns, units, rows of text or null, and the number of withheld groups."""
    return {
        "columns": list(answer.columns),
        "units": list(answer.units),
        "rows": [list(row) for row in answer.rows],
        "withheld": answer.withheld,
    }


def with_thousands(number: str) -> str:
    """``-1234567.5`` as ``-1,234,567.5``; digits after the point are left alone."""
    sign, digits = ("-", number[1:]) if number.startswith("-") else ("", number)
    whole, point, fraction = digits.partition(".")
    first = len(whole) % _GROUP_DIGITS
    groups = [whole[:first]] if first else []
    groups += [whole[at : at + _GROUP_DIGITS] for at in range(first, len(whole), _GROUP_DIGITS)]
    return f"{sign}{','.join(groups)}{point}{fraction}"


def _cell(value: str | None, computed: bool, texts: Texts) -> Text:  # noqa: FBT001
    if value is None:
        return Text("NULL", "dim")
    if computed and value == WITHHELD:
        return Text(texts.say("withheld"), "yellow")
    return Text(with_thousands(value) if computed else value)


def _is_number(value: str | None) -> bool:
    return value is not None and value.lstrip("-").replace(".", "", 1).isdigit()
