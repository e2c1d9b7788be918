"""A real gRPC server with mutual TLS, and callers that should not get through."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import grpc
import pytest

from accord.domain.calls import Remote
from accord.domain.errors import (
    RequestError,
    UnavailableError,
)
from accord.domain.ids import PROTOCOL_VERSION, Identity, node_dns_name
from accord.node.channels import Channels
from accord.node.pki import certificate_pem, issue_leaf
from accord.node.server import Front, NodeServer
from accord.wire.v1 import run_pb2_grpc, types_pb2
from tests.integration.mtls_server import (
    Runs,
    Served,
    contribute,
    failure_of,
    find_grant,
    list_grants,
    list_runs,
    refusal_of,
    status,
)
from tests.unit.node.pki_world import CONSORTIUM, NOW, FixedClock, World


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture
def served(world: World) -> Iterator[Served]:
    served = Served(world)
    yield served
    served.server.stop(0)


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
        assert isinstance(failure_of(Remote("tax", channel)), UnavailableError)
    with grpc.insecure_channel(address) as channel:
        assert isinstance(failure_of(Remote("tax", channel)), UnavailableError)


def test_a_certificate_of_an_unknown_ca_gets_no_connection(served: Served) -> None:
    stranger = World().node("tax")

    with served.seen_by(stranger) as peer:
        assert isinstance(failure_of(peer), UnavailableError)


def test_an_expired_certificate_gets_no_connection(served: Served) -> None:
    identity = Identity(CONSORTIUM, "health")
    old = issue_leaf(served.world.cas["health"], identity, NOW - timedelta(days=9), timedelta(1))

    with served.seen_by(old) as peer:
        assert isinstance(failure_of(peer), UnavailableError)


def test_a_server_with_another_members_certificate_is_not_called(world: World) -> None:
    """Health answers at the address of tax: the caller trusts only the CA of tax for tax."""
    for impostor in (world.node("health"), world.node("tax", ca="health")):
        served = Served(world, tls=impostor)
        with served.seen_by(world.node("tax")) as peer:
            assert failure_of(peer).code == "E-NET-003"
        served.server.stop(0)


def test_a_persons_certificate_cannot_serve(world: World) -> None:
    """Same CA, but no DNS name: a person cannot pose as the member's node."""
    served = Served(world, tls=world.person("tax", "analyst"))
    with served.seen_by(world.node("health")) as peer:
        assert failure_of(peer).code == "E-NET-003"
    served.server.stop(0)


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
