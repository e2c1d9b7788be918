"""Compares what ``accord demo --json`` printed with the pooled tables.

    python tests/e2e/check_demo_json.py demo.json      exit 0, or 1 with every difference

Independent of Accord: DuckDB runs the same SQL over all parts at once.  COUNT and SUM must
be equal to the last digit, the rest within `TOLERANCE`; a withheld group must deserve it.
"""

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import duckdb
import sqlglot
from sqlglot import exp

DATA: Final = Path(__file__).parents[2] / "clients/accord/cli/demo_data"
TOLERANCE: Final = Decimal("1e-9")  # relative; DuckDB computes AVG and VAR in DOUBLE
MINIMUM: Final = 10
MIN_OWNERS: Final = 2
WITHHELD: Final = "withheld"
EXACT: Final = (exp.Count, exp.Sum)
EXPECTED_ANSWERS: Final = 2
EXPECTED_REFUSALS: Final = 1


@dataclass(frozen=True, slots=True)
class Select:
    """One question, taken apart.

    Attributes:
        labels: Places of the group-by columns in the SELECT list.
        exact: Places that must agree to the last digit.
        terms: Per owner, SQL of every number of rows that a release must stand on.
    """

    sql: str
    labels: tuple[int, ...]
    exact: frozenset[int]
    terms: tuple[str, ...]
    tree: exp.Select


def main(arguments: Sequence[str]) -> int:
    """Check the file named on the command line."""
    printed = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    found = list(differences(printed))
    for difference in found:
        sys.stdout.write(f"{difference}\n")
    if not found:
        answers = len(list(_answered(printed)))
        sys.stdout.write(f"{answers} answers equal to the pooled tables\n")
    return 1 if found else 0


def differences(printed: Any) -> Iterator[str]:
    """Everything in the demo's JSON that is not as it should be."""
    answered, refused = list(_answered(printed)), list(_refused(printed))
    if len(answered) < EXPECTED_ANSWERS:
        yield f"{len(answered)} answered questions, expected {EXPECTED_ANSWERS}"
    if len(refused) < EXPECTED_REFUSALS:
        yield f"{len(refused)} refused questions, expected {EXPECTED_REFUSALS}"
    if not any(question["answer"]["withheld"] for question in answered):
        yield "no group was withheld in any answer"
    with duckdb.connect() as database:
        _load(database)
        for question in answered:
            for difference in _compare(database, question):
                yield f"{question['sql']}: {difference}"


def _answered(value: Any) -> Iterator[dict[str, Any]]:
    yield from (each for each in _objects(value) if "sql" in each and each.get("answer"))


def _refused(value: Any) -> Iterator[dict[str, Any]]:
    codes = (each for each in _objects(value) if str(each.get("code", "")).startswith("E-"))
    yield from codes


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object in ``value``, itself included."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from _objects(inner)


def _load(database: duckdb.DuckDBPyConnection) -> None:
    """One view per table, with the part that each row came from."""
    for table in {path.stem.partition("-")[0] for path in DATA.glob("*.parquet")}:
        pattern = DATA / f"{table}-*.parquet"
        database.execute(
            f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{pattern}', filename='part_')"
        )


def _compare(database: duckdb.DuckDBPyConnection, question: Mapping[str, Any]) -> Iterator[str]:
    select = _take_apart(question["sql"])
    rows = [tuple(row) for row in question["answer"]["rows"]]
    given = {_label(select, row): row for row in rows}
    truth = {_label(select, row): row for row in database.execute(select.sql).fetchall()}
    owed = _releasable(database, select)
    if len(given) != len(rows):
        yield "a group stands twice"
    released = {label for label, row in given.items() if WITHHELD not in row}
    for label in sorted(released - owed):
        yield f"{label} was released and stands on too little"
    for label in sorted(owed - released):
        yield f"{label} was withheld without need, or is missing"
    for label in sorted(released & truth.keys()):
        yield from _compare_row(select, label, given[label], truth[label])
    withheld = len(given) - len(released)
    if question["answer"]["withheld"] != withheld:
        yield f"says {question['answer']['withheld']} groups are withheld, shows {withheld}"


def _compare_row(
    select: Select, label: tuple[str, ...], given: Sequence[Any], true: Sequence[Any]
) -> Iterator[str]:
    for place, (ours, theirs) in enumerate(zip(given, true, strict=True)):
        if place in select.labels:
            continue
        if not _agree(ours, theirs, exact=place in select.exact):
            yield f"{label}: {ours}, in truth {theirs}"


def _agree(ours: str | None, theirs: Any, *, exact: bool) -> bool:
    if ours is None or theirs is None:
        return ours is theirs
    true, given = Decimal(str(theirs)), Decimal(ours)
    return given == true if exact else abs(given - true) <= TOLERANCE * max(abs(true), Decimal(1))


def _take_apart(sql: str) -> Select:
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    if not isinstance(tree, exp.Select):
        raise TypeError(sql)
    outputs = [each.unalias() for each in tree.expressions]
    labels = tuple(i for i, each in enumerate(outputs) if not each.find(exp.AggFunc))
    exact = frozenset(i for i, each in enumerate(outputs) if isinstance(each, EXACT))
    arguments = {
        each.this.sql("duckdb")
        for output in outputs
        for each in output.find_all(exp.AggFunc)
        if not isinstance(each, exp.Count)
    }
    table = tree.find(exp.Table).name
    bounds = {each: _bounds(table, each) for each in sorted(arguments)}
    supports = (f"{each} NOT IN (0, {low})" for each, (low, _) in bounds.items())
    headrooms = (f"{each} <> {high}" for each, (_, high) in bounds.items())
    terms = ("COUNT(*)", *(f"COUNT(*) FILTER ({each})" for each in (*supports, *headrooms)))
    return Select(sql, labels, exact, terms, tree)


def _bounds(table: str, column: str) -> tuple[int, int]:
    """The column's public minimum and maximum: rows at either of them hide nobody."""
    description = min(DATA.glob(f"{table}-*.toml")).read_text(encoding="utf-8")
    found = tomllib.loads(description)["columns"][column]
    return int(found["min"]), int(found["max"])


def _releasable(database: duckdb.DuckDBPyConnection, select: Select) -> set[tuple[str, ...]]:
    """Groups with enough rows, and enough owners, behind every number."""
    groups = [select.tree.expressions[place].unalias().sql("duckdb") for place in select.labels]
    where = select.tree.args.get("where")
    columns = ", ".join([*groups, "part_", *select.terms])
    sql = f"SELECT {columns} FROM {select.tree.find(exp.Table).name} "
    sql += f"{where.sql('duckdb') if where else ''} GROUP BY {', '.join([*groups, 'part_'])}"
    parts: dict[tuple[str, ...], list[tuple[int, ...]]] = {}
    for row in database.execute(sql).fetchall():
        label = tuple(str(value) for value in row[: len(groups)])
        parts.setdefault(label, []).append(row[len(groups) + 1 :])
    return {label for label, counts in parts.items() if _enough(counts)}


def _enough(parts: Sequence[Sequence[int]]) -> bool:
    contributing = sum(1 for part in parts if min(part) > 0)
    return contributing >= MIN_OWNERS and min(map(sum, zip(*parts, strict=True))) >= MINIMUM


def _label(select: Select, row: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(row[place]) for place in select.labels)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
