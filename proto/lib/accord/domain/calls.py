"""One node as a caller sees it; used between nodes and by persons.

Knows no gRPC: methods of generated stubs are callables, and a failed call is anything with
the three questions of `FailedCall`.  Who opens the channel says whom it trusts.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Generic, Protocol, TypeVar, runtime_checkable

from accord.domain.error_metadata import error_of_status
from accord.domain.ids import node_dns_name

T = TypeVar("T")
Channel = TypeVar("Channel")
_OPTIONS: Final = (
    ("grpc.enable_http_proxy", 0),  # members are reached directly, whatever the shell exports
    ("grpc.initial_reconnect_backoff_ms", 200),  # a restarted node is found again soon
    ("grpc.max_reconnect_backoff_ms", 2000),
    ("grpc.keepalive_time_ms", 20_000),  # a node that vanished is noticed within 30 s
    ("grpc.keepalive_timeout_ms", 10_000),
)


@runtime_checkable
class FailedCall(Protocol):
    """What the exception of a failed gRPC call can be asked."""

    def code(self) -> Any:
        """The status."""

    def details(self) -> str | None:
        """Text of the transport or the server."""

    def trailing_metadata(self) -> Any:
        """Pairs of key and value."""


class Remote(Generic[Channel]):
    """The node of ``member``, reached over ``channel``."""

    def __init__(self, member: str, channel: Channel) -> None:
        self.member, self.channel = member, channel

    def call(self, method: Callable[..., T], request: object, timeout_s: float) -> T:
        """Call a unary method of a stub made on `channel`.

        Raises:
            AccordError: What the node said, or E-NET-001 to E-NET-006 naming the member.
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


def channel_options(
    consortium: str, member: str, max_message_bytes: int
) -> list[tuple[str, str | int]]:
    """Options of a channel that demands the DNS name of ``member``'s node."""
    return [
        *_OPTIONS,
        ("grpc.ssl_target_name_override", node_dns_name(consortium, member)),
        ("grpc.max_receive_message_length", max_message_bytes),
        ("grpc.max_send_message_length", max_message_bytes),
    ]


@contextmanager
def _translated(member: str, timeout_s: float) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if not isinstance(error, FailedCall):
            raise
        pairs = error.trailing_metadata() or ()
        status, details = error.code().name, error.details() or ""
        raise error_of_status(status, details, pairs, member, timeout_s) from None
