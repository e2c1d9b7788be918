"""Decode requests inside the guarded part of a call, and check their header.

gRPC would decode before any interceptor's code runs and answer an undecodable message
with a text of its own.
"""

from collections.abc import Iterator
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from accord.domain.errors import RequestError
from accord.domain.ids import PROTOCOL_VERSION, RUN_ID_BYTES
from accord.node.interceptors.wrapping import Continuation, behaviour, rebuild


class MessageInterceptor(grpc.ServerInterceptor):
    """Innermost interceptor: bytes in, checked request out."""

    def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Any:
        """Called by gRPC for each call."""
        handler = continuation(handler_call_details)
        if handler is None:
            return None  # gRPC answers UNIMPLEMENTED
        inner, decode = behaviour(handler), handler.request_deserializer

        def checked(data: bytes) -> Any:
            try:
                request = decode(data) if decode else data
            except DecodeError as error:
                method = handler_call_details.method.rpartition(".")[2]
                raise RequestError("E-MSG-001", thing=method, detail=repr(error)) from None
            check_header(request)
            return request

        def unary(data: bytes, context: grpc.ServicerContext) -> Any:
            return inner(checked(data), context)

        def stream(data: bytes, context: grpc.ServicerContext) -> Iterator[Any]:
            yield from inner(checked(data), context)

        return rebuild(handler, unary, stream, raw=True)


def check_header(request: Any) -> None:
    """Check version and run id of a request that declares a header.

    Raises:
        RequestError: E-MSG-010 another protocol version; E-MSG-011 a run id that is
            neither empty nor 16 bytes.
    """
    if "header" not in request.DESCRIPTOR.fields_by_name:
        return  # the health service is not ours
    header = request.header
    if header.protocol_version != PROTOCOL_VERSION:
        raise RequestError("E-MSG-010", theirs=header.protocol_version, ours=PROTOCOL_VERSION)
    if header.run_id and len(header.run_id) != RUN_ID_BYTES:
        raise RequestError("E-MSG-011", size=len(header.run_id), expected=RUN_ID_BYTES)
