"""A node that says what a test tells it, on a real channel of the loopback interface."""
# ruff: noqa: N802 - the generated servicers name the methods

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import shake_256
from typing import Any

import grpc

from accord.client.client import Client
from accord.client.profile import Profile
from accord.domain import codec
from accord.domain.answer import Answer
from accord.domain.bundle import BUNDLE_VERSION, Bundle
from accord.domain.calls import Remote
from accord.domain.card import Trust
from accord.domain.catalogue import Column, ColumnType, Table
from accord.domain.error_metadata import error_to_pairs
from accord.domain.errors import AccordError
from accord.domain.ids import Identity
from accord.domain.question import Question
from accord.domain.run import BUNDLE, OUTCOME, Outcome, sealing_context
from accord.domain.signed import Signed
from accord.ledger.signatures import Ed25519Signer
from accord.privacy.sealing import generate_sealing_key, seal
from accord.query.plan_answer import Function
from accord.wire.v1 import person_pb2 as wire
from accord.wire.v1 import types_pb2
from accord.wire.v1.person_pb2_grpc import (
    AnalystServiceServicer,
    StatusServiceServicer,
    StewardServiceServicer,
    add_AnalystServiceServicer_to_server,
    add_StatusServiceServicer_to_server,
    add_StewardServiceServicer_to_server,
)
from tests.unit.query.plans import Builder

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)
ANALYST = Identity("demo", "statistics", "analyst", "ana")
STEWARD = Identity("demo", "tax_north", "steward", "sam")
OWNERS = ("tax_north", "tax_central", "tax_south")
RUN = bytes(range(16))
SQL = "SELECT COUNT(*) FROM income"
PURPOSE = "pension review 2026"


class FixedClock:
    def now(self) -> datetime:
        return NOW


def some_bytes(size: int) -> bytes:
    return shake_256(b"scripted node").digest(size)


SEALING = generate_sealing_key(some_bytes)
TABLE = Table(
    version=1,
    name="income",
    key="person",
    parts=OWNERS,
    max_rows=1024,
    columns=(
        Column("person", ColumnType.TEXT, 0, None, None, False, (), "", "Person", "人"),
        Column("wages", ColumnType.DECIMAL, 2, 0, 100_000, True, (), "USD", "Wages", "工资"),
        Column("region", ColumnType.INTEGER, 0, None, None, False, ("1", "2"), "", "R", "区"),
    ),
    title_en="Income",
    title_zh="收入",
)
_MADE = Builder(TABLE)
PLAN = _MADE.plan(_MADE.aggregate(Function.COUNT), names=("count_star()",))


def profile_of(identity: Identity) -> Profile:
    trust = Trust(
        1, "demo", 7, bytes(32), bytes(20), bytes(32), bytes(32), {"tax_north": b"\1" * 32}
    )
    signer = Ed25519Signer(identity.uri, bytes(32))
    card = signer.sign("person_card", b"")
    return Profile(identity, "127.0.0.1:0", b"", b"", b"", signer, SEALING, card, trust)


def question(**changes: Any) -> Question:
    values: dict[str, Any] = {
        "version": 1,
        "run_id": RUN,
        "requester": "statistics",
        "analyst": "ana",
        "sql": SQL,
        "plan": codec.encode(PLAN),
        "purpose": PURPOSE,
        "table_digest": TABLE.digest(),
        "owners": OWNERS,
        "guard": "data_bureau",
        "grants": dict.fromkeys(OWNERS, b"\7" * 32),
        "minimum": 10,
        "asked": NOW,
        "expires": NOW + timedelta(hours=1),
        "dry_run": False,
    }
    return Question(**{**values, **changes})


def sealed_outcome(asked: Signed, run_id: bytes = RUN) -> bytes:
    node = Ed25519Signer(Identity("demo", "statistics").uri, b"\2" * 32)
    bundle = Bundle(
        version=BUNDLE_VERSION,
        question=asked,
        countersignature=asked,
        person_card=asked,
        cards=(),
        table=TABLE,
        grants=(),
        steward_cards=(),
        records=(),
        statement=asked,
        values=(),
        openings=(),
        moments=(),
        answer=Answer(("count_star()",), ("",), (("42",),), (42,), 0),
        by_inspection_only="",
    )
    signed = node.sign(BUNDLE, codec.encode(bundle))
    outcome = Outcome(run_id, codec.encode(signed), 7)
    return seal(SEALING.public_bytes, codec.encode(outcome), sealing_context(OUTCOME, run_id))


