"""A first description of a source, for a steward to read and mend."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sqlalchemy import inspect as inspected

from accord.domain.errors import RequestError
from accord.node.sources.database_engine import open_database, open_table
from accord.node.sources.database_errors import errors_named
from accord.node.sources.database_place import DatabaseTable, parse_url, split_name
from accord.node.sources.datafile import Limits, open_file
from accord.node.sources.description import Source
from accord.node.sources.draft import draft_text, toml_text
from accord.node.sources.file_backend import FileBackend
from accord.node.sources.naming import shared_names
from accord.node.sources.profile import profiled

_MAX_TABLES_SHOWN: Final = 50


def inspect_file(path: Path, limits: Limits | None = None) -> str:
    """A commented TOML description of a CSV or Parquet file.

    Raises:
        RequestError: E-SRC-030 to E-SRC-034; the file cannot be read.
    """
    path = path.absolute()
    with open_file(path, limits or Limits()) as file:
        names = shared_names(tuple(file.types))
        profiles = profiled(FileBackend(file, Source(path, _turned(names))), names)
    return draft_text(path.stem, [f"path = {toml_text(path.name)}"], profiles)


def place_at(url: str, table: str, password_env: str, password_file: Path | None) -> DatabaseTable:
    """The place that a command line names.

    Raises:
        RequestError: E-SRC-014 the URL holds a password; E-SRC-015 it is none of ours.
    """
    schema, name = split_name(table)
    return DatabaseTable(parse_url(url, Path()), schema, name, {}, password_env, password_file)


def inspect_table(place: DatabaseTable) -> str:
    """A commented TOML description of a table or view.

    Raises:
        RequestError: E-SRC-016 the place names no table; E-SRC-036 to E-SRC-045; it
            cannot be read.
    """
    if not place.table:
        raise RequestError("E-SRC-016", tables=_tables(place))
    with open_table(place) as backend:
        names = shared_names(tuple(backend.types))
        place = dataclasses.replace(place, columns=_turned(names))
        profiles = profiled(dataclasses.replace(backend, place=place), names)
    return draft_text(place.table, _source_lines(place), profiles)


def _turned(names: Mapping[str, str]) -> dict[str, str]:
    return {shared: in_source for in_source, shared in names.items()}


def _tables(place: DatabaseTable) -> str:
    with open_database(place) as connection, errors_named("E-SRC-045", place):
        found = inspected(connection)
        names = [*found.get_table_names(), *found.get_view_names()]
    return ", ".join(sorted(names)[:_MAX_TABLES_SHOWN])


def _source_lines(place: DatabaseTable) -> list[str]:
    url = place.url.set(drivername=place.url.get_backend_name())
    lines = [
        f"url = {toml_text(url.render_as_string())}",
        f"table = {toml_text(place.name)}",
    ]
    if place.password_env:
        lines.append(f"password_env = {toml_text(place.password_env)}")
    if place.password_file is not None:
        lines.append(f"password_file = {toml_text(str(place.password_file))}")
    return lines
