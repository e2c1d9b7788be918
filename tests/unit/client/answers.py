"""An answer with everything in it: groups, NULL, a withheld row, numbers beyond 64 bits."""

from accord.client.result import Result
from accord.domain import codec
from accord.domain.answer import WITHHELD, Answer
from accord.query.plan import Function, Group, Output, Plan
from tests.unit.client.scripted_node import PLAN, TABLE, question

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
    shown = Output(columns[0], Function.GROUP, group, 0, "", ())
    outputs = tuple(Output(name, Function.SUM, "wages", 2, "USD", (0,)) for name in columns[1:])
    groups = (Group(group, (1, 2, 3), ("1", "2", "3")),)
    changes = {"groups": groups, "outputs": (shown, *outputs)}
    plan = Plan(**{name: getattr(PLAN, name) for name in PLAN.__slots__} | changes)
    answer = Answer(columns, ("",) * len(columns), rows, 1)
    asked = question(plan=codec.encode(plan))
    return Result(asked, answer, b"evidence", 7, (), plan, TABLE)
