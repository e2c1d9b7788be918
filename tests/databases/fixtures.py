"""Databases for tests of what a node keeps: each test runs on SQLite and on PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.databases.server import PostgresServer

BOTH = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator["PostgresServer"]:
    """One server for all tests of this process; gone with the last."""
    pytest.importorskip("psycopg", reason="pip install accord[postgresql]")
    from tests.databases.server import PACKAGE, PostgresServer, installed  # noqa: PLC0415 - late

    package = installed()
    if package is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{PACKAGE} is not installed: pip install accord[dev]")
        pytest.skip(f"{PACKAGE} is not installed: pip install accord[dev]")
    server = PostgresServer(package)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def postgres_url(postgres: "PostgresServer") -> Iterator[str]:
    """An empty database on PostgreSQL."""
    url = postgres.create()
    yield url
    postgres.drop(url)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'member.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(params=("memory", *BOTH))
def any_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same, and once in this process's memory."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return "sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path / 'member.db'}"
