"""The inspector's own node: records the request, and fetches the replay from the owner."""

from dataclasses import dataclass

from accord.domain import codec
from accord.domain.ids import Identity
from accord.domain.inspection import INSPECTION, Inspection
from accord.domain.record import RecordKind
from accord.domain.signed import Signed
from accord.node.handlers.inspections import check_inspector
from accord.node.handlers.people import check_person
from accord.node.member import Member
from accord.node.peers import Peers


@dataclass(frozen=True, slots=True)
class RequestReplay:
    """Handler of AuditService.Replay."""

    member: Member
    peers: Peers

    def __call__(
        self, caller: Identity, run_id: bytes, owner: str, signed: Signed, person_card: Signed
    ) -> bytes:
        """The sealed replay, which this node cannot read.

        Raises:
            RefusalError: E-AUD-004; or what the owner refuses.
            RequestError: E-NET-008; there is no such owner.
        """
        person = check_person(self.member, caller, person_card, signed, INSPECTION)
        codec.decode(Inspection, signed.body)
        fields = {"inspection": signed.digest, "owner": owner.encode()}
        with self.member.refusals_recorded(run_id, self.member.name, fields):
            check_inspector(person, self.member.cards[self.member.name])
            with self.member.database.write() as session:
                self.member.record(session, RecordKind.INSPECT, fields, run_id)
        return self.peers.inspect(owner, run_id, signed, person_card)
