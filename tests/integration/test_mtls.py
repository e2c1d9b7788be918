"""A real gRPC server with mutual TLS, and callers that should not get through."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Event

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from accord.domain.calls import Remote
from accord.domain.errors import (
    AccordError,
    FaultError,
    RefusalError,
    RequestError,
    UnavailableError,
    explain,
)
from accord.domain.ids import PROTOCOL_VERSION, Identity, node_dns_name
from accord.node.channels import Channels
from accord.node.interceptors.identity import caller
from accord.node.pki import KeyAndCertificate, certificate_pem, issue_leaf
from accord.node.server import Front, NodeServer, ServerLimits
from accord.wire.v1 import person_pb2, person_pb2_grpc, run_pb2, run_pb2_grpc, types_pb2
from tests.unit.node.pki_world import CONSORTIUM, NOW, FixedClock, World

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


@pytest.fixture(scope="module")
def world() -> World:
    return World()


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


@pytest.fixture
def served(world: World) -> Iterator[Served]:
    served = Served(world)
    yield served
    served.server.stop(0)


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


def refusal_of(call: Callable[[], object]) -> str:
    with pytest.raises(RefusalError) as caught:
        call()
    return caught.value.code


def test_a_node_of_another_member_is_known_by_its_certificate(served: Served) -> None:
    with served.seen_by(served.world.node("health")) as peer:
        assert find_grant(peer) == b"spiffe://demo/health/node"
        assert contribute(peer) == [b"first", b"second"]


def test_another_members_ca_cannot_issue_my_name(served: Served) -> None:
    """Both CAs are trusted by TLS, so only the check of the issuer stands in the way."""
    forged = served.world.node("tax", ca="health")

    with served.seen_by(forged) as peer:
        assert refusal_of(lambda: find_grant(peer)) == "E-AUT-003"


def test_another_members_ca_cannot_issue_my_analyst(served: Served) -> None:
    identity = Identity(CONSORTIUM, "tax", "analyst", "eve")
    forged = issue_leaf(served.world.cas["health"], identity, NOW)

    with served.seen_by(forged) as peer:
        assert refusal_of(lambda: list_runs(peer)) == "E-AUT-003"


def test_each_role_reaches_its_own_service_only(served: Served) -> None:
    with served.seen_by(served.world.person("tax", "analyst")) as peer:
        list_runs(peer)
        assert status(peer) == "tax"
        assert refusal_of(lambda: list_grants(peer)) == "E-AUT-005"
        assert refusal_of(lambda: find_grant(peer)) == "E-AUT-005"
    with served.seen_by(served.world.person("tax", "steward")) as peer:
        list_grants(peer)
        assert refusal_of(lambda: list_runs(peer)) == "E-AUT-005"


def test_a_node_cannot_act_as_a_person(served: Served) -> None:
    with served.seen_by(served.world.node("tax")) as peer:
        assert refusal_of(lambda: list_runs(peer)) == "E-AUT-005"


def test_a_person_of_another_member_is_refused_everywhere(served: Served) -> None:
    with served.seen_by(served.world.person("health", "analyst")) as peer:
        assert refusal_of(lambda: list_runs(peer)) == "E-AUT-006"
        assert refusal_of(lambda: status(peer)) == "E-AUT-006"


def test_an_administrator_sees_the_status_and_can_do_nothing(served: Served) -> None:
    with served.seen_by(served.world.person("tax", "administrator")) as peer:
        assert status(peer) == "tax"
        for call in (list_runs, list_grants, find_grant, contribute):
            assert refusal_of(lambda call=call: call(peer)) == "E-AUT-005"


def test_without_a_client_certificate_there_is_no_connection(served: Served) -> None:
    ca = certificate_pem(served.world.cards["tax"].tls_ca)
    options = [("grpc.ssl_target_name_override", node_dns_name(CONSORTIUM, "tax"))]
    credentials = grpc.ssl_channel_credentials(ca)
    address = f"127.0.0.1:{served.server.port}"

    with grpc.secure_channel(address, credentials, options) as channel:
        assert isinstance(_failure(Remote("tax", channel)), UnavailableError)
    with grpc.insecure_channel(address) as channel:
        assert isinstance(_failure(Remote("tax", channel)), UnavailableError)


def test_a_certificate_of_an_unknown_ca_gets_no_connection(served: Served) -> None:
    stranger = World().node("tax")

    with served.seen_by(stranger) as peer:
        assert isinstance(_failure(peer), UnavailableError)


def test_an_expired_certificate_gets_no_connection(served: Served) -> None:
    identity = Identity(CONSORTIUM, "health")
    old = issue_leaf(served.world.cas["health"], identity, NOW - timedelta(days=9), timedelta(1))

    with served.seen_by(old) as peer:
        assert isinstance(_failure(peer), UnavailableError)


def test_a_server_with_another_members_certificate_is_not_called(world: World) -> None:
    """Health answers at the address of tax: the caller trusts only the CA of tax for tax."""
    for impostor in (world.node("health"), world.node("tax", ca="health")):
        served = Served(world, tls=impostor)
        with served.seen_by(world.node("tax")) as peer:
            assert _failure(peer).code == "E-NET-003"
        served.server.stop(0)


def test_a_persons_certificate_cannot_serve(world: World) -> None:
    """Same CA, but no DNS name: a person cannot pose as the member's node."""
    served = Served(world, tls=world.person("tax", "analyst"))
    with served.seen_by(world.node("health")) as peer:
        assert _failure(peer).code == "E-NET-003"
    served.server.stop(0)


