"""A steward's description of one table: where it lies, and what the others may know.

``[source]`` stays here.  ``[table]``, ``[columns]`` and ``parts`` make the shared half,
whose digest has to be equal at every part; numbers are therefore brought into one
spelling before they are hashed.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from accord.domain.catalogue import Column, ColumnType, Table
from accord.domain.catalogue_check import MAX_PART_ROWS, TABLE_VERSION, check_table
from accord.domain.errors import RequestError
from accord.domain.ids import is_name
from accord.node.sources.database_place import DatabaseTable, parse_place
from accord.node.sources.description_columns import parse_column
from accord.node.sources.description_text import Section, parse_toml, titles
from accord.query.nearest import nearest

_DATABASE_KEYS: Final = ("url", "table", "columns", "password_env", "password_file", "timeout_s")


@dataclass(frozen=True, slots=True)
class Source:
    """A file where this member's rows lie; private.

    Attributes:
        path: Absolute path of a CSV or Parquet file.
        columns: Shared name to name in the file, where they differ.
    """

    path: Path
    columns: dict[str, str]

    def name_in_source(self, column: str) -> str:
        """What the file calls a column."""
        return self.columns.get(column, column)


@dataclass(frozen=True, slots=True)
class Description:
    """A parsed description.

    Attributes:
        unconfirmed: Columns whose bounds were guessed from data and that the steward has
            not confirmed; publishing refuses them, since bounds become public.
    """

    source: Source | DatabaseTable
    table: Table
    unconfirmed: tuple[str, ...]


def read_description(path: Path) -> Description:
    """Read and check a description file.

    Raises:
        RequestError: E-SRC-nnn; what is wrong, on which line, what to write.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError("E-SRC-030", file=str(path), detail=repr(error)) from None
    return parse_description(text, path.parent, file=path.name)


def parse_description(text: str, folder: Path, *, file: str = "description") -> Description:
    """Parse a description; its data path is relative to ``folder``.

    Raises:
        RequestError: E-SRC-nnn; what is wrong, on which line, what to write.  E-CAT-001;
            a title, unit or public value is too long or cannot be printed.
    """
    root = parse_toml(text, file)
    root.check_keys(("source", "table", "columns"))
    columns_section = root.section("columns", '[columns.age]\ntype = "integer"')
    parsed = [
        parse_column(columns_section.section(name, f"[columns.{name}]"), name)
        for name in columns_section.values
    ]
    columns = tuple(column for column, _ in parsed)
    table = _table(root.section("table", '[table]\nname = "income"'), columns)
    _check_bounds(columns_section, table)
    check_table(table)  # the others will, and what they refuse must not be published
    source = _source(root.section("source", '[source]\npath = "data.csv"'), table, folder)
    unconfirmed = tuple(column.name for column, confirmed in parsed if not confirmed)
    return Description(source, table, unconfirmed)


def _source(section: Section, table: Table, folder: Path) -> Source | DatabaseTable:
    names = _names(section, table)
    if "url" in section.values:
        section.check_keys(_DATABASE_KEYS)
        return parse_place(section, names, folder)
    section.check_keys(("path", "columns"))
    path = section.required("path", str, 'path = "data.csv"')
    return Source((folder / path).absolute(), names)


def _names(section: Section, table: Table) -> dict[str, str]:
    """Shared name to name in the source, where they differ."""
    names: dict[str, str] = {}
    if "columns" in section.values:
        mapping = section.section("columns", "[source.columns]")
        mapping.check_keys(column.name for column in table.columns)
        names = {key: mapping.typed(key, str, f'{key} = "its name"') for key in mapping.values}
    in_source = [names.get(column.name, column.name) for column in table.columns]
    if len(set(in_source)) < len(in_source):
        twice = next(name for name in in_source if in_source.count(name) > 1)
        raise section.error("E-SRC-007", "columns", value=twice)
    return names


def _table(section: Section, columns: tuple[Column, ...]) -> Table:
    section.check_keys(("name", "key", "parts", "max_rows", "title"))
    name = section.required("name", str, 'name = "income"')
    if not is_name(name):
        raise section.error("E-SRC-009", "name", value=name)
    title_en, title_zh = titles(section)
    return Table(
        version=TABLE_VERSION,
        name=name,
        key=_key(section, columns),
        parts=_parts(section),
        max_rows=_max_rows(section),
        columns=columns,
        title_en=title_en,
        title_zh=title_zh,
    )


def _check_bounds(section: Section, table: Table) -> None:
    """Check that every number has bounds or public values: nothing else can be encoded."""
    for column in table.columns:
        bounded = column.minimum is not None or column.domain
        if column.type is not ColumnType.TEXT and not bounded and column.name != table.key:
            raise section.error("E-SRC-010", column.name, column=column.name)


def _key(section: Section, columns: tuple[Column, ...]) -> str:
    key = section.required("key", str, 'key = "person"')
    column = next((column for column in columns if column.name == key), None)
    if column is None:
        hint = nearest(key, [column.name for column in columns])
        raise section.error("E-SRC-008", "key", column=key, nearest=hint)
    if column.nulls or column.domain or column.type in (ColumnType.DECIMAL, ColumnType.DATE):
        raise section.error("E-SRC-012", "key", column=key)
    return key


def _parts(section: Section) -> tuple[str, ...]:
    example = 'parts = ["tax_north", "tax_south"]'
    parts = section.required("parts", list, example)
    if not parts or not all(isinstance(part, str) and is_name(part) for part in parts):
        raise section.error("E-SRC-004", "parts", example=example)
    if len(set(parts)) < len(parts):
        twice = next(part for part in parts if parts.count(part) > 1)
        raise section.error("E-SRC-007", "parts", value=twice)
    return tuple(parts)


def _max_rows(section: Section) -> int:
    rows = section.required("max_rows", int, "max_rows = 131072")
    if not 0 < rows <= MAX_PART_ROWS or rows & (rows - 1):
        power = 1 << (max(1, min(rows, MAX_PART_ROWS)) - 1).bit_length()
        raise section.error("E-SRC-006", "max_rows", value=rows, power=power)
    return rows
