"""Who calls, and whether that caller may: before any handler sees the call."""

from collections.abc import Mapping
from threading import Lock
from typing import Any, Final
from weakref import WeakKeyDictionary

import grpc

from accord.domain.card import MemberCard
from accord.domain.errors import FaultError, RefusalError
from accord.domain.ids import Identity
from accord.domain.ports import Clock
from accord.node.authorisation import check_allowed
from accord.node.interceptors.wrapping import Around
from accord.node.pki import caller_identity

# gRPC makes one context per call and drops it with the call; the lock covers the mapping.
_CALLERS: Final[WeakKeyDictionary[grpc.ServicerContext, Identity]] = WeakKeyDictionary()
_LOCK: Final = Lock()


def caller(context: grpc.ServicerContext) -> Identity:
    """The checked identity of the caller.

    Raises:
        FaultError: E-INT-001; the call did not pass the interceptor.
    """
    with _LOCK:
        identity = _CALLERS.get(context)
    if identity is None:
        raise FaultError("E-INT-001", detail="a call without a checked caller")
    return identity


class IdentityInterceptor(Around):
    """Identifies callers by certificate and applies `accord.node.authorisation`.

    ``cards`` are the verified cards of all members, ``member`` is the one served here.
    """

    def __init__(self, member: str, cards: Mapping[str, MemberCard], clock: Clock) -> None:
        self._member, self._cards, self._clock = member, cards, clock

    def before(self, method: str, request: Any, context: grpc.ServicerContext) -> Any:
        """See `Around`.

        Raises:
            RefusalError: E-AUT-001 to E-AUT-006.
        """
        contents: Mapping[str, Any] = context.auth_context()
        leaves: list[bytes] = list(contents.get("x509_pem_cert", ()))
        if len(leaves) != 1:
            raise RefusalError("E-AUT-001", detail=f"{len(leaves)} certificates")
        identity = caller_identity(leaves[0], self._cards, self._clock.now())
        check_allowed(method, identity, self._member)
        with _LOCK:
            _CALLERS[context] = identity
        return request
