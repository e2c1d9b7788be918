"""CSV and Parquet through DuckDB: aggregation is pushed down as one statement."""

from collections.abc import Sequence
from typing import Any, Final

from accord.domain.catalogue import Column, ColumnType, Table
from accord.domain.errors import AccordError, RefusalError, RequestError, UnavailableError
from accord.ledger.permits import AccessPermit
from accord.node.sources.datafile import (
    Limits,
    Parameters,
    file_digest,
    open_file,
    quoted,
)
from accord.node.sources.description import Source
from accord.node.sources.expressions import (
    FileColumns,
    condition_sql,
    count_sql,
    measure_sql,
)
from accord.node.sources.port import ColumnFaults, Examination, check_permit
from accord.query.derived import domain_values
from accord.query.plan import Extract, Group, Plan

_NOWHERE: Final = -1  # cell of a row whose group value is not public
# Names of our own hold a colon, which no shared name does.
_CELL, _VALUE, _PLACE = '":cell"', '":value"', '":place"'
_ONE: Final = '1 AS ":one"'  # a question may touch no column at all


class DuckDBSource:
    """The `DataSource` of one file.  Holds nothing open between calls; safe to share."""

    def __init__(self, source: Source, limits: Limits | None = None) -> None:
        self._source = source
        self._limits = limits or Limits()

    def examine(self, table: Table) -> Examination:
        """See `DataSource.examine`."""
        digest = file_digest(self._source.path)
        with open_file(self._source.path, self._limits) as file:
            parameters = Parameters()
            sql = _examination(FileColumns(file, self._source, table), parameters)
            rows, duplicates, *counts = file.rows(sql, parameters)[0]
        if file_digest(self._source.path) != digest:
            raise RequestError("E-SRC-035", file=self._source.path.name)
        columns = {
            column.name: ColumnFaults(*counts[4 * index : 4 * index + 4])
            for index, column in enumerate(table.columns)
        }
        return Examination(rows, digest, duplicates, columns)

    def measure(
        self, plan: Plan, permit: AccessPermit, *, table: Table, expected: bytes
    ) -> Extract:
        """See `DataSource.measure`."""
        check_permit(permit)
        try:
            self._check_unchanged(table, expected)
            with open_file(self._source.path, self._limits) as file:
                found = _measured(FileColumns(file, self._source, table), plan)
            self._check_unchanged(table, expected)  # nor was it replaced while being read
        except RefusalError:
            raise
        except AccordError as error:
            raise UnavailableError("E-SRC-041", detail=str(error)) from None
        return _extract(plan, found)

    def _check_unchanged(self, table: Table, expected: bytes) -> None:
        if file_digest(self._source.path) != expected:
            raise RefusalError("E-SRC-040", detail=self._drift(table))

    def _drift(self, table: Table) -> str:
        """What the steward should know: never leaves this process."""
        try:
            examination = self.examine(table)
        except AccordError as error:
            return f"{self._source.path}: {error}"
        faults = {name: found.total for name, found in examination.columns.items() if found.total}
        return (
            f"{self._source.path}: {examination.rows} rows, rows at fault by column {faults}, "
            f"duplicate keys {examination.duplicate_keys}"
        )


def _examination(columns: FileColumns, parameters: Parameters) -> str:
    """One row: rows, duplicate keys, then four counts per column of the table."""
    table = columns.table
    source = columns.file.relation(parameters)
    raw = ", ".join(f"{columns.raw(c)} AS {quoted('raw:' + c.name)}" for c in table.columns)
    values = ", ".join(f"{columns.value(c)} AS {quoted(c.name)}" for c in table.columns)
    known = "".join(
        f", {quoted(c.name)} IN (SELECT unnest({_domain(c, parameters)})) "
        f"AS {quoted('in:' + c.name)}"
        for c in table.columns
        if c.domain
    )
    key = quoted(table.key)
    counts = ", ".join(count for c in table.columns for count in _faults(c, parameters))
    return (
        f"WITH read AS (SELECT {raw}, {values} FROM {source}), "
        f"seen AS (SELECT *{known} FROM read) "
        f"SELECT count(*), count({key}) - count(DISTINCT {key}), {counts} FROM seen"
    )


