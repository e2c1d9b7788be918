"""gRPC front of the run handlers: decodes, delegates, encodes; decides nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

import grpc

from accord.domain import codec
from accord.domain.bundle import RecordEvidence
from accord.domain.run import OwnerEvidence
from accord.domain.signed import Signed
from accord.node.handlers.abort import Abort
from accord.node.handlers.catalogue import Catalogue
from accord.node.handlers.contribute import Contribute
from accord.node.handlers.grants import Grants
from accord.node.handlers.guard import Guard
from accord.node.handlers.pair_keys import PairKeys
from accord.node.handlers.proofs import FetchProof
from accord.node.handlers.values import SendValues
from accord.node.interceptors.identity import caller
from accord.wire.v1 import run_pb2 as wire
from accord.wire.v1 import run_pb2_grpc as rpc


@dataclass(frozen=True, slots=True)
class RunHandlers:
    """What the run service calls."""

    pair_keys: PairKeys
    grants: Grants
    contribute: Contribute
    guard: Guard
    send_values: SendValues
    fetch_proof: FetchProof
    abort: Abort


class RunServicer(rpc.RunServiceServicer):
    """See RunService in run.proto."""

    def __init__(self, handlers: RunHandlers) -> None:
        self._handlers = handlers

    def FetchPairKey(  # noqa: N802 - gRPC's name
        self, request: wire.FetchPairKeyRequest, context: grpc.ServicerContext
    ) -> wire.FetchPairKeyResponse:
        """See run.proto."""
        del request
        offer = self._handlers.pair_keys.offer_to(caller(context).member)
        return wire.FetchPairKeyResponse(offer=codec.encode(offer))

    def FindGrant(  # noqa: N802
        self, request: wire.FindGrantRequest, context: grpc.ServicerContext
    ) -> wire.FindGrantResponse:
        """See run.proto."""
        found = self._handlers.grants.find(
            caller(context).member, request.table, tuple(request.columns), request.purpose
        )
        if found is None:
            return wire.FindGrantResponse()
        return wire.FindGrantResponse(
            grant=codec.encode(found.signed), steward_card=codec.encode(found.steward_card)
        )

    def Contribute(  # noqa: N802
        self, request: wire.ContributeRequest, context: grpc.ServicerContext
    ) -> Iterator[wire.ContributeResponse]:
        """See run.proto."""
        member, run_id = caller(context).member, request.header.run_id
        for message in self._handlers.contribute(member, run_id, request.sealed_question):
            if isinstance(message, OwnerEvidence):
                yield wire.ContributeResponse(contribution=codec.encode(message))
            else:
                yield wire.ContributeResponse(progress=message)

    def Decide(  # noqa: N802
        self, request: wire.DecideRequest, context: grpc.ServicerContext
    ) -> wire.DecideResponse:
        """See run.proto."""
        contributions = tuple(codec.decode(OwnerEvidence, one) for one in request.contributions)
        evidence = self._handlers.guard.decide(
            caller(context).member, request.header.run_id, request.sealed_question, contributions
        )
        return wire.DecideResponse(decision=codec.encode(evidence))

    def SendValues(  # noqa: N802
        self, request: wire.SendValuesRequest, context: grpc.ServicerContext
    ) -> wire.SendValuesResponse:
        """See run.proto."""
        statement = codec.decode(Signed, request.statement)
        member, run_id = caller(context).member, request.header.run_id
        evidence = self._handlers.send_values(member, run_id, statement)
        return wire.SendValuesResponse(values=codec.encode(evidence))

    def SendMask(  # noqa: N802
        self, request: wire.SendMaskRequest, context: grpc.ServicerContext
    ) -> wire.SendMaskResponse:
        """See run.proto."""
        release = codec.decode(RecordEvidence, request.release)
        contributed = tuple(codec.decode(RecordEvidence, one) for one in request.contributed)
        member, run_id = caller(context).member, request.header.run_id
        mask = self._handlers.guard.send_mask(member, run_id, release, contributed)
        return wire.SendMaskResponse(mask=codec.encode(mask))

    def FetchProof(  # noqa: N802
        self, request: wire.FetchProofRequest, context: grpc.ServicerContext
    ) -> wire.FetchProofResponse:
        """See run.proto."""
        member, run_id = caller(context).member, request.header.run_id
        evidence = self._handlers.fetch_proof(member, run_id, request.kind)
        return wire.FetchProofResponse(record=codec.encode(evidence))

    def Abort(  # noqa: N802
        self, request: wire.AbortRequest, context: grpc.ServicerContext
    ) -> wire.AbortResponse:
        """See run.proto."""
        cancellation = codec.decode(Signed, request.cancellation)
        member, run_id = caller(context).member, request.header.run_id
        return wire.AbortResponse(record=self._handlers.abort(member, run_id, cancellation))


class CatalogueServicer(rpc.CatalogueServiceServicer):
    """See CatalogueService in run.proto."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def ListOffers(  # noqa: N802
        self, request: wire.ListOffersRequest, context: grpc.ServicerContext
    ) -> wire.ListOffersResponse:
        """See run.proto."""
        del request, context
        offers = [codec.encode(offer) for offer in self._catalogue.own_offers()]
        return wire.ListOffersResponse(offers=offers)
