"""How well the rows of an opened source keep their description."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, distinct, func, or_, select

from accord.domain.catalogue import Column, Table
from accord.node.sources.backend import Backend, integer
from accord.node.sources.port import ColumnFaults, Examination
from accord.query.derived import domain_values


def examined(backend: Backend, table: Table, digest: bytes) -> Examination:
    """Compare every row with the description.

    Raises:
        RequestError: E-SRC-031 and what `Backend.raw` raises.
    """
    read = _read(backend, table.columns)
    counts = [count for column in table.columns for count in _faults(read, column)]
    ((rows, *found),) = backend.rows(select(func.count(), *counts))
    key = read.c[f"value:{table.key}"]
    duplicates = sum(_repeated(backend, key, part) for part in backend.shares(key, rows))
    columns = {
        column.name: ColumnFaults(
            unparsable=found[3 * index],
            out_of_bounds=found[3 * index + 1],
            out_of_domain=_out_of_domain(backend, column),
            nulls=found[3 * index + 2],
        )
        for index, column in enumerate(table.columns)
    }
    return Examination(rows, digest, duplicates, columns)


def in_words(examination: Examination) -> str:
    """What a drift came to, for the owner's steward."""
    faults = {name: found.total for name, found in examination.columns.items() if found.total}
    return (
        f"{examination.rows} rows, rows at fault by column {faults}, "
        f"duplicate keys {examination.duplicate_keys}"
    )


def _read(backend: Backend, columns: Sequence[Column]) -> Subquery:
    raws = [backend.raw(column).label(f"raw:{column.name}") for column in columns]
    values = [backend.value(column).label(f"value:{column.name}") for column in columns]
    return backend.fenced(select(*raws, *values).select_from(backend.relation)).subquery(":read")


def _faults(read: Subquery, column: Column) -> Sequence[ColumnElement[Any]]:
    """Rows that are unparsable, out of bounds, NULL without leave."""
    raw, value = read.c[f"raw:{column.name}"], read.c[f"value:{column.name}"]
    beyond: ColumnElement[Any] = integer(0)
    if column.minimum is not None and column.maximum is not None:
        beyond = _rows(or_(value < integer(column.minimum), value > integer(column.maximum)))
    return (
        _rows(and_(raw.is_not(None), value.is_(None))),
        beyond,
        integer(0) if column.nulls else _rows(raw.is_(None)),
    )


def _repeated(backend: Backend, key: ColumnElement[Any], part: ColumnElement[Any] | None) -> int:
    statement = select(func.count(key) - func.count(distinct(key)))
    ((found,),) = backend.rows(statement if part is None else statement.where(part))
    return int(found)


def _out_of_domain(backend: Backend, column: Column) -> int:
    """Counted outside the database: a public domain may be longer than a statement."""
    if not column.domain:
        return 0
    value = _read(backend, [column]).c[f"value:{column.name}"]
    known = {*domain_values(column), None}
    found = backend.rows(select(value, func.count()).group_by(value))
    return sum(rows for one, rows in found if one not in known)


def _rows(condition: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.count(case((condition, integer(1))))
