"""How this node, its ledger and its peers are."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from accord.domain.errors import AccordError
from accord.ledger.store.log_store import SqlLedgerUnits
from accord.node.member import Member
from accord.node.peers import Peers
from accord.node.progress import refused
from accord.wire.v1 import person_pb2 as wire
from accord.wire.v1 import types_pb2 as types


@dataclass(frozen=True, slots=True)
class Status:
    """Handler of StatusService.Status.

    Attributes:
        check_ledger: Raises while the ledger does not answer or is not ours.
    """

    member: Member
    peers: Peers
    check_ledger: Callable[[], None]

    def __call__(self) -> wire.StatusResponse:
        """Ask everybody at once."""
        others = [name for name in self.member.cards if name != self.member.name]
        with ThreadPoolExecutor(len(self.member.cards), "status") as pool:
            ledger = pool.submit(self._ledger)
            peers = list(pool.map(self._reachable, others))
            answer = wire.StatusResponse(member=self.member.name, ledger=ledger.result())
        answer.peers.extend(
            wire.PeerStatus(member=name, reachable=reachable)
            for name, reachable in zip(others, peers, strict=True)
        )
        with SqlLedgerUnits(self.member.database).read() as unit:
            final = unit.heads.latest_final()
            answer.sequenced, answer.final = unit.log.size(), final.size if final else 0
        return answer

    def _ledger(self) -> types.Refusal | None:
        try:
            self.check_ledger()
        except AccordError as error:
            return refused(self.member.name, error).refusal
        return None

    def _reachable(self, member: str) -> bool:
        try:
            self.peers.list_offers(member)
        except AccordError:
            return False
        return True
