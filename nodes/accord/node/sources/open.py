"""From a description's text to a source that can be examined and measured."""

from pathlib import Path

from accord.domain.catalogue import Table
from accord.node.sources.database import DatabaseSource
from accord.node.sources.database_place import DatabaseTable
from accord.node.sources.description import Source, parse_description
from accord.node.sources.duckdb import DuckDBSource
from accord.node.sources.port import DataSource, Examination
from accord.node.sources.publish_checks import check_publishable


def open_source(description: str, folder: str) -> DataSource:
    """The source that a published description names."""
    return source_at(parse_description(description, Path(folder)).source)


def source_at(place: Source | DatabaseTable) -> DataSource:
    """The source that reads a place."""
    return DatabaseSource(place) if isinstance(place, DatabaseTable) else DuckDBSource(place)


def examine_description(description: str, folder: str) -> tuple[Table, Examination]:
    """Check a description and every row behind it; what publishing rests on.

    Raises:
        RequestError: E-SRC-nnn; the description or the data do not hold.
    """
    parsed = parse_description(description, Path(folder))
    examination = source_at(parsed.source).examine(parsed.table)
    check_publishable(parsed, examination)
    return parsed.table, examination
