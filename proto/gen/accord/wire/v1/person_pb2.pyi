from accord.wire.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DraftRequest(_message.Message):
    __slots__ = ("header", "sql", "purpose", "dry_run")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    sql: str
    purpose: str
    dry_run: bool
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., sql: _Optional[str] = ..., purpose: _Optional[str] = ..., dry_run: _Optional[bool] = ...) -> None: ...

class DraftResponse(_message.Message):
    __slots__ = ("question",)
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    question: bytes
    def __init__(self, question: _Optional[bytes] = ...) -> None: ...

class AskRequest(_message.Message):
    __slots__ = ("header", "question", "person_card")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    PERSON_CARD_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    question: bytes
    person_card: bytes
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., question: _Optional[bytes] = ..., person_card: _Optional[bytes] = ...) -> None: ...

class AskResponse(_message.Message):
    __slots__ = ("progress", "sealed_outcome")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    SEALED_OUTCOME_FIELD_NUMBER: _ClassVar[int]
    progress: _types_pb2.Progress
    sealed_outcome: bytes
    def __init__(self, progress: _Optional[_Union[_types_pb2.Progress, _Mapping]] = ..., sealed_outcome: _Optional[bytes] = ...) -> None: ...

class ListRunsRequest(_message.Message):
    __slots__ = ("header", "limit")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    limit: int
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., limit: _Optional[int] = ...) -> None: ...

class RunSummary(_message.Message):
    __slots__ = ("run_id", "sql", "purpose", "state", "asked", "expires")
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ASKED_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_FIELD_NUMBER: _ClassVar[int]
    run_id: bytes
    sql: str
    purpose: str
    state: str
    asked: str
    expires: str
    def __init__(self, run_id: _Optional[bytes] = ..., sql: _Optional[str] = ..., purpose: _Optional[str] = ..., state: _Optional[str] = ..., asked: _Optional[str] = ..., expires: _Optional[str] = ...) -> None: ...

class ListRunsResponse(_message.Message):
    __slots__ = ("runs",)
    RUNS_FIELD_NUMBER: _ClassVar[int]
    runs: _containers.RepeatedCompositeFieldContainer[RunSummary]
    def __init__(self, runs: _Optional[_Iterable[_Union[RunSummary, _Mapping]]] = ...) -> None: ...

class ShowRunRequest(_message.Message):
    __slots__ = ("header",)
    HEADER_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ...) -> None: ...

class ShowRunResponse(_message.Message):
    __slots__ = ("summary", "steps", "sealed_outcome", "question")
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    SEALED_OUTCOME_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    summary: RunSummary
    steps: _containers.RepeatedCompositeFieldContainer[_types_pb2.Progress]
    sealed_outcome: bytes
    question: bytes
    def __init__(self, summary: _Optional[_Union[RunSummary, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[_types_pb2.Progress, _Mapping]]] = ..., sealed_outcome: _Optional[bytes] = ..., question: _Optional[bytes] = ...) -> None: ...

class CancelRunRequest(_message.Message):
    __slots__ = ("header",)
    HEADER_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ...) -> None: ...

class CancelRunResponse(_message.Message):
    __slots__ = ("record", "told", "missed")
    RECORD_FIELD_NUMBER: _ClassVar[int]
    TOLD_FIELD_NUMBER: _ClassVar[int]
    MISSED_FIELD_NUMBER: _ClassVar[int]
    record: str
    told: _containers.RepeatedScalarFieldContainer[str]
    missed: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, record: _Optional[str] = ..., told: _Optional[_Iterable[str]] = ..., missed: _Optional[_Iterable[str]] = ...) -> None: ...

class ResumeRunRequest(_message.Message):
    __slots__ = ("header",)
    HEADER_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ...) -> None: ...

class ResumeRunResponse(_message.Message):
    __slots__ = ("progress", "sealed_outcome")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    SEALED_OUTCOME_FIELD_NUMBER: _ClassVar[int]
    progress: _types_pb2.Progress
    sealed_outcome: bytes
    def __init__(self, progress: _Optional[_Union[_types_pb2.Progress, _Mapping]] = ..., sealed_outcome: _Optional[bytes] = ...) -> None: ...

class PublishRequest(_message.Message):
    __slots__ = ("header", "description", "folder")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    description: str
    folder: str
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., description: _Optional[str] = ..., folder: _Optional[str] = ...) -> None: ...

class PublishResponse(_message.Message):
    __slots__ = ("table", "rows", "epoch", "record")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    table: str
    rows: int
    epoch: int
    record: str
    def __init__(self, table: _Optional[str] = ..., rows: _Optional[int] = ..., epoch: _Optional[int] = ..., record: _Optional[str] = ...) -> None: ...

