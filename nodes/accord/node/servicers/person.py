"""gRPC front for persons of the own member: decodes, delegates, encodes."""

from collections.abc import Iterator
from dataclasses import dataclass

import grpc

from accord.domain import codec
from accord.domain.signed import Signed
from accord.node.handlers.ask import Ask
from accord.node.handlers.cancel import Cancel
from accord.node.handlers.catalogue import Catalogue
from accord.node.handlers.draft import Draft
from accord.node.handlers.grants import Grants
from accord.node.handlers.history import History
from accord.node.handlers.resume import Resume
from accord.node.handlers.status import Status
from accord.node.interceptors.identity import caller
from accord.wire.v1 import person_pb2 as wire
from accord.wire.v1 import person_pb2_grpc as rpc


@dataclass(frozen=True, slots=True)
class PersonHandlers:
    """What the services for persons call."""

    draft: Draft
    ask: Ask
    history: History
    cancel: Cancel
    resume: Resume
    catalogue: Catalogue
    grants: Grants
    status: Status


class AnalystServicer(rpc.AnalystServiceServicer):
    """See AnalystService in person.proto."""

    def __init__(self, handlers: PersonHandlers) -> None:
        self._handlers = handlers

    def Draft(  # noqa: N802 - gRPC's name
        self, request: wire.DraftRequest, context: grpc.ServicerContext
    ) -> wire.DraftResponse:
        """See person.proto."""
        question = self._handlers.draft(
            caller(context), request.sql, request.purpose, dry_run=request.dry_run
        )
        return wire.DraftResponse(question=codec.encode(question))

    def Ask(  # noqa: N802
        self, request: wire.AskRequest, context: grpc.ServicerContext
    ) -> Iterator[wire.AskResponse]:
        """See person.proto."""
        question = codec.decode(Signed, request.question)
        card = codec.decode(Signed, request.person_card)
        for message in self._handlers.ask(caller(context), question, card):
            if isinstance(message, bytes):
                yield wire.AskResponse(sealed_outcome=message)
            else:
                yield wire.AskResponse(progress=message)

    def ListRuns(  # noqa: N802
        self, request: wire.ListRunsRequest, context: grpc.ServicerContext
    ) -> wire.ListRunsResponse:
        """See person.proto."""
        return wire.ListRunsResponse(
            runs=self._handlers.history.runs(caller(context).person, request.limit)
        )

    def ShowRun(  # noqa: N802
        self, request: wire.ShowRunRequest, context: grpc.ServicerContext
    ) -> wire.ShowRunResponse:
        """See person.proto."""
        return self._handlers.history.show(caller(context).person, request.header.run_id)

    def CancelRun(  # noqa: N802
        self, request: wire.CancelRunRequest, context: grpc.ServicerContext
    ) -> wire.CancelRunResponse:
        """See person.proto."""
        done = self._handlers.cancel(caller(context).person, request.header.run_id)
        return wire.CancelRunResponse(record=done.record, told=done.told, missed=done.missed)

    def ResumeRun(  # noqa: N802
        self, request: wire.ResumeRunRequest, context: grpc.ServicerContext
    ) -> Iterator[wire.ResumeRunResponse]:
        """See person.proto."""
        for message in self._handlers.resume(caller(context).person, request.header.run_id):
            if isinstance(message, bytes):
                yield wire.ResumeRunResponse(sealed_outcome=message)
            else:
                yield wire.ResumeRunResponse(progress=message)


class StewardServicer(rpc.StewardServiceServicer):
    """See StewardService in person.proto."""

    def __init__(self, handlers: PersonHandlers) -> None:
        self._handlers = handlers

    def Publish(  # noqa: N802
        self, request: wire.PublishRequest, context: grpc.ServicerContext
    ) -> wire.PublishResponse:
        """See person.proto."""
        del context
        done = self._handlers.catalogue.publish(request.description, request.folder)
        return wire.PublishResponse(
            table=done.table, rows=done.rows, epoch=done.epoch, record=done.record
        )

    def Grant(  # noqa: N802
        self, request: wire.GrantRequest, context: grpc.ServicerContext
    ) -> wire.GrantResponse:
        """See person.proto."""
        grant = codec.decode(Signed, request.grant)
        card = codec.decode(Signed, request.person_card)
        record = self._handlers.grants.register(caller(context), grant, card)
        return wire.GrantResponse(record=record)

    def ListGrants(  # noqa: N802
        self, request: wire.ListGrantsRequest, context: grpc.ServicerContext
    ) -> wire.ListGrantsResponse:
        """See person.proto."""
        del request, context
        grants = [
            wire.GrantSummary(
                grant=codec.encode(stored.signed),
                runs_used=stored.runs_used,
                revoked=stored.revoked,
            )
            for stored in self._handlers.grants.all()
        ]
        return wire.ListGrantsResponse(grants=grants)

    def Revoke(  # noqa: N802
        self, request: wire.RevokeRequest, context: grpc.ServicerContext
    ) -> wire.RevokeResponse:
        """See person.proto."""
        revocation = codec.decode(Signed, request.revocation)
        card = codec.decode(Signed, request.person_card)
        record = self._handlers.grants.revoke(caller(context), revocation, card)
        return wire.RevokeResponse(record=record)

    def ListFindings(  # noqa: N802
        self, request: wire.ListFindingsRequest, context: grpc.ServicerContext
    ) -> wire.ListFindingsResponse:
        """See person.proto."""
        del context
        return wire.ListFindingsResponse(findings=self._handlers.history.findings(request.limit))


class StatusServicer(rpc.StatusServiceServicer):
    """See StatusService in person.proto."""

    def __init__(self, handlers: PersonHandlers) -> None:
        self._handlers = handlers

    def Status(  # noqa: N802
        self, request: wire.StatusRequest, context: grpc.ServicerContext
    ) -> wire.StatusResponse:
        """See person.proto."""
        del request, context
        return self._handlers.status()

    def ListTables(  # noqa: N802
        self, request: wire.ListTablesRequest, context: grpc.ServicerContext
    ) -> wire.ListTablesResponse:
        """See person.proto."""
        del request, context
        tables = [
            wire.TableSummary(
                table=codec.encode(view.table), published=view.published, differing=view.differing
            )
            for view in self._handlers.catalogue.views()
        ]
        return wire.ListTablesResponse(tables=tables)
