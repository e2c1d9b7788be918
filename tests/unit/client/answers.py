"""An answer with everything in it: groups, NULL, a withheld row, numbers beyond 64 bits."""

from accord.client.result import Result
from accord.domain import codec
from accord.domain.answer import WITHHELD, Answer
from accord.query.plan import Group
from accord.query.plan_answer import Function, Label
from tests.unit.client.scripted_node import TABLE, question
from tests.unit.query.plans import Builder

COLUMNS = ("region", "count_star()", "sum(wages)", "sum(wages)", "big")
ROWS = (
    ("1", "40", "-12.50", "7.00", str(2**63)),
    ("2", *[WITHHELD] * 4),
    ("3", "12", None, "1.25", "5"),
)


def result(
    rows: tuple[tuple[str | None, ...], ...] = ROWS,
    columns: tuple[str, ...] = COLUMNS,
    group: str = "region",
) -> Result:
    """An answer that shows a group and a number for each further column."""
    made = Builder(TABLE)
    labels = ("1", "2", "3")
    values: tuple[int | str, ...] = (1, 2, 3) if group == "region" else labels
    shown = Group(group, (group,), labels, values)
    total = made.aggregate(Function.SUM, "wages")
    outputs = [Label(0), *[total] * (len(columns) - 1)]
    plan = made.plan(*outputs, groups=(shown,), names=columns)
    n = tuple(None if WITHHELD in row[1:] else 12 for row in rows)
    answer = Answer(columns, ("",) * len(columns), rows, n, n.count(None))
    asked = question(plan=codec.encode(plan))
    return Result(asked, answer, b"evidence", 7, (), plan, TABLE)