def _faults(column: Column, parameters: Parameters) -> tuple[str, str, str, str]:
    raw, name = quoted("raw:" + column.name), quoted(column.name)
    beyond, unknown = "0", "0"
    if column.minimum is not None and column.maximum is not None:
        low, high = parameters.bind(column.minimum), parameters.bind(column.maximum)
        beyond = f"count(*) FILTER (WHERE {name} < {low}::BIGINT OR {name} > {high}::BIGINT)"
    if column.domain:
        unknown = f"count(*) FILTER (WHERE NOT {quoted('in:' + column.name)})"
    return (
        f"count(*) FILTER (WHERE {raw} IS NOT NULL AND {name} IS NULL)",
        beyond,
        unknown,
        "0" if column.nulls else f"count(*) FILTER (WHERE {raw} IS NULL)",
    )


def _domain(column: Column, parameters: Parameters) -> str:
    kind = "VARCHAR" if column.type is ColumnType.TEXT else "BIGINT"
    return f"{parameters.bind(list(domain_values(column)))}::{kind}[]"


def _measured(columns: FileColumns, plan: Plan) -> list[tuple[Any, ...]]:
    """Per cell that has rows: cell, rows out of bounds, counts, moments."""
    parameters, table = Parameters(), columns.table
    source = columns.file.relation(parameters)
    named = [column for column in table.columns if column.name in plan.columns]
    values = [f"{columns.value(column)} AS {quoted(column.name)}" for column in named]
    joins = [_join(index, group, parameters) for index, group in enumerate(plan.groups)]
    where = f"WHERE {condition_sql(plan.where, parameters)}" if plan.where else ""
    aggregates = [
        _out_of_bounds(plan, table, parameters),
        *(count_sql(term, table, parameters) for term in plan.counts),
        *(measure_sql(measure, parameters) for measure in plan.measures),
    ]
    sql = (
        f"WITH read AS (SELECT {', '.join([*values, _ONE])} FROM {source}), "
        f"kept AS (SELECT read.*, {_cell(plan.groups)} AS {_CELL} "
        f"FROM read {' '.join(joins)} {where}) "
        f"SELECT coalesce({_CELL}, {_NOWHERE}), {', '.join(aggregates)} FROM kept GROUP BY 1"
    )
    return columns.file.rows(sql, parameters)


def _join(index: int, group: Group, parameters: Parameters) -> str:
    kind = "VARCHAR" if any(isinstance(value, str) for value in group.values) else "BIGINT"
    values, size = parameters.bind(list(group.values)), len(group.values)
    return (
        f"LEFT JOIN (SELECT unnest({values}::{kind}[]) AS {_VALUE}, "
        f"unnest(range({size})) AS {_PLACE}) AS g{index} "
        f"ON read.{quoted(group.column)} IS NOT DISTINCT FROM g{index}.{_VALUE}"
    )


def _cell(groups: Sequence[Group]) -> str:
    cell = "0"
    for index, group in enumerate(groups):
        cell = f"({cell}) * {len(group.values)} + g{index}.{_PLACE}"
    return cell


def _out_of_bounds(plan: Plan, table: Table, parameters: Parameters) -> str:
    """Rows whose term would not fit its slot: a second lock behind the digest."""
    checks = []
    for column in table.columns:
        summed = any(m.column == column.name and m.power for m in plan.measures)
        if summed and column.minimum is not None and column.maximum is not None:
            low, high = parameters.bind(column.minimum), parameters.bind(column.maximum)
            checks.append(f"NOT {quoted(column.name)} BETWEEN {low}::BIGINT AND {high}::BIGINT")
    return f"count(*) FILTER (WHERE {' OR '.join(checks)})" if checks else "0"


def _extract(plan: Plan, found: Sequence[tuple[Any, ...]]) -> Extract:
    wrong = sum(row[2] if row[0] == _NOWHERE else row[1] for row in found)
    if wrong:
        raise RefusalError("E-SRC-040", detail=f"{wrong} rows do not fit the description")
    sums = {row[0]: tuple(int(value) for value in row[2:]) for row in found}
    zero = (0,) * (len(plan.counts) + len(plan.measures))
    cells = [sums.get(cell, zero) for cell in range(plan.cells)]
    split = len(plan.counts)
    return Extract(
        counts=tuple(cell[:split] for cell in cells),
        moments=tuple(cell[split:] for cell in cells),
    )
