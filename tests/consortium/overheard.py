"""Every message that one requester gets from other nodes, as its network stack sees it."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import grpc

from accord.domain import codec
from accord.domain.bundle import RecordEvidence
from accord.domain.run import GuardEvidence, OwnerEvidence, ValuesEvidence
from accord.domain.signed import Signed
from accord.ledger.records import parse_entry
from accord.node.channels import Channels
from accord.node.config import Timeouts, load_node_config
from accord.node.peers_grpc import GrpcPeers
from accord.wire.v1 import run_pb2 as wire
from tests.consortium.by_hand import ByHand

_HOLDS = {
    wire.ContributeResponse: ("contribution", OwnerEvidence),
    wire.DecideResponse: ("decision", GuardEvidence),
    wire.SendValuesResponse: ("values", ValuesEvidence),
    wire.SendMaskResponse: ("mask", Signed),
}


class Ear(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Writes down messages and errors, in the order in which they come."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        call = continuation(details, request)
        self._end(call, [] if call.exception() else [call.result()])
        return call

    def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> Any:
        return _Stream(continuation(details, request), self)

    def _end(self, call: Any, messages: list[Any]) -> None:
        self.heard += messages
        status = (str(call.code()), call.details())
        metadata = sorted((pair.key, pair.value) for pair in call.trailing_metadata())
        self.heard.append((status, metadata))


class _Stream:
    def __init__(self, call: Any, ear: Ear) -> None:
        self._call, self._ear = call, ear

    def __iter__(self) -> Iterator[Any]:
        try:
            for message in self._call:
                self._ear.heard.append(message)
                yield message
        finally:
            self._ear._end(self._call, [])

    def cancel(self) -> None:
        self._call.cancel()


class _Overheard(Channels):
    def __init__(self, ear: Ear, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._ear = ear

    def _open(self, member: str) -> grpc.Channel:
        return grpc.intercept_channel(super()._open(member), self._ear)


class Overheard(ByHand):
    """A requester by hand that writes down what it is sent."""

    @cached_property
    def ear(self) -> Ear:
        return Ear()

    @cached_property
    def peers(self) -> GrpcPeers:
        config = load_node_config(self.consortium.lab.node_toml(self.name))
        addresses = {**config.peers, self.name: config.listen}
        channels = _Overheard(self.ear, self.member.keys.tls, self.member.cards, addresses, 1 << 26)
        return GrpcPeers(channels, Timeouts(peer_s=20, contribute_s=60))

    def shapes(self) -> list[Any]:
        """What was heard so far, with lengths for bytes, and without what the ledger shows.

        The ledger shows everybody how many records each log has, and so an index and the
        length of a proof say nothing new.
        """
        return [_shape(said) for said in self.ear.heard]


def _shape(value: Any) -> Any:
    match value:
        case RecordEvidence():
            shape = _record_shape(value)
        case bytes():
            shape = len(value)
        case datetime():
            shape = "time"
        case dict():
            shape = {name: _shape(inner) for name, inner in value.items()}
        case tuple() | list():
            shape = [_shape(inner) for inner in value]
        case _ if type(value) in _HOLDS:
            shape = _message_shape(value)
        case _ if is_dataclass(value):
            shape = {field.name: _shape(getattr(value, field.name)) for field in fields(value)}
        case _:
            shape = value
    return shape


def _message_shape(message: Any) -> Any:
    name, kind = _HOLDS[type(message)]
    if held := getattr(message, name):
        return _shape(codec.decode(kind, held))
    told = message.progress
    return (told.member, told.stage, told.record.partition("#")[0])


def _record_shape(shown: RecordEvidence) -> Any:
    signed, record = parse_entry(shown.entry)
    said = {field.name: _shape(getattr(record, field.name)) for field in fields(record)}
    said.pop("index")
    return (said, len(signed.signature), shown.proof is None, _shape(shown.disclosed))
