"""Channels to the nodes of other members.

A channel to a member trusts the CA in that member's card and nothing else, and demands the
member's own DNS name: whoever answers at the configured address, it is that member or no call.
"""

from collections.abc import Mapping
from threading import Lock

import grpc

from accord.domain.calls import Remote, channel_options
from accord.domain.card import MemberCard
from accord.domain.errors import RequestError
from accord.node.pki import KeyAndCertificate, certificate_pem


class Channels:
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
        self._remotes: dict[str, Remote[grpc.Channel]] = {}  # guarded by _lock
        self._lock = Lock()

    def to(self, member: str) -> Remote[grpc.Channel]:
        """The node of ``member``; does not connect yet.

        Raises:
            RequestError: E-NET-008; it has no card, or no address in the configuration.
        """
        if member not in self._cards or member not in self._addresses:
            raise RequestError("E-NET-008", member=member)
        with self._lock:
            if member not in self._remotes:
                self._remotes[member] = Remote(member, self._open(member))
            return self._remotes[member]

    def close(self) -> None:
        """Close all channels; running calls are cancelled."""
        with self._lock:
            for remote in self._remotes.values():
                remote.channel.close()
            self._remotes.clear()

    def _open(self, member: str) -> grpc.Channel:
        card = self._cards[member]
        credentials = grpc.ssl_channel_credentials(
            certificate_pem(card.tls_ca), self._tls.key, self._tls.certificate
        )
        options = channel_options(card.consortium, member, self._max_message_bytes)
        return grpc.secure_channel(self._addresses[member], credentials, options)
