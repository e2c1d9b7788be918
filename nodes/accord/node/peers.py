"""What this node asks of other members' nodes, one method per message of the protocol."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from accord.domain.bundle import RecordEvidence
from accord.domain.record import RecordKind
from accord.domain.run import GuardEvidence, OwnerEvidence, ValuesEvidence
from accord.domain.signed import Signed
from accord.wire.v1 import types_pb2 as wire


class Peers(Protocol):
    """Other members' nodes; implementations raise UnavailableError naming the member."""

    def fetch_pair_key(self, member: str) -> Signed:
        """The signed `PairKeyOffer` of an earlier member to us."""
        ...

    def list_offers(self, member: str) -> tuple[Signed, ...]:
        """The signed offers of a member."""
        ...

    def find_grant(
        self, member: str, table: str, columns: Sequence[str], purpose: str
    ) -> tuple[Signed, Signed] | None:
        """A grant to us with its steward's card."""
        ...

    def contribute(
        self, member: str, run_id: bytes, sealed_question: bytes
    ) -> Iterator[wire.Progress | OwnerEvidence]:
        """Steps of an owner, then its evidence."""
        ...

    def decide(
        self,
        member: str,
        run_id: bytes,
        sealed_question: bytes,
        contributions: Sequence[OwnerEvidence],
    ) -> GuardEvidence:
        """The guard's decision."""
        ...

    def send_values(self, member: str, run_id: bytes, statement: Signed) -> ValuesEvidence:
        """An owner's values of the allowed cells."""
        ...

    def send_mask(
        self,
        member: str,
        run_id: bytes,
        release: RecordEvidence,
        contributed: Sequence[RecordEvidence],
    ) -> Signed:
        """The guard's signed `Values`: its mask."""
        ...

    def list_consents(self, member: str, run_id: bytes) -> tuple[Signed, ...]:
        """Consents to inspections of a run that another owner of it has given."""
        ...

    def inspect(self, member: str, run_id: bytes, inspection: Signed, person_card: Signed) -> bytes:
        """An owner's `Replay`, sealed to the inspector."""
        ...

    def fetch_proof(self, member: str, run_id: bytes, kind: RecordKind) -> RecordEvidence:
        """A member's own record of a run of ours, with its proof if it is final by now."""
        ...

    def abort(self, member: str, run_id: bytes, cancellation: Signed) -> str:
        """Tell a member that a run of ours is cancelled; returns its record."""
        ...
