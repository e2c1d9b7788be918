"""Put code around a gRPC handler, once for unary and for server-streaming methods.

Requests are bytes on this level: `accord.node.interceptors.message` decodes them inside
all other interceptors, so that an undecodable one is refused like anything else.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import grpc

from accord.domain.errors import FaultError

# The stubs know type parameters that the classes of the library do not have.
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Continuation: TypeAlias = "Callable[[grpc.HandlerCallDetails], Handler | None]"


class Around(grpc.ServerInterceptor, ABC):
    """Base of interceptors that look at a call before its handler runs."""

    @abstractmethod
    def before(self, method: str, request: Any, context: grpc.ServicerContext) -> Any:
        """Check the call and return the request to hand on; raise to refuse it."""

    def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Any:
        """Called by gRPC for each call."""
        handler = continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None:
            return None  # gRPC answers UNIMPLEMENTED
        inner = behaviour(handler)

        def unary(request: Any, context: grpc.ServicerContext) -> Any:
            return inner(self.before(method, request, context), context)

        def stream(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            yield from inner(self.before(method, request, context), context)

        return rebuild(handler, unary, stream)


def behaviour(handler: Handler) -> Callable[[Any, grpc.ServicerContext], Any]:
    """The function that serves ``handler``.

    Raises:
        FaultError: E-INT-001 for a client-streaming method; there is none, and a new one
            must not slip past the interceptors.
    """
    if handler.request_streaming:
        raise FaultError("E-INT-001", detail="client-streaming methods are not guarded")
    return handler.unary_stream if handler.response_streaming else handler.unary_unary  # type: ignore[return-value] # one of the two is set


def rebuild(
    handler: Handler,
    unary: Callable[[Any, grpc.ServicerContext], Any],
    stream: Callable[[Any, grpc.ServicerContext], Iterator[Any]],
    *,
    raw: bool = False,
) -> Handler:
    """``handler`` with another behaviour; with ``raw`` it gets the bytes of the request."""
    decode = None if raw else handler.request_deserializer
    encode = handler.response_serializer
    if handler.response_streaming:
        return grpc.unary_stream_rpc_method_handler(stream, decode, encode)
    return grpc.unary_unary_rpc_method_handler(unary, decode, encode)