def test_an_oversize_message_is_refused(served: Served) -> None:
    with served.seen_by(served.world.node("health")) as peer:
        with pytest.raises(RequestError) as caught:
            find_grant(peer, purpose="x" * 100_000)

        assert caught.value.code == "E-NET-004"
        assert find_grant(peer)


def _raw(peer: Node, method: str, data: bytes, timeout_s: float | None = 10) -> AccordError:
    call = peer.channel.unary_unary(method)  # no serializers: bytes as they are
    with pytest.raises(AccordError) as caught:
        peer.call(call, data, timeout_s)  # type: ignore[arg-type] # None is what is tested
    return caught.value


FIND_GRANT = "/accord.wire.v1.RunService/FindGrant"


def test_a_malformed_message_gets_a_clean_error(served: Served) -> None:
    with served.seen_by(served.world.node("health")) as peer:
        error = _raw(peer, FIND_GRANT, b"\xff\xff\xff")

    assert error.code == "E-MSG-001"
    assert error.facts == {"thing": "RunService/FindGrant"}


def test_an_unknown_method_gets_a_clean_error(served: Served) -> None:
    with served.seen_by(served.world.node("health")) as peer:
        assert _raw(peer, "/accord.wire.v1.RunService/Nonsense", b"").code == "E-NET-006"
        reflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
        assert _raw(peer, reflection, b"").code == "E-NET-006"


def test_a_call_without_a_deadline_is_refused(served: Served) -> None:
    data = run_pb2.FindGrantRequest(header=HEADER).SerializeToString()
    with served.seen_by(served.world.node("health")) as peer:
        # `call` names the seconds of a timeout, so a missing one goes around it
        with pytest.raises(grpc.RpcError) as caught:
            peer.channel.unary_unary(FIND_GRANT)(data)
        assert ("accord-error-code", "E-NET-007") in list(caught.value.trailing_metadata())
        assert _raw(peer, FIND_GRANT, data, 10_000).code == "E-NET-007"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (types_pb2.Header(protocol_version=PROTOCOL_VERSION + 1), "E-MSG-010"),
        (types_pb2.Header(), "E-MSG-010"),
        (types_pb2.Header(protocol_version=PROTOCOL_VERSION, run_id=b"short"), "E-MSG-011"),
    ],
)
def test_the_header_is_checked(served: Served, header: types_pb2.Header, code: str) -> None:
    with served.seen_by(served.world.node("health")) as peer:
        with pytest.raises(RequestError) as caught:
            find_grant(peer, header=header)

        assert caught.value.code == code


