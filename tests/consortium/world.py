"""A running consortium in this process: real nodes, real mutual TLS, real embedded ledger."""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

import pytest
import structlog

from accord.client.client import Client, Finished
from accord.client.grants import Terms
from accord.client.profile import load_profile
from accord.domain import codec
from accord.domain.errors import AccordError
from accord.domain.grant import Grant
from accord.domain.key_files import read_key
from accord.domain.record import RecordKind
from accord.ledger.evm.embedded.server import serve_ledger
from accord.ledger.evm.genesis import GenesisSpec
from accord.ledger.log import Leaf
from accord.ledger.reading import read_fields
from accord.ledger.store.log_store import SqlLogStore
from accord.node.bootstrap import serving
from accord.node.config import load_ledger_config, load_node_config, split_address
from accord.node.logs import configure_logs
from tests.consortium.lab import MEMBERS, STATS, Lab
from tests.consortium.tables import COLUMNS, PURPOSE, TestTable

if TYPE_CHECKING:
    from accord.node.member import Member

ANA = f"{STATS}/ana"
LATER = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
START_S = 30


@dataclass
class MovableClock:
    """The machine's clock, put forward by ``ahead``."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Consortium:
    """Ledger and nodes, each in threads; use as a context manager.

    Attributes:
        clocks: By member; tests put them forward.
        members: What each node knows, its keys included: what an attacker has who is it.
    """

    def __init__(self, lab: Lab, *, ledger: bool = True) -> None:
        """Without ``ledger`` the test runs one as a process, to be killed.

        A ledger stopped in this process would go on answering on open connections.
        """
        self.lab, self._has_ledger = lab, ledger
        self.clocks = {member: MovableClock() for member in MEMBERS}
        self.members: dict[str, Member] = {}
        self._nodes: dict[str, ExitStack] = {}
        self._ledger: tuple[threading.Event, threading.Thread] | None = None
        self._clients: dict[str, Client] = {}

    def __enter__(self) -> Self:
        self._log = (self.lab.folder / "nodes.log").open("a")
        self._former = structlog.get_config(), logging.root.handlers[:]
        with redirect_stderr(self._log):  # where this process's nodes log from now on
            configure_logs("debug")
        if self._has_ledger:
            self._start_ledger()
        for member in MEMBERS:
            self.start_node(member)
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._clients.values():
            client.close()
        for member in list(self._nodes):
            self.stop_node(member)
        self._stop_ledger()
        config, logging.root.handlers[:] = self._former
        structlog.configure(**config)
        self._log.close()

    def log_text(self) -> str:
        """All that the nodes have logged so far."""
        self._log.flush()
        return (self.lab.folder / "nodes.log").read_text()

    def start_node(self, member: str) -> None:
        stack = ExitStack()
        config = load_node_config(self.lab.node_toml(member))
        self.members[member] = stack.enter_context(serving(config, self.clocks[member]))
        self._nodes[member] = stack

    def stop_node(self, member: str) -> None:
        self._nodes.pop(member).close()

    def _start_ledger(self) -> None:
        ready, stop = threading.Event(), threading.Event()
        thread = threading.Thread(target=run_ledger, args=(self.lab, ready.set, stop))
        thread.start()
        assert ready.wait(START_S)
        self._ledger = stop, thread

    def _stop_ledger(self) -> None:
        if self._ledger is not None:
            stop, thread = self._ledger
            stop.set()
            thread.join()
            self._ledger = None

    def wait_reachable(self) -> None:
        """Return once every node reaches every other one again."""
        until = time.monotonic() + START_S
        for member in MEMBERS:
            while not all(self.client(f"{member}/bob").status().peers.values()):
                assert time.monotonic() < until

    def wait_anchored(self) -> None:
        """Return once every record is final: after an outage publishers try less and less often."""
        for member, node in self.members.items():
            if leaves := self.leaves(member):
                node.gate.wait_final(len(leaves) - 1, START_S)

    def client(self, person: str) -> Client:
        """``person`` is written MEMBER/PERSON; the client is kept."""
        if person not in self._clients:
            profile = load_profile(self.lab.profile(person))
            self._clients[person] = Client.open(profile, MovableClock())
        return self._clients[person]

    def publish(self, table: TestTable, part: str) -> None:
        folder = self.lab.folder / "data" / part
        self.client(f"{part}/steward").publish(table.write(folder, part))

    def add(self, table: TestTable, *to: str, **terms: Any) -> TestTable:
        """Publish every part of a table and grant it to ``to``, by default to stats."""
        for part in table.parts:
            self.publish(table, part)
            for member in to or (STATS,):
                self.grant(part, table.name, to=member, **terms)
        return table

    def grant(self, owner: str, table: str, **terms: Any) -> Grant:
        return self.client(f"{owner}/steward").grant(terms_for(table, **terms), os.urandom(16))[0]

    def ask(self, sql: str, purpose: str = PURPOSE, who: str = ANA, **options: Any) -> Finished:
        return self.client(who).ask(sql, purpose, **options)

    def leaves(self, member: str, run_id: bytes | None = None) -> Sequence[Leaf]:
        """The member's log, or what it holds of one run."""
        with self.members[member].database.read() as session:
            store = SqlLogStore(session)
            return store.leaves(0, store.size()) if run_id is None else store.leaves_of_run(run_id)

    def kinds(self, member: str, run_id: bytes) -> list[RecordKind]:
        return [leaf.kind for leaf in self.leaves(member, run_id)]

    def fields(self, record: str) -> Mapping[str, bytes]:
        """What stands behind the commitments of ``MEMBER#INDEX``."""
        member, _, index = record.partition("#")
        with self.members[member].database.read() as session:
            return read_fields(SqlLogStore(session), int(index))

    @contextmanager
    def refused(self, code: str, by: str = "") -> Iterator[pytest.ExceptionInfo[AccordError]]:
        """What runs inside must fail with ``code``, recorded by ``by`` if one is named."""
        with refused(code) as caught:
            yield caught
        if by:
            assert caught.value.record.startswith(f"{by}#"), caught.value.record
            assert self.fields(caught.value.record)["code"] == code.encode()


def run_ledger(lab: Lab, ready: Callable[[], None], stop: threading.Event) -> None:
    config = load_ledger_config(lab.ledger_toml)
    host, port = split_address(config.listen)
    serve_ledger(
        config.path(config.data_dir),
        host,
        port,
        read_key(config.path(config.seal_key_file), "seal"),
        codec.decode(GenesisSpec, config.path(config.genesis_file).read_bytes()),
        ready=lambda _port: ready(),
        stop=stop,
    )


def terms_for(table: str, **changes: Any) -> Terms:
    terms = Terms(
        to=STATS,
        table=table,
        columns=COLUMNS,
        purpose=PURPOSE,
        legal_basis="Statistics Act, section 5",
        until=LATER,
    )
    return replace(terms, **changes)


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[AccordError]]:
    """What runs inside must fail with ``code``."""
    with pytest.raises(AccordError) as caught:
        yield caught
    assert caught.value.code == code, caught.value


def events(log: str) -> list[dict[str, Any]]:
    """Lines of a node's log; every one must be JSON."""
    return [json.loads(line) for line in log.splitlines()]
