"""Calls to the nodes of other members.

A channel to a member trusts the CA in that member's card and nothing else, and demands the
member's own DNS name: whoever answers at the configured address, it is that member or no call.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final, TypeVar

import grpc

from accord.domain.card import MemberCard
from accord.domain.error_metadata import error_of_status
from accord.domain.errors import RequestError
from accord.node.pki import KeyAndCertificate, certificate_pem, node_dns_name

T = TypeVar("T")
_OPTIONS: Final = (
    ("grpc.enable_http_proxy", 0),  # members are reached directly, whatever the shell exports
    ("grpc.initial_reconnect_backoff_ms", 200),  # a restarted peer is found again soon
    ("grpc.max_reconnect_backoff_ms", 2000),
    ("grpc.keepalive_time_ms", 20_000),  # a peer that vanished is noticed within 30 s
    ("grpc.keepalive_timeout_ms", 10_000),
)


class Peer:
    """One member's node, as seen from this one."""

    def __init__(self, member: str, channel: grpc.Channel) -> None:
        self.member, self.channel = member, channel

    def call(self, method: Callable[..., T], request: object, timeout_s: float) -> T:
        """Call a unary method of a stub made on `channel`.

        Raises:
            AccordError: What the peer said, or E-NET-001 to E-NET-006 naming the member.
        """
        with _translated(self.member, timeout_s):
            return method(request, timeout=timeout_s)

    def stream(
        self, method: Callable[..., Iterator[T]], request: object, timeout_s: float
    ) -> Iterator[T]:
        """Like `call` for a server-streaming method; ``timeout_s`` covers the whole stream.

        Closing the iterator cancels the call.
        """
        with _translated(self.member, timeout_s):
            messages: Any = method(request, timeout=timeout_s)
            try:
                yield from messages
            finally:
                messages.cancel()


class Peers:
    """Channels to all members, opened when first used and kept; safe for threads."""

    def __init__(
        self,
        tls: KeyAndCertificate,
        cards: Mapping[str, MemberCard],
        addresses: Mapping[str, str],
        max_message_bytes: int,
    ) -> None:
        self._tls, self._cards, self._addresses = tls, cards, addresses
        self._max_message_bytes = max_message_bytes
        self._peers: dict[str, Peer] = {}  # guarded by _lock
        self._lock = Lock()

    def peer(self, member: str) -> Peer:
        """The node of ``member``; does not connect yet.

        Raises:
            RequestError: E-NET-008; it has no card, or no address in the configuration.
        """
        if member not in self._cards or member not in self._addresses:
            raise RequestError("E-NET-008", member=member)
        with self._lock:
            if member not in self._peers:
                self._peers[member] = Peer(member, self._open(member))
            return self._peers[member]

    def close(self) -> None:
        """Close all channels; running calls are cancelled."""
        with self._lock:
            for peer in self._peers.values():
                peer.channel.close()
            self._peers.clear()

    def _open(self, member: str) -> grpc.Channel:
        card = self._cards[member]
        credentials = grpc.ssl_channel_credentials(
            certificate_pem(card.tls_ca), self._tls.key, self._tls.certificate
        )
        name = node_dns_name(card.consortium, member)
        options = [
            *_OPTIONS,
            ("grpc.ssl_target_name_override", name),
            ("grpc.max_receive_message_length", self._max_message_bytes),
            ("grpc.max_send_message_length", self._max_message_bytes),
        ]
        return grpc.secure_channel(self._addresses[member], credentials, options)


@contextmanager
def _translated(member: str, timeout_s: float) -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as error:
        if not isinstance(error, grpc.Call):
            raise
        pairs = error.trailing_metadata() or ()
        status, details = error.code().name, error.details() or ""
        raise error_of_status(status, details, pairs, member, timeout_s) from None
