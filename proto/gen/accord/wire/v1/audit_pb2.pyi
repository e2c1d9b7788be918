from accord.wire.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListAnsweredRequest(_message.Message):
    __slots__ = ("header", "limit")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    limit: int
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., limit: _Optional[int] = ...) -> None: ...

class AnsweredRun(_message.Message):
    __slots__ = ("run_id", "requester", "table", "purpose", "asked", "state", "consents")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    ASKED_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    run_id: bytes
    requester: str
    table: str
    purpose: str
    asked: str
    state: str
    consents: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, run_id: _Optional[bytes] = ..., requester: _Optional[str] = ..., table: _Optional[str] = ..., purpose: _Optional[str] = ..., asked: _Optional[str] = ..., state: _Optional[str] = ..., consents: _Optional[_Iterable[bytes]] = ...) -> None: ...

class ListAnsweredResponse(_message.Message):
    __slots__ = ("runs",)
    RUNS_FIELD_NUMBER: _ClassVar[int]
    runs: _containers.RepeatedCompositeFieldContainer[AnsweredRun]
    def __init__(self, runs: _Optional[_Iterable[_Union[AnsweredRun, _Mapping]]] = ...) -> None: ...

class ConsentRequest(_message.Message):
    __slots__ = ("header", "consent", "person_card")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CONSENT_FIELD_NUMBER: _ClassVar[int]
    PERSON_CARD_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    consent: bytes
    person_card: bytes
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., consent: _Optional[bytes] = ..., person_card: _Optional[bytes] = ...) -> None: ...

class ConsentResponse(_message.Message):
    __slots__ = ("record",)
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: str
    def __init__(self, record: _Optional[str] = ...) -> None: ...

class ReplayRequest(_message.Message):
    __slots__ = ("header", "owner", "inspection", "person_card")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    INSPECTION_FIELD_NUMBER: _ClassVar[int]
    PERSON_CARD_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    owner: str
    inspection: bytes
    person_card: bytes
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., owner: _Optional[str] = ..., inspection: _Optional[bytes] = ..., person_card: _Optional[bytes] = ...) -> None: ...

class ReplayResponse(_message.Message):
    __slots__ = ("sealed_replay", "cards")
    SEALED_REPLAY_FIELD_NUMBER: _ClassVar[int]
    CARDS_FIELD_NUMBER: _ClassVar[int]
    sealed_replay: bytes
    cards: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, sealed_replay: _Optional[bytes] = ..., cards: _Optional[_Iterable[bytes]] = ...) -> None: ...

class ListConsentsRequest(_message.Message):
    __slots__ = ("header",)
    HEADER_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ...) -> None: ...

class ListConsentsResponse(_message.Message):
    __slots__ = ("consents",)
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    consents: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, consents: _Optional[_Iterable[bytes]] = ...) -> None: ...

class InspectRequest(_message.Message):
    __slots__ = ("header", "inspection", "person_card")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    INSPECTION_FIELD_NUMBER: _ClassVar[int]
    PERSON_CARD_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    inspection: bytes
    person_card: bytes
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., inspection: _Optional[bytes] = ..., person_card: _Optional[bytes] = ...) -> None: ...

class InspectResponse(_message.Message):
    __slots__ = ("sealed_replay",)
    SEALED_REPLAY_FIELD_NUMBER: _ClassVar[int]
    sealed_replay: bytes
    def __init__(self, sealed_replay: _Optional[bytes] = ...) -> None: ...
