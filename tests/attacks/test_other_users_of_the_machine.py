"""What another user of a member's machine can read: no stored data, whatever the umask."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accord.domain.errors import RequestError
from accord.ledger.store.database import Database
from accord.node.bootstrap import serving
from accord.node.config import load_node_config
from tests.consortium.lab import MEMBERS, Lab, copy_lab
from tests.consortium.world import Consortium
from tests.fakes.clock import FakeClock

PRIVATE = {"node.db": 0o600, "node.db-wal": 0o600, "node.db-shm": 0o600}


@pytest.fixture
def careless_umask() -> Iterator[None]:
    former = os.umask(0)
    yield
    os.umask(former)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_running_nodes_data_is_its_users_alone(consortium: Consortium) -> None:
    for member in MEMBERS:
        data = consortium.lab.folder / member / "node/data"
        assert mode(data) == 0o700
        assert {path.name: mode(path) for path in data.glob("node.db*")} == PRIVATE
    assert mode(consortium.lab.folder / "ledger/data") == 0o700


@pytest.mark.usefixtures("careless_umask")
def test_a_database_and_its_journals_are_born_private(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'node.db'}")
    assert mode(tmp_path / "node.db") == 0o600  # before anything is in it
    database.create_tables()
    with database.write():
        names = {path.name: mode(path) for path in tmp_path.iterdir()}
    database.close()
    assert names == PRIVATE


def test_an_existing_database_is_opened_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE kept (x)")
    connection.close()
    database = Database(f"sqlite:///{path}")
    with database.engine.connect() as opened:
        assert opened.exec_driver_sql("SELECT count(*) FROM kept").scalar() == 0
    database.close()


@pytest.mark.parametrize("open_to", [0o750, 0o701, 0o705, 0o777])
def test_a_node_does_not_start_on_a_folder_that_others_enter(
    lab_template: Lab, tmp_path: Path, open_to: int
) -> None:
    lab = copy_lab(lab_template, tmp_path / "lab")
    config = load_node_config(lab.node_toml("alpha"))
    data = config.path(config.data_dir)
    data.chmod(open_to)
    clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(RequestError) as caught, serving(config, clock):
        pass
    assert caught.value.code == "E-CFG-007"
    assert caught.value.facts == {"file": str(data), "mode": f"{open_to:o}"}
    assert not (data / "node.db").exists()
