"""The node of tax as a real gRPC server, and its callers; shared by two test files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import grpc
import pytest

from accord.domain.calls import Remote
from accord.domain.errors import (
    AccordError,
    RefusalError,
)
from accord.domain.ids import PROTOCOL_VERSION
from accord.node.channels import Channels
from accord.node.interceptors.identity import caller
from accord.node.pki import KeyAndCertificate
from accord.node.server import Front, NodeServer, ServerLimits
from accord.wire.v1 import person_pb2, person_pb2_grpc, run_pb2, run_pb2_grpc, types_pb2
from tests.unit.node.pki_world import FixedClock, World

Node = Remote[grpc.Channel]
SECRET = "marker-value-4711"
HEADER = types_pb2.Header(run_id=bytes(16), protocol_version=PROTOCOL_VERSION)
LIMITS = ServerLimits(max_message_bytes=64 * 1024, threads=4)


class Runs(run_pb2_grpc.RunServiceServicer):
    """Does what the test says; `behave` stands for any handler."""

    behave: Callable[[], None] = staticmethod(lambda: None)

    def FindGrant(self, request, context):  # noqa: N802 - named by the service
        self.behave()
        return run_pb2.FindGrantResponse(grant=caller(context).uri.encode())

    def Contribute(self, request, context):  # noqa: N802 - named by the service
        yield run_pb2.ContributeResponse(contribution=b"first")
        self.behave()
        yield run_pb2.ContributeResponse(contribution=b"second")


class Analysts(person_pb2_grpc.AnalystServiceServicer):
    def ListRuns(self, request, context):  # noqa: N802 - named by the service
        return person_pb2.ListRunsResponse()


class Stewards(person_pb2_grpc.StewardServiceServicer):
    def ListGrants(self, request, context):  # noqa: N802 - named by the service
        return person_pb2.ListGrantsResponse()


class Statuses(person_pb2_grpc.StatusServiceServicer):
    def Status(self, request, context):  # noqa: N802 - named by the service
        return person_pb2.StatusResponse(member=caller(context).member)


class Served:
    """The node of tax, serving; ``reports`` holds what it logged."""

    def __init__(self, world: World, tls: KeyAndCertificate | None = None) -> None:
        self.world, self.runs, self.reports = world, Runs(), []
        front = Front("tax", world.cards, FixedClock(), lambda *report: self.reports.append(report))
        self.server = NodeServer("127.0.0.1:0", tls or world.node("tax"), front, LIMITS)
        run_pb2_grpc.add_RunServiceServicer_to_server(self.runs, self.server.grpc)
        person_pb2_grpc.add_AnalystServiceServicer_to_server(Analysts(), self.server.grpc)
        person_pb2_grpc.add_StewardServiceServicer_to_server(Stewards(), self.server.grpc)
        person_pb2_grpc.add_StatusServiceServicer_to_server(Statuses(), self.server.grpc)
        self.server.start()

    @contextmanager
    def seen_by(self, tls: KeyAndCertificate) -> Iterator[Node]:
        """The node as a caller with this certificate sees it."""
        addresses = {"tax": f"127.0.0.1:{self.server.port}"}
        channels = Channels(tls, self.world.cards, addresses, max_message_bytes=1024 * 1024)
        try:
            yield channels.to("tax")
        finally:
            channels.close()


def find_grant(peer: Node, **fields: object) -> bytes:
    stub = run_pb2_grpc.RunServiceStub(peer.channel)
    request = run_pb2.FindGrantRequest(**{"header": HEADER, **fields})
    return peer.call(stub.FindGrant, request, 10).grant


def contribute(peer: Node) -> list[bytes]:
    stub = run_pb2_grpc.RunServiceStub(peer.channel)
    request = run_pb2.ContributeRequest(header=HEADER)
    return [message.contribution for message in peer.stream(stub.Contribute, request, 10)]


def list_runs(peer: Node) -> None:
    stub = person_pb2_grpc.AnalystServiceStub(peer.channel)
    peer.call(stub.ListRuns, person_pb2.ListRunsRequest(header=HEADER), 10)


def list_grants(peer: Node) -> None:
    stub = person_pb2_grpc.StewardServiceStub(peer.channel)
    peer.call(stub.ListGrants, person_pb2.ListGrantsRequest(header=HEADER), 10)


def status(peer: Node) -> str:
    stub = person_pb2_grpc.StatusServiceStub(peer.channel)
    return peer.call(stub.Status, person_pb2.StatusRequest(header=HEADER), 10).member


def failure_of(peer: Node) -> AccordError:
    with pytest.raises(AccordError) as caught:
        find_grant(peer)
    return caught.value


def refusal_of(call: Callable[[], object]) -> str:
    with pytest.raises(RefusalError) as caught:
        call()
    return caught.value.code
