"""Where rows lie in a database: a URL without secrets, a table or view, a password elsewhere."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from accord.domain.errors import RequestError
from accord.node.sources.description_text import Section

DRIVERS: Final[Mapping[str, str]] = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
}
# A description names a variable of the node's environment: only of those meant for it.
PASSWORD_PREFIX: Final = "ACCORD_SOURCE_"  # noqa: S105 - the name of a variable, no secret
DEFAULT_TIMEOUT_S: Final = 600


@dataclass(frozen=True, slots=True)
class DatabaseTable:
    """Where this member's rows lie; private.

    Attributes:
        url: Without a password.
        schema: Empty for the database's own default.
        table: A table or a view.
        columns: Shared name to name in the database, where they differ.
        password_env: Environment variable of the node that holds the password, or empty.
        password_file: File that holds it; None if there is none.
        timeout_s: Of one statement.
    """

    url: URL
    schema: str
    table: str
    columns: Mapping[str, str]
    password_env: str = ""
    password_file: Path | None = None
    timeout_s: int = DEFAULT_TIMEOUT_S

    def name_in_source(self, column: str) -> str:
        """What the database calls a column."""
        return self.columns.get(column, column)

    @property
    def name(self) -> str:
        """The table as the description writes it."""
        return f"{self.schema}.{self.table}" if self.schema else self.table

    def password(self) -> str | None:
        """Read for each connection, so that it may change; None if none is named.

        Raises:
            RequestError: E-SRC-044; the variable is not set or the file cannot be read.
        """
        if self.password_env:
            if self.password_env not in os.environ:
                raise RequestError("E-SRC-044", place=self.password_env)
            return os.environ[self.password_env]
        if self.password_file is None:
            return None
        try:
            return self.password_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            place = self.password_file.name
            raise RequestError("E-SRC-044", place=place, detail=type(error).__name__) from None


def parse_url(text: str, folder: Path) -> URL:
    """A database URL of a kind we read; a SQLite path is relative to ``folder``.

    Raises:
        RequestError: E-SRC-014 it holds a password; E-SRC-015 it is none of ours.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise RequestError("E-SRC-015") from None  # whatever it is, it may hold a secret
    if url.password is not None or any("passw" in key.lower() for key in url.query):
        raise RequestError("E-SRC-014")
    kind = url.get_backend_name()
    if url.drivername not in (kind, DRIVERS.get(kind)) or kind not in DRIVERS:
        raise RequestError("E-SRC-015")
    if kind != "sqlite":
        return url.set(drivername=DRIVERS[kind])
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise RequestError("E-SRC-015")
    return url.set(database=str((folder / url.database).absolute()))


def split_name(name: str) -> tuple[str, str]:
    """Schema and table of ``schema.table``; the schema may be left out."""
    schema, _, table = name.rpartition(".")
    return schema, table


def parse_place(section: Section, columns: Mapping[str, str], folder: Path) -> DatabaseTable:
    """The place that a description's ``[source]`` names.

    Raises:
        RequestError: E-SRC-003, E-SRC-004, and what `parse_url` raises.
    """
    schema, table = split_name(section.required("table", str, 'table = "public.income"'))
    env = section.optional("password_env", str, "", f'password_env = "{PASSWORD_PREFIX}INCOME"')
    if env and not env.startswith(PASSWORD_PREFIX):
        example = f'password_env = "{PASSWORD_PREFIX}INCOME"'
        raise section.error("E-SRC-004", "password_env", example=example)
    file = section.optional("password_file", str, "", 'password_file = "income.password"')
    if env and file:
        raise section.error("E-SRC-004", "password_file", example=f'password_env = "{env}"')
    timeout = section.optional("timeout_s", int, DEFAULT_TIMEOUT_S, "timeout_s = 600")
    if timeout <= 0:
        raise section.error("E-SRC-004", "timeout_s", example="timeout_s = 600")
    return DatabaseTable(
        url=parse_url(section.required("url", str, 'url = "sqlite:///income.db"'), folder),
        schema=schema,
        table=table,
        columns=columns,
        password_env=env,
        password_file=folder / file if file else None,
        timeout_s=timeout,
    )
