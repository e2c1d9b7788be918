"""The gRPC server of a node: mutual TLS, limits, interceptors, health.

No reflection: a peer knows the services or has no business here.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from accord.domain.card import MemberCard
from accord.domain.errors import RequestError
from accord.domain.ports import Clock
from accord.node.interceptors.deadline import DeadlineInterceptor
from accord.node.interceptors.errors import ErrorInterceptor, Report
from accord.node.interceptors.identity import IdentityInterceptor
from accord.node.interceptors.message import MessageInterceptor
from accord.node.pki import KeyAndCertificate, certificate_pem

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """What one node takes from its callers.

    Attributes:
        max_message_bytes: Largest request and largest answer.
        threads: Calls served at once; four times as many may wait.
        max_streams: Calls at once on one connection.
        max_deadline_s: Longest deadline that a caller may set.
        min_ping_s: A connection that pings more often is closed.
    """

    max_message_bytes: int = 64 * _MIB
    threads: int = 32
    max_streams: int = 64
    max_deadline_s: float = 3600
    min_ping_s: int = 10


@dataclass(frozen=True, slots=True)
class Front:
    """What the interceptors need to know.

    Attributes:
        member: The member served here.
        cards: Verified cards of all members, by id.
        report: Gets the method and the error of every failed call.
    """

    member: str
    cards: Mapping[str, MemberCard]
    clock: Clock
    report: Report


class NodeServer:
    """A bound server; add servicers to ``grpc``, then start it.

    Attributes:
        grpc: The gRPC server.
        port: TCP port it listens on, also when 0 was asked for.
    """

    def __init__(
        self, listen: str, tls: KeyAndCertificate, front: Front, limits: ServerLimits | None = None
    ) -> None:
        limits = limits or ServerLimits()
        self.grpc = grpc.server(
            ThreadPoolExecutor(limits.threads, "call"),
            interceptors=_interceptors(front, limits),
            options=_options(limits),
            maximum_concurrent_rpcs=limits.threads * 5,
        )
        self._health = health.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self.grpc)
        self.port = _bind(self.grpc, listen, _credentials(tls, front.cards))

    def start(self) -> None:
        """Serve, and say so in the health service."""
        self.grpc.start()
        self._health.set("", health_pb2.HealthCheckResponse.SERVING)

    def stop(self, grace_s: float) -> None:
        """Take no new calls, give running ones ``grace_s`` seconds, return when all ended."""
        self._health.enter_graceful_shutdown()
        self.grpc.stop(grace_s).wait()


def _interceptors(front: Front, limits: ServerLimits) -> "list[grpc.ServerInterceptor[Any, Any]]":
    return [  # outermost first
        ErrorInterceptor(front.report),
        IdentityInterceptor(front.member, front.cards, front.clock),
        DeadlineInterceptor(limits.max_deadline_s),
        MessageInterceptor(),
    ]


def _credentials(tls: KeyAndCertificate, cards: Mapping[str, MemberCard]) -> grpc.ServerCredentials:
    roots = b"".join(certificate_pem(card.tls_ca) for card in cards.values())
    return grpc.ssl_server_credentials(
        [(tls.key, tls.certificate)], root_certificates=roots, require_client_auth=True
    )


def _bind(server: grpc.Server, listen: str, credentials: grpc.ServerCredentials) -> int:
    try:
        port = server.add_secure_port(listen, credentials)
    except RuntimeError as error:
        raise RequestError("E-CFG-010", address=listen, detail=repr(error)) from None
    if port == 0:
        raise RequestError("E-CFG-010", address=listen)
    return port


def _options(limits: ServerLimits) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", limits.max_message_bytes),
        ("grpc.max_send_message_length", limits.max_message_bytes),
        ("grpc.max_concurrent_streams", limits.max_streams),
        ("grpc.http2.min_ping_interval_without_data_ms", limits.min_ping_s * 1000),
        ("grpc.http2.max_ping_strikes", 2),
        ("grpc.keepalive_permit_without_calls", 0),
        ("grpc.so_reuseport", 0),  # a second process on the port must fail, not share it
    ]
