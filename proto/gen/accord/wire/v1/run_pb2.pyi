from accord.wire.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FetchPairKeyRequest(_message.Message):
    __slots__ = ("header",)
    HEADER_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ...) -> None: ...

class FetchPairKeyResponse(_message.Message):
    __slots__ = ("offer",)
    OFFER_FIELD_NUMBER: _ClassVar[int]
    offer: bytes
    def __init__(self, offer: _Optional[bytes] = ...) -> None: ...

class FindGrantRequest(_message.Message):
    __slots__ = ("header", "table", "columns", "purpose")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    table: str
    columns: _containers.RepeatedScalarFieldContainer[str]
    purpose: str
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., table: _Optional[str] = ..., columns: _Optional[_Iterable[str]] = ..., purpose: _Optional[str] = ...) -> None: ...

class FindGrantResponse(_message.Message):
    __slots__ = ("grant", "steward_card")
    GRANT_FIELD_NUMBER: _ClassVar[int]
    STEWARD_CARD_FIELD_NUMBER: _ClassVar[int]
    grant: bytes
    steward_card: bytes
    def __init__(self, grant: _Optional[bytes] = ..., steward_card: _Optional[bytes] = ...) -> None: ...

class ContributeRequest(_message.Message):
    __slots__ = ("header", "sealed_question")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    SEALED_QUESTION_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    sealed_question: bytes
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., sealed_question: _Optional[bytes] = ...) -> None: ...

class ContributeResponse(_message.Message):
    __slots__ = ("progress", "contribution")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    progress: _types_pb2.Progress
    contribution: bytes
    def __init__(self, progress: _Optional[_Union[_types_pb2.Progress, _Mapping]] = ..., contribution: _Optional[bytes] = ...) -> None: ...

class DecideRequest(_message.Message):
    __slots__ = ("header", "sealed_question", "contributions")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    SEALED_QUESTION_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTIONS_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    sealed_question: bytes
    contributions: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., sealed_question: _Optional[bytes] = ..., contributions: _Optional[_Iterable[bytes]] = ...) -> None: ...

class DecideResponse(_message.Message):
    __slots__ = ("decision",)
    DECISION_FIELD_NUMBER: _ClassVar[int]
    decision: bytes
    def __init__(self, decision: _Optional[bytes] = ...) -> None: ...

class SendValuesRequest(_message.Message):
    __slots__ = ("header", "statement")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    statement: bytes
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., statement: _Optional[bytes] = ...) -> None: ...

class SendValuesResponse(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: bytes
    def __init__(self, values: _Optional[bytes] = ...) -> None: ...

class SendMaskRequest(_message.Message):
    __slots__ = ("header", "release", "contributed")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTED_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    release: bytes
    contributed: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., release: _Optional[bytes] = ..., contributed: _Optional[_Iterable[bytes]] = ...) -> None: ...

class SendMaskResponse(_message.Message):
    __slots__ = ("mask",)
    MASK_FIELD_NUMBER: _ClassVar[int]
    mask: bytes
    def __init__(self, mask: _Optional[bytes] = ...) -> None: ...

class FetchProofRequest(_message.Message):
    __slots__ = ("header", "kind")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    kind: str
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., kind: _Optional[str] = ...) -> None: ...

class FetchProofResponse(_message.Message):
    __slots__ = ("record",)
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: bytes
    def __init__(self, record: _Optional[bytes] = ...) -> None: ...

class AbortRequest(_message.Message):
    __slots__ = ("header", "cancellation")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CANCELLATION_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    cancellation: bytes
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., cancellation: _Optional[bytes] = ...) -> None: ...

class AbortResponse(_message.Message):
    __slots__ = ("record",)
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: str
    def __init__(self, record: _Optional[str] = ...) -> None: ...

class ListOffersRequest(_message.Message):
    __slots__ = ("header",)
    HEADER_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ...) -> None: ...

class ListOffersResponse(_message.Message):
    __slots__ = ("offers",)
    OFFERS_FIELD_NUMBER: _ClassVar[int]
    offers: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, offers: _Optional[_Iterable[bytes]] = ...) -> None: ...
