"""gRPC front of inspections: decodes, delegates, encodes; decides nothing."""

from dataclasses import dataclass

import grpc

from accord.domain import codec
from accord.domain.signed import Signed
from accord.node.handlers.consents import Consents
from accord.node.handlers.inspections import Inspect
from accord.node.handlers.request_replay import RequestReplay
from accord.node.interceptors.identity import caller
from accord.wire.v1 import audit_pb2 as wire
from accord.wire.v1 import audit_pb2_grpc as rpc


@dataclass(frozen=True, slots=True)
class AuditHandlers:
    """What both services of inspections call.

    Attributes:
        cards: All members' signed cards, encoded, for the inspector.
    """

    consents: Consents
    inspect: Inspect
    request_replay: RequestReplay
    cards: tuple[bytes, ...]


class AuditServicer(rpc.AuditServiceServicer):
    """See AuditService in audit.proto."""

    def __init__(self, handlers: AuditHandlers) -> None:
        self._handlers = handlers

    def ListAnswered(  # noqa: N802 - gRPC's name
        self, request: wire.ListAnsweredRequest, context: grpc.ServicerContext
    ) -> wire.ListAnsweredResponse:
        """See audit.proto."""
        del context
        return wire.ListAnsweredResponse(runs=self._handlers.consents.answered(request.limit))

    def Consent(  # noqa: N802
        self, request: wire.ConsentRequest, context: grpc.ServicerContext
    ) -> wire.ConsentResponse:
        """See audit.proto."""
        consent = codec.decode(Signed, request.consent)
        card = codec.decode(Signed, request.person_card)
        give = self._handlers.consents.give
        record = give(caller(context), request.header.run_id, consent, card)
        return wire.ConsentResponse(record=record)

    def Replay(  # noqa: N802
        self, request: wire.ReplayRequest, context: grpc.ServicerContext
    ) -> wire.ReplayResponse:
        """See audit.proto."""
        inspection = codec.decode(Signed, request.inspection)
        card = codec.decode(Signed, request.person_card)
        sealed = self._handlers.request_replay(
            caller(context), request.header.run_id, request.owner, inspection, card
        )
        return wire.ReplayResponse(sealed_replay=sealed, cards=self._handlers.cards)


class InspectionServicer(rpc.InspectionServiceServicer):
    """See InspectionService in audit.proto."""

    def __init__(self, handlers: AuditHandlers) -> None:
        self._handlers = handlers

    def ListConsents(  # noqa: N802
        self, request: wire.ListConsentsRequest, context: grpc.ServicerContext
    ) -> wire.ListConsentsResponse:
        """See audit.proto."""
        given = self._handlers.consents.told_to(caller(context).member, request.header.run_id)
        return wire.ListConsentsResponse(consents=[codec.encode(one) for one in given])

    def Inspect(  # noqa: N802
        self, request: wire.InspectRequest, context: grpc.ServicerContext
    ) -> wire.InspectResponse:
        """See audit.proto."""
        inspection = codec.decode(Signed, request.inspection)
        card = codec.decode(Signed, request.person_card)
        member, run_id = caller(context).member, request.header.run_id
        sealed = self._handlers.inspect(member, run_id, inspection, card)
        return wire.InspectResponse(sealed_replay=sealed)
