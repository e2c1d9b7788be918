"""An answer as a table for people, and as lists for programs.

Every digit of the answer is shown: it is exact, or rounded where the plan says so, and a
display must not round again.
"""

from typing import Final

from rich import box
from rich.table import Table
from rich.text import Text

from accord.cli.texts import Texts
from accord.client.columns import N_COLUMN
from accord.domain.answer import WITHHELD, Answer
from accord.query.expressions import aggregates_of
from accord.query.plan import Plan
from accord.query.plan_answer import Aggregate

_GROUP_DIGITS: Final = 3


def answer_table(answer: Answer, plan: Plan, texts: Texts) -> Table:
    """The answer with right-aligned numbers and one mark for what is withheld.

    How many rows each line rests on stands last, unless a column says the same.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    computed = [any(aggregates_of(output.expression)) for output in plan.outputs]
    for place, (name, unit) in enumerate(zip(answer.columns, answer.units, strict=True)):
        title = Text(f"{name}, {unit}" if unit else name)
        numeric = computed[place] or all(_is_number(row[place]) for row in answer.rows)
        table.add_column(title, justify="right" if numeric else "left", no_wrap=True)
    counted = not _shows_n(answer, plan)
    if counted:
        table.add_column(Text(N_COLUMN), justify="right", no_wrap=True)
    for row, n in zip(answer.rows, answer.n, strict=True):
        cells = [_cell(value, number, texts) for value, number in zip(row, computed, strict=True)]
        last = WITHHELD if n is None else str(n)
        table.add_row(*cells, *([_cell(last, computed=True, texts=texts)] if counted else []))
    return table


def answer_as_json(answer: Answer, plan: Plan) -> dict[str, object]:
    """Columns, units, digits after the point, rows of text or null, and what is behind them."""
    return {
        "columns": list(answer.columns),
        "units": list(answer.units),
        "digits": [output.digits for output in plan.outputs],
        "rows": [list(row) for row in answer.rows],
        "n": list(answer.n),
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


def _shows_n(answer: Answer, plan: Plan) -> bool:
    """Whether a count in the table is that of the rows behind its line, in every line."""
    counts = [
        place
        for place, output in enumerate(plan.outputs)
        if isinstance(output.expression, Aggregate) and output.digits == 0
    ]
    lines = [pair for pair in zip(answer.rows, answer.n, strict=True) if pair[1] is not None]
    return any(all(row[place] == str(n) for row, n in lines) for place in counts)


def _is_number(value: str | None) -> bool:
    return value is not None and value.lstrip("-").replace(".", "", 1).isdigit()
