"""What every call of a person to the own node shares."""

from typing import Final

import grpc

from accord.client.profile import Profile
from accord.domain.calls import Remote
from accord.domain.ids import PROTOCOL_VERSION, RUN_ID_BYTES
from accord.domain.ports import Clock
from accord.wire.v1 import types_pb2

CALL_S: Final = 30.0


class Calls:
    """One person, the node of their own member, and a clock."""

    def __init__(self, profile: Profile, remote: Remote[grpc.Channel], clock: Clock) -> None:
        self.profile = profile
        self._remote, self._clock = remote, clock


def header_of(run_id: bytes = b"") -> types_pb2.Header:
    """What every request starts with."""
    if len(run_id) not in (0, RUN_ID_BYTES):
        raise ValueError("a run id has 16 bytes")
    return types_pb2.Header(run_id=run_id, protocol_version=PROTOCOL_VERSION)
