from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Stage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STAGE_UNSPECIFIED: _ClassVar[Stage]
    STAGE_GRANTED: _ClassVar[Stage]
    STAGE_MEASURED: _ClassVar[Stage]
    STAGE_RECORDED: _ClassVar[Stage]
    STAGE_ANCHORED: _ClassVar[Stage]
    STAGE_SENT: _ClassVar[Stage]
    STAGE_ADDED: _ClassVar[Stage]
    STAGE_DECIDED: _ClassVar[Stage]
    STAGE_RELEASED: _ClassVar[Stage]
    STAGE_REFUSED: _ClassVar[Stage]
STAGE_UNSPECIFIED: Stage
STAGE_GRANTED: Stage
STAGE_MEASURED: Stage
STAGE_RECORDED: Stage
STAGE_ANCHORED: Stage
STAGE_SENT: Stage
STAGE_ADDED: Stage
STAGE_DECIDED: Stage
STAGE_RELEASED: Stage
STAGE_REFUSED: Stage

class Header(_message.Message):
    __slots__ = ("run_id", "protocol_version")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    run_id: bytes
    protocol_version: int
    def __init__(self, run_id: _Optional[bytes] = ..., protocol_version: _Optional[int] = ...) -> None: ...

class Refusal(_message.Message):
    __slots__ = ("code", "facts", "record")
    class FactsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CODE_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    code: str
    facts: _containers.ScalarMap[str, str]
    record: str
    def __init__(self, code: _Optional[str] = ..., facts: _Optional[_Mapping[str, str]] = ..., record: _Optional[str] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("member", "stage", "record", "refusal")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    member: str
    stage: Stage
    record: str
    refusal: Refusal
    def __init__(self, member: _Optional[str] = ..., stage: _Optional[_Union[Stage, str]] = ..., record: _Optional[str] = ..., refusal: _Optional[_Union[Refusal, _Mapping]] = ...) -> None: ...
