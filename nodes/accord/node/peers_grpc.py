"""`Peers` over gRPC: encode, call with a deadline, decode."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from accord.domain import codec
from accord.domain.bundle import RecordEvidence
from accord.domain.ids import PROTOCOL_VERSION
from accord.domain.record import RecordKind
from accord.domain.run import GuardEvidence, OwnerEvidence, ValuesEvidence
from accord.domain.signed import Signed
from accord.node.channels import Channels
from accord.node.config import Timeouts
from accord.wire.v1 import audit_pb2 as audit_wire
from accord.wire.v1 import audit_pb2_grpc as audit_rpc
from accord.wire.v1 import run_pb2 as wire
from accord.wire.v1 import run_pb2_grpc as rpc
from accord.wire.v1 import types_pb2 as types

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class GrpcPeers:
    """Implements `accord.node.peers.Peers`."""

    channels: Channels
    timeouts: Timeouts

    def fetch_pair_key(self, member: str) -> Signed:
        """See `Peers`."""
        request = wire.FetchPairKeyRequest(header=header())
        answer = self._call(member, lambda stub: stub.FetchPairKey, request)
        return codec.decode(Signed, answer.offer)

    def list_offers(self, member: str) -> tuple[Signed, ...]:
        """See `Peers`."""
        remote = self.channels.to(member)
        method = rpc.CatalogueServiceStub(remote.channel).ListOffers
        request = wire.ListOffersRequest(header=header())
        answer = remote.call(method, request, self.timeouts.peer_s)
        return tuple(codec.decode(Signed, offer) for offer in answer.offers)

    def find_grant(
        self, member: str, table: str, columns: Sequence[str], purpose: str
    ) -> tuple[Signed, Signed] | None:
        """See `Peers`."""
        request = wire.FindGrantRequest(
            header=header(), table=table, columns=columns, purpose=purpose
        )
        answer = self._call(member, lambda stub: stub.FindGrant, request)
        if not answer.grant:
            return None
        return codec.decode(Signed, answer.grant), codec.decode(Signed, answer.steward_card)

    def contribute(
        self, member: str, run_id: bytes, sealed_question: bytes
    ) -> Iterator[types.Progress | OwnerEvidence]:
        """See `Peers`."""
        remote = self.channels.to(member)
        request = wire.ContributeRequest(header=header(run_id), sealed_question=sealed_question)
        method: Callable[..., Any] = rpc.RunServiceStub(remote.channel).Contribute
        for answer in remote.stream(method, request, self.timeouts.contribute_s):
            if answer.contribution:
                yield codec.decode(OwnerEvidence, answer.contribution)
            else:
                yield answer.progress

    def decide(
        self,
        member: str,
        run_id: bytes,
        sealed_question: bytes,
        contributions: Sequence[OwnerEvidence],
    ) -> GuardEvidence:
        """See `Peers`."""
        request = wire.DecideRequest(
            header=header(run_id),
            sealed_question=sealed_question,
            contributions=[codec.encode(given) for given in contributions],
        )
        answer = self._call(member, lambda stub: stub.Decide, request, self.timeouts.contribute_s)
        return codec.decode(GuardEvidence, answer.decision)

    def send_values(self, member: str, run_id: bytes, statement: Signed) -> ValuesEvidence:
        """See `Peers`."""
        request = wire.SendValuesRequest(header=header(run_id), statement=codec.encode(statement))
        answer = self._call(
            member, lambda stub: stub.SendValues, request, self.timeouts.contribute_s
        )
        return codec.decode(ValuesEvidence, answer.values)

    def send_mask(
        self,
        member: str,
        run_id: bytes,
        release: RecordEvidence,
        contributed: Sequence[RecordEvidence],
    ) -> Signed:
        """See `Peers`."""
        request = wire.SendMaskRequest(
            header=header(run_id),
            release=codec.encode(release),
            contributed=[codec.encode(record) for record in contributed],
        )
        answer = self._call(member, lambda stub: stub.SendMask, request, self.timeouts.contribute_s)
        return codec.decode(Signed, answer.mask)

    def fetch_proof(self, member: str, run_id: bytes, kind: RecordKind) -> RecordEvidence:
        """See `Peers`."""
        request = wire.FetchProofRequest(header=header(run_id), kind=kind)
        answer = self._call(member, lambda stub: stub.FetchProof, request)
        return codec.decode(RecordEvidence, answer.record)

    def list_consents(self, member: str, run_id: bytes) -> tuple[Signed, ...]:
        """See `Peers`."""
        remote = self.channels.to(member)
        method = audit_rpc.InspectionServiceStub(remote.channel).ListConsents
        request = audit_wire.ListConsentsRequest(header=header(run_id))
        answer = remote.call(method, request, self.timeouts.peer_s)
        return tuple(codec.decode(Signed, consent) for consent in answer.consents)

    def inspect(self, member: str, run_id: bytes, inspection: Signed, person_card: Signed) -> bytes:
        """See `Peers`; the owner waits for the anchor of its record."""
        remote = self.channels.to(member)
        request = audit_wire.InspectRequest(
            header=header(run_id),
            inspection=codec.encode(inspection),
            person_card=codec.encode(person_card),
        )
        method = audit_rpc.InspectionServiceStub(remote.channel).Inspect
        return remote.call(method, request, self.timeouts.contribute_s).sealed_replay

    def abort(self, member: str, run_id: bytes, cancellation: Signed) -> str:
        """See `Peers`."""
        request = wire.AbortRequest(header=header(run_id), cancellation=codec.encode(cancellation))
        return self._call(member, lambda stub: stub.Abort, request).record

    def _call(
        self,
        member: str,
        method: Callable[[rpc.RunServiceStub], Callable[..., T]],
        request: object,
        timeout_s: float = 0,
    ) -> T:
        """One call, a short one unless it says how long; the large ones encrypt or decrypt."""
        remote = self.channels.to(member)
        stub = rpc.RunServiceStub(remote.channel)
        return remote.call(method(stub), request, timeout_s or self.timeouts.peer_s)


def header(run_id: bytes = b"") -> types.Header:
    """What every request starts with."""
    return types.Header(run_id=run_id, protocol_version=PROTOCOL_VERSION)
