"""The network between members, as hostile as it is told to be.

Every call of a member to another passes `Network.call`.  What a fault of the next call
does, follows from whom it calls and what: so a failing example repeats itself.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

from accord.domain import codec
from accord.domain.bundle import RecordEvidence
from accord.domain.errors import AccordError, UnavailableError
from accord.domain.record import RecordKind
from accord.domain.run import GuardEvidence, OwnerEvidence, ValuesEvidence
from accord.domain.signed import Signed
from tests.stateful.node import Killed, Node

T = TypeVar("T")


class Fault(StrEnum):
    """What may happen to one call."""

    LOST = "the request is lost"
    DEAF = "the answer is lost"
    TWICE = "the request arrives twice"
    LATE = "the caller gives up; the request arrives later"
    CRASH_BEFORE = "the callee restarts before it hears"
    CRASH_AFTER = "the callee restarts after it has answered, and the answer is lost"


@dataclass
class Said:
    """Everything that members let out, by member and what it is: the same bytes each time."""

    things: dict[tuple[str, str, bytes], set[bytes]] = field(default_factory=dict)

    def note(self, member: str, thing: str, run_id: bytes, data: bytes) -> None:
        """One more time."""
        self.things.setdefault((member, thing, run_id), set()).add(data)


class Network:
    """Members by name, faults in store, and requests that are still on their way."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.said = Said()
        self.late: list[Callable[[], object]] = []
        self._faults: dict[tuple[str, str], deque[Fault]] = defaultdict(deque)
        self._one = RLock()

    def plan(self, callee: str, method: str, fault: Fault) -> None:
        """Have the next call of ``method`` to ``callee`` suffer ``fault``."""
        self._faults[callee, method].append(fault)

    def heal(self) -> None:
        """No more faults; whatever is on its way arrives at last."""
        self._faults.clear()
        while self.late:
            self.deliver(0)

    def deliver(self, place: int) -> None:
        """Let a late request arrive; nobody waits for its answer."""
        request = self.late.pop(place)
        try:
            request()
        except AccordError:
            return  # refused: as it may be

    def call(self, callee: str, method: str, request: Callable[[], T]) -> T:
        """One call, with the fault that waits for it."""

        with self._one:
            waiting = self._faults[callee, method]
            fault = waiting.popleft() if waiting else None
        if fault is None:
            return self._arrives(callee, request)
        if fault is Fault.LATE:
            self.late.append(lambda: self._arrives(callee, request))
        if fault is Fault.CRASH_BEFORE:
            self.nodes[callee].restart()
        if fault in (Fault.DEAF, Fault.TWICE, Fault.CRASH_AFTER):
            self._arrives(callee, request)
        if fault is Fault.TWICE:
            return self._arrives(callee, request)
        if fault is Fault.CRASH_AFTER:
            self.nodes[callee].restart()
        raise self._away(callee)

    def _arrives(self, callee: str, request: Callable[[], T]) -> T:
        try:
            return request()
        except Killed:
            self.nodes[callee].restart()
            raise self._away(callee) from None

    def _away(self, callee: str) -> UnavailableError:
        return UnavailableError("E-NET-001", member=callee)


@dataclass
class Wire:
    """The `Peers` of one member over the network."""

    network: Network
    own: Node

    def contribute(
        self, member: str, run_id: bytes, sealed_question: bytes
    ) -> Iterator[Any | OwnerEvidence]:
        def request() -> Sequence[Any]:
            run = self._of(member).run
            return list(run.contribute(self.own.name, run_id, sealed_question))

        messages = self.network.call(member, "contribute", request)
        for message in messages:
            if isinstance(message, OwnerEvidence):
                assert message.access.proof is not None, "left before its record was final"
                self._note(member, "access", run_id, message.access.entry)
        yield from messages

    def decide(
        self, member: str, run_id: bytes, sealed_question: bytes, contributions: Any
    ) -> GuardEvidence:
        def request() -> GuardEvidence:
            guard = self._of(member).run.guard
            return guard.decide(self.own.name, run_id, sealed_question, contributions)

        given = self.network.call(member, "decide", request)
        self._note(member, "statement", run_id, codec.encode(given.statement))
        return given

    def send_values(self, member: str, run_id: bytes, statement: Signed) -> ValuesEvidence:
        def request() -> ValuesEvidence:
            return self._of(member).run.send_values(self.own.name, run_id, statement)

        given = self.network.call(member, "send_values", request)
        self._note(member, "values", run_id, codec.encode(given.values))
        return given

    def send_mask(
        self, member: str, run_id: bytes, release: RecordEvidence, contributed: Any
    ) -> Signed:
        assert release.proof is not None, "asked for the mask before the release was final"

        def request() -> Signed:
            guard = self._of(member).run.guard
            return guard.send_mask(self.own.name, run_id, release, contributed)

        mask = self.network.call(member, "send_mask", request)
        self._note(member, "mask", run_id, codec.encode(mask))
        return mask

    def fetch_proof(self, member: str, run_id: bytes, kind: RecordKind) -> RecordEvidence:
        def request() -> RecordEvidence:
            node = self._of(member)
            node.anchoring.anchor()  # by now a publisher would have
            return node.run.fetch_proof(self.own.name, run_id, kind)

        return self.network.call(member, "fetch_proof", request)

    def abort(self, member: str, run_id: bytes, cancellation: Signed) -> str:
        def request() -> str:
            return self._of(member).run.abort(self.own.name, run_id, cancellation)

        return self.network.call(member, "abort", request)

    def fetch_pair_key(self, member: str) -> Signed:
        def request() -> Signed:
            return self._of(member).run.pair_keys.offer_to(self.own.name)

        return self.network.call(member, "fetch_pair_key", request)

    def list_offers(self, member: str) -> tuple[Signed, ...]:
        return self.network.call(
            member, "list_offers", self._of(member).person.catalogue.own_offers
        )

    def find_grant(
        self, member: str, table: str, columns: Sequence[str], purpose: str
    ) -> tuple[Signed, Signed] | None:
        def request() -> tuple[Signed, Signed] | None:
            grants = self._of(member).run.grants
            found = grants.find(self.own.name, table, tuple(columns), purpose)
            return found and (found.signed, found.steward_card)

        return self.network.call(member, "find_grant", request)

    def _of(self, member: str) -> Node:
        return self.network.nodes[member]

    def _note(self, member: str, thing: str, run_id: bytes, data: bytes) -> None:
        with self.network._one:
            self.network.said.note(member, thing, run_id, data)


if TYPE_CHECKING:
    from accord.node.peers import Peers

    _: type[Peers] = Wire