def progress(member: str, stage: "types_pb2.Stage", record: str = "") -> wire.AskResponse:
    step = types_pb2.Progress(member=member, stage=stage, record=record)
    return wire.AskResponse(progress=step)


def handle_ask(request: wire.AskRequest) -> Iterator[wire.AskResponse]:
    asked = codec.decode(Signed, request.question)
    for owner in OWNERS:
        yield progress(owner, types_pb2.STAGE_GRANTED)
        yield progress(owner, types_pb2.STAGE_RECORDED, f"{owner}#4")
    yield progress("data_bureau", types_pb2.STAGE_DECIDED)
    yield progress("statistics", types_pb2.STAGE_RELEASED, "statistics#9")
    yield wire.AskResponse(sealed_outcome=sealed_outcome(asked))


@contextmanager
def _refusing(context: grpc.ServicerContext) -> Iterator[None]:
    """Errors leave as a node sends them."""
    try:
        yield
    except AccordError as error:
        context.set_trailing_metadata(error_to_pairs(error))
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, error.code)


@dataclass
class Script(AnalystServiceServicer, StewardServiceServicer, StatusServiceServicer):
    """Answers by method name; a handler gets the request.  Keeps every request."""

    handlers: dict[str, Callable[[Any], Any]]
    requests: list[Any] = field(default_factory=list)

    def _answer(self, name: str, request: Any, context: grpc.ServicerContext) -> Any:
        self.requests.append(request)
        with _refusing(context):
            return self.handlers[name](request)

    def Draft(self, request: Any, context: Any) -> Any:
        return self._answer("Draft", request, context)

    def Ask(self, request: Any, context: Any) -> Any:
        with _refusing(context):  # also what is raised between two answers
            yield from self._answer("Ask", request, context)

    def ListRuns(self, request: Any, context: Any) -> Any:
        return self._answer("ListRuns", request, context)

    def CancelRun(self, request: Any, context: Any) -> Any:
        return self._answer("CancelRun", request, context)

    def ResumeRun(self, request: Any, context: Any) -> Any:
        with _refusing(context):
            yield from self._answer("ResumeRun", request, context)

    def ShowRun(self, request: Any, context: Any) -> Any:
        return self._answer("ShowRun", request, context)

    def ListFindings(self, request: Any, context: Any) -> Any:
        return self._answer("ListFindings", request, context)

    def Publish(self, request: Any, context: Any) -> Any:
        return self._answer("Publish", request, context)

    def Grant(self, request: Any, context: Any) -> Any:
        return self._answer("Grant", request, context)

    def ListGrants(self, request: Any, context: Any) -> Any:
        return self._answer("ListGrants", request, context)

    def Revoke(self, request: Any, context: Any) -> Any:
        return self._answer("Revoke", request, context)

    def Status(self, request: Any, context: Any) -> Any:
        return self._answer("Status", request, context)

    def ListTables(self, request: Any, context: Any) -> Any:
        return self._answer("ListTables", request, context)


def draft_of(**changes: Any) -> Callable[[Any], Any]:
    return lambda _: wire.DraftResponse(question=codec.encode(question(**changes)))


@contextmanager
def scripted_client(
    handlers: dict[str, Callable[[Any], Any]], identity: Identity = ANALYST
) -> Iterator[tuple[Client, Script]]:
    script = Script(handlers)
    server = grpc.server(ThreadPoolExecutor(2))
    add_AnalystServiceServicer_to_server(script, server)
    add_StewardServiceServicer_to_server(script, server)
    add_StatusServiceServicer_to_server(script, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    with Client(profile_of(identity), Remote(identity.member, channel), FixedClock()) as client:
        yield client, script
    server.stop(None).wait()