class GrantRequest(_message.Message):
    __slots__ = ("header", "grant", "person_card")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    GRANT_FIELD_NUMBER: _ClassVar[int]
    PERSON_CARD_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    grant: bytes
    person_card: bytes
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., grant: _Optional[bytes] = ..., person_card: _Optional[bytes] = ...) -> None: ...

class GrantResponse(_message.Message):
    __slots__ = ("record",)
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: str
    def __init__(self, record: _Optional[str] = ...) -> None: ...

class ListGrantsRequest(_message.Message):
    __slots__ = ("header",)
    HEADER_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ...) -> None: ...

class GrantSummary(_message.Message):
    __slots__ = ("grant", "runs_used", "revoked")
    GRANT_FIELD_NUMBER: _ClassVar[int]
    RUNS_USED_FIELD_NUMBER: _ClassVar[int]
    REVOKED_FIELD_NUMBER: _ClassVar[int]
    grant: bytes
    runs_used: int
    revoked: bool
    def __init__(self, grant: _Optional[bytes] = ..., runs_used: _Optional[int] = ..., revoked: _Optional[bool] = ...) -> None: ...

class ListGrantsResponse(_message.Message):
    __slots__ = ("grants",)
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    grants: _containers.RepeatedCompositeFieldContainer[GrantSummary]
    def __init__(self, grants: _Optional[_Iterable[_Union[GrantSummary, _Mapping]]] = ...) -> None: ...

class RevokeRequest(_message.Message):
    __slots__ = ("header", "revocation", "person_card")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    REVOCATION_FIELD_NUMBER: _ClassVar[int]
    PERSON_CARD_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    revocation: bytes
    person_card: bytes
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., revocation: _Optional[bytes] = ..., person_card: _Optional[bytes] = ...) -> None: ...

class RevokeResponse(_message.Message):
    __slots__ = ("record",)
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: str
    def __init__(self, record: _Optional[str] = ...) -> None: ...

class ListFindingsRequest(_message.Message):
    __slots__ = ("header", "limit")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    limit: int
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ..., limit: _Optional[int] = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ("at", "table", "code", "text", "run_id")
    AT_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    at: str
    table: str
    code: str
    text: str
    run_id: bytes
    def __init__(self, at: _Optional[str] = ..., table: _Optional[str] = ..., code: _Optional[str] = ..., text: _Optional[str] = ..., run_id: _Optional[bytes] = ...) -> None: ...

class ListFindingsResponse(_message.Message):
    __slots__ = ("findings",)
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    def __init__(self, findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ...) -> None: ...

class StatusRequest(_message.Message):
    __slots__ = ("header",)
    HEADER_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ...) -> None: ...

class StatusResponse(_message.Message):
    __slots__ = ("member", "sequenced", "final", "ledger", "peers")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    SEQUENCED_FIELD_NUMBER: _ClassVar[int]
    FINAL_FIELD_NUMBER: _ClassVar[int]
    LEDGER_FIELD_NUMBER: _ClassVar[int]
    PEERS_FIELD_NUMBER: _ClassVar[int]
    member: str
    sequenced: int
    final: int
    ledger: _types_pb2.Refusal
    peers: _containers.RepeatedCompositeFieldContainer[PeerStatus]
    def __init__(self, member: _Optional[str] = ..., sequenced: _Optional[int] = ..., final: _Optional[int] = ..., ledger: _Optional[_Union[_types_pb2.Refusal, _Mapping]] = ..., peers: _Optional[_Iterable[_Union[PeerStatus, _Mapping]]] = ...) -> None: ...

class PeerStatus(_message.Message):
    __slots__ = ("member", "reachable")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    REACHABLE_FIELD_NUMBER: _ClassVar[int]
    member: str
    reachable: bool
    def __init__(self, member: _Optional[str] = ..., reachable: _Optional[bool] = ...) -> None: ...

class ListTablesRequest(_message.Message):
    __slots__ = ("header",)
    HEADER_FIELD_NUMBER: _ClassVar[int]
    header: _types_pb2.Header
    def __init__(self, header: _Optional[_Union[_types_pb2.Header, _Mapping]] = ...) -> None: ...

class TableSummary(_message.Message):
    __slots__ = ("table", "published", "differing")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    DIFFERING_FIELD_NUMBER: _ClassVar[int]
    table: bytes
    published: _containers.RepeatedScalarFieldContainer[str]
    differing: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, table: _Optional[bytes] = ..., published: _Optional[_Iterable[str]] = ..., differing: _Optional[_Iterable[str]] = ...) -> None: ...

class ListTablesResponse(_message.Message):
    __slots__ = ("tables",)
    TABLES_FIELD_NUMBER: _ClassVar[int]
    tables: _containers.RepeatedCompositeFieldContainer[TableSummary]
    def __init__(self, tables: _Optional[_Iterable[_Union[TableSummary, _Mapping]]] = ...) -> None: ...
