"""Calls to a real gRPC server that are wrong, fail, or take too long."""

from collections.abc import Callable, Iterator
from threading import Event

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from accord.domain.errors import (
    AccordError,
    FaultError,
    RefusalError,
    RequestError,
    UnavailableError,
    explain,
)
from accord.node.channels import Channels
from accord.node.server import Front, NodeServer
from accord.wire.v1 import run_pb2, run_pb2_grpc
from tests.integration.mtls_server import (
    HEADER,
    SECRET,
    Node,
    Served,
    contribute,
    failure_of,
    find_grant,
)
from tests.unit.node.pki_world import FixedClock, World


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture
def served(world: World) -> Iterator[Served]:
    served = Served(world)
    yield served
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
        error = failure_of(peer)

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
