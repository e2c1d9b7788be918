"""The only place that turns an error into a gRPC status.

This is a privacy control: a bare server sends the text of an exception to the peer.  Here
only the code, the public facts and the record leave, and anything unexpected becomes
E-INT-001.  The private side goes to ``report``: for an unexpected exception its type and
the lines it passed, never its text, which may hold values of the data.
"""

import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NoReturn

import grpc

from accord.domain.error_metadata import error_to_pairs
from accord.domain.errors import AccordError, FaultError
from accord.node.interceptors.wrapping import Continuation, behaviour, rebuild

STATUS: Final[Mapping[str, grpc.StatusCode]] = {
    "request": grpc.StatusCode.INVALID_ARGUMENT,
    "refusal": grpc.StatusCode.FAILED_PRECONDITION,
    "verification": grpc.StatusCode.FAILED_PRECONDITION,
    "unavailable": grpc.StatusCode.UNAVAILABLE,
    "fault": grpc.StatusCode.INTERNAL,
}

Report = Callable[[str, AccordError], None]


class ErrorInterceptor(grpc.ServerInterceptor):
    """Outermost interceptor; ``report`` gets the method and the error."""

    def __init__(self, report: Report) -> None:
        self._report = report

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
            try:
                return inner(request, context)
            except Exception as error:  # noqa: BLE001 - last line of defence, see above
                self._abort(method, error, context)

        def stream(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            try:
                yield from inner(request, context)
            except Exception as error:  # noqa: BLE001 - last line of defence, see above
                self._abort(method, error, context)

        return rebuild(handler, unary, stream)

    def _abort(self, method: str, error: Exception, context: grpc.ServicerContext) -> NoReturn:
        known = error if isinstance(error, AccordError) else unexpected(error)
        self._report(method, known)
        context.set_trailing_metadata(error_to_pairs(known))
        context.abort(status_of(known), known.code)


def status_of(error: AccordError) -> grpc.StatusCode:
    """The status for an error's kind; refusals for want of a right say so."""
    if error.code.startswith("E-AUT-"):
        return grpc.StatusCode.PERMISSION_DENIED
    return STATUS[error.kind]


def unexpected(error: BaseException) -> FaultError:
    """E-INT-001 with where ``error`` came from, without what it says."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    path = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return FaultError("E-INT-001", detail=f"{type(error).__name__} at {path}")
