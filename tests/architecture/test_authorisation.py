"""Every method that exists has its line in the table of rights, and nothing else has one."""

import pytest

from accord.domain.errors import RefusalError
from accord.domain.ids import Identity, PersonRole
from accord.node.authorisation import ALLOWED, check_allowed
from accord.wire.v1 import audit_pb2, person_pb2, run_pb2

MODULES = (run_pb2, person_pb2, audit_pb2)
HEALTH = "/grpc.health.v1.Health/Check"


def methods() -> set[str]:
    return {
        f"/{service.full_name}/{method.name}"
        for module in MODULES
        for service in module.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    }


def test_every_method_of_every_service_is_in_the_table() -> None:
    assert methods() | {HEALTH} == set(ALLOWED)


def test_no_method_streams_from_the_client() -> None:
    """The interceptors guard one request a call."""
    streaming = [
        method.full_name
        for module in MODULES
        for service in module.DESCRIPTOR.services_by_name.values()
        for method in service.methods
        if method.client_streaming
    ]

    assert streaming == []


def test_every_request_of_ours_has_a_header() -> None:
    """Else its protocol version would go unchecked."""
    without = [
        method.full_name
        for module in MODULES
        for service in module.DESCRIPTOR.services_by_name.values()
        for method in service.methods
        if "header" not in method.input_type.fields_by_name
    ]

    assert without == []


def test_an_unlisted_method_is_denied_to_everybody() -> None:
    for caller in (Identity("demo", "tax"), Identity("demo", "tax", "analyst", "ana")):
        with pytest.raises(RefusalError) as caught:
            check_allowed("/accord.wire.v1.RunService/New", caller, "tax")
        assert caught.value.code == "E-AUT-005"


def test_an_administrator_reaches_status_alone() -> None:
    allowed = {method for method, roles in ALLOWED.items() if PersonRole.ADMINISTRATOR in roles}

    assert allowed == {
        "/accord.wire.v1.StatusService/Status",
        "/accord.wire.v1.StatusService/ListTables",
        HEALTH,
    }
