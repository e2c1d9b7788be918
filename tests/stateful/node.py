"""One member as a process: what it has stored outlives it, everything else does not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from threading import RLock
from typing import TYPE_CHECKING, Any

from accord.domain.errors import UnavailableError
from accord.domain.record import RecordKind
from accord.ledger.checkpoint import origin_of
from accord.ledger.evm.anchor_proof import AnchoredHead
from accord.ledger.gate import Gate
from accord.ledger.heads import HeadState
from accord.ledger.log import Leaf
from accord.ledger.outbox import LogIdentity, Outbox
from accord.ledger.progress import Progress
from accord.ledger.signatures import Ed25519Key
from accord.ledger.store.database import Database
from accord.ledger.store.log_store import SqlLedgerUnits, SqlLogStore
from accord.node.handlers.catalogue import Catalogue
from accord.node.handlers.grants import Grants
from accord.node.handlers.interrupted import end_interrupted
from accord.node.member import Member
from accord.node.peers import Peers
from accord.node.wiring import Parts, _person_handlers, _run_handlers
from tests.fakes.anchor import FakeChain, check_fake_anchor
from tests.fakes.ledger import fake_sign_head
from tests.unit.node.handlers.members import CONSORTIUM, NOW

if TYPE_CHECKING:
    from tests.suites.memory_source import MemorySource


class Killed(BaseException):
    """The process is gone, wherever it was.  No `except Exception` may hold it."""


class MortalDatabase:
    """A database whose process is killed at a chosen commit, before or after it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._left = -1
        self._after = False

    def kill_at(self, commit: int, *, after: bool) -> None:
        """Kill at the ``commit``-th commit from now."""
        self._left, self._after = commit, after

    @contextmanager
    def write(self) -> Iterator[Any]:
        with self._database.write() as session:
            yield session
            self._left -= 1
            if self._left == 0 and not self._after:
                raise Killed
        if self._left == 0:
            raise Killed

    def read(self) -> Any:
        return self._database.read()


class Anchoring(Progress):
    """Anchors when somebody waits for it, instead of in a thread of its own.

    A chain that is away has gone for longer than anybody waits, without the waiting.
    """

    def __init__(self, outbox: Outbox, member: str) -> None:
        super().__init__()
        self._outbox, self._member, self._one = outbox, member, RLock()

    def wait_beyond(self, count: int, timeout_s: float) -> None:
        del timeout_s
        self.anchor()
        if self.count == count:
            raise UnavailableError("E-LOG-017", member=self._member, index=count)

    def anchor(self) -> None:
        """Bring everything onto the chain, as far as it answers."""
        with self._one, suppress(UnavailableError):
            while self._outbox.step() is HeadState.FINAL:
                self.announce()


class Node:
    """A member's durable parts, and the handlers of its present process.

    Attributes:
        restarts: How often it came up again.
    """

    def __init__(self, member: Member, peers: Callable[["Node"], Peers]) -> None:
        self.name = member.name
        self.chain = FakeChain()
        self.source: MemorySource | None = None
        self.restarts = 0
        self._store, self._kept, self._peers = member.database, member, peers
        self.start()

    def start(self) -> None:
        """A new process over what is stored."""
        self.database = MortalDatabase(self._store)
        units = SqlLedgerUnits(self.database)
        card = self._kept.cards[self.name]
        log_key = Ed25519Key(self._kept.keys.log)
        origin = origin_of(CONSORTIUM, self.name)
        identity = LogIdentity(origin, card.log_id, log_key, fake_sign_head)
        self.anchoring = Anchoring(Outbox(units, self.chain, identity), self.name)
        self.member = replace(
            self._kept,
            database=self.database,
            gate=Gate(units, self.name, self.anchoring),
            anchor_timeout_s=60,
            max_unanchored_age=timedelta(days=1),
        )
        parts = Parts(self.member, self._peers(self), lambda: None, anchored)
        grants = Grants(self.member)
        run = _run_handlers(parts, grants)
        measure = replace(run.contribute, open_source=lambda _offer: self.source)
        self.run = replace(run, contribute=measure)
        self.person = _person_handlers(parts, Catalogue(self.member, parts.peers), grants)
        end_interrupted(self.member)

    def restart(self) -> None:
        """End this process, wherever it is, and start another."""
        self.restarts += 1
        self.start()

    def close(self) -> None:
        """Let go of the database."""
        self._store.close()

    def leaves(self, run_id: bytes) -> tuple[Leaf, ...]:
        """Records of a run in this member's log."""
        with self._store.read() as session:
            return tuple(SqlLogStore(session).leaves_of_run(run_id))

    def kinds(self, run_id: bytes) -> list[RecordKind]:
        """Their kinds."""
        return [leaf.kind for leaf in self.leaves(run_id)]


def anchored(proof: bytes) -> AnchoredHead:
    """What stands on the fake chain."""
    shown = check_fake_anchor(proof)
    return AnchoredHead(shown.log_id, 1, shown.size, shown.root, shown.block, bytes(32), NOW)