@pytest.mark.parametrize("call", [find_grant, contribute])
def test_nothing_of_an_unexpected_exception_leaves_or_is_logged(
    served: Served, call: Callable[[Node], object]
) -> None:
    def fail() -> None:
        raise ValueError(SECRET)

    served.runs.behave = fail
    node = served.world.node("health")
    with served.seen_by(node) as peer, pytest.raises(FaultError) as caught:
        call(peer)

    assert caught.value.code == "E-INT-001"
    assert SECRET not in f"{caught.value} {explain(caught.value)} {served.reports}"
    assert "ValueError at fail" in served.reports[0][1].detail


@pytest.mark.parametrize("call", [find_grant, contribute])
def test_an_error_raised_on_purpose_leaves_its_detail_at_home(
    served: Served, call: Callable[[Node], object]
) -> None:
    def fail() -> None:
        raise RefusalError("E-AUT-002", member="x", consortium="y", detail=SECRET)

    served.runs.behave = fail
    node = served.world.node("health")
    with served.seen_by(node) as peer, pytest.raises(RefusalError) as caught:
        call(peer)

    assert SECRET not in str(caught.value)
    assert served.reports[0][1].detail == SECRET


def test_facts_and_record_travel_in_any_script(served: Served) -> None:
    def fail() -> None:
        raise RefusalError("E-AUT-002", member="税务", consortium=3, record="tax#12")

    served.runs.behave = fail
    node = served.world.node("health")
    with served.seen_by(node) as peer, pytest.raises(RefusalError) as caught:
        find_grant(peer)

    assert caught.value.facts == {"member": "税务", "consortium": 3}
    assert caught.value.record == "tax#12"


def test_a_member_that_is_away_is_named(served: Served) -> None:
    with served.seen_by(served.world.node("health")) as peer:
        served.server.stop(0)
        error = _failure(peer)

    assert error.code == "E-NET-001"
    assert error.facts == {"member": "tax"}


def test_a_slow_member_is_named_with_the_seconds(served: Served) -> None:
    done = Event()
    served.runs.behave = lambda: done.wait(30)
    with served.seen_by(served.world.node("health")) as peer:
        stub = run_pb2_grpc.RunServiceStub(peer.channel)
        with pytest.raises(UnavailableError) as caught:
            peer.call(stub.FindGrant, run_pb2.FindGrantRequest(header=HEADER), 0.5)
        done.set()

    assert caught.value.code == "E-NET-002"
    assert caught.value.facts == {"member": "tax", "seconds": "0.5"}


def test_a_certificate_that_expires_during_a_connection_ends_its_rights(world: World) -> None:
    """The TLS library looks at the date once; the server looks at each call."""
    later = replace(FixedClock(), moment=NOW + timedelta(days=500))
    server = NodeServer("127.0.0.1:0", world.node("tax"), Front("tax", world.cards, later, print))
    run_pb2_grpc.add_RunServiceServicer_to_server(Runs(), server.grpc)
    server.start()
    channels = Channels(
        world.node("health"), world.cards, {"tax": f"127.0.0.1:{server.port}"}, 2**20
    )

    assert refusal_of(lambda: find_grant(channels.to("tax"))) == "E-AUT-004"

    channels.close()
    server.stop(0)


def test_a_taken_port_is_an_error_and_not_shared(served: Served) -> None:
    front = Front("tax", served.world.cards, FixedClock(), print)
    with pytest.raises(RequestError) as caught:
        NodeServer(f"127.0.0.1:{served.server.port}", served.world.node("tax"), front)

    assert caught.value.code == "E-CFG-010"


def test_health_is_told_to_nodes(served: Served) -> None:
    with served.seen_by(served.world.node("health")) as peer:
        stub = health_pb2_grpc.HealthStub(peer.channel)
        answer = peer.call(stub.Check, health_pb2.HealthCheckRequest(), 10)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_a_member_without_an_address_is_a_clear_error(world: World) -> None:
    channels = Channels(world.node("tax"), world.cards, {}, 2**20)
    with pytest.raises(RequestError) as caught:
        channels.to("health")
    assert caught.value.code == "E-NET-008"


def _failure(peer: Node) -> AccordError:
    with pytest.raises(AccordError) as caught:
        find_grant(peer)
    return caught.value
