"""Every call has a deadline: a caller that would wait for ever is refused."""

import math
from typing import Any

import grpc

from accord.domain.errors import RequestError
from accord.node.interceptors.wrapping import Around


class DeadlineInterceptor(Around):
    """Refuses calls with no deadline, or one beyond ``max_s`` seconds."""

    def __init__(self, max_s: float) -> None:
        self._max_s = max_s

    def before(self, method: str, request: Any, context: grpc.ServicerContext) -> Any:
        """See `Around`.

        Raises:
            RequestError: E-NET-007.
        """
        del method
        left = context.time_remaining()
        if left is None or math.isinf(left) or left > self._max_s:
            raise RequestError("E-NET-007", seconds=f"{self._max_s:g}")
        return request
