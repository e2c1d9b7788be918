"""A scripted node for commands, and what the tests of commands share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from accord.client.client import Client
from accord.client.grants import Terms, make_grant
from accord.domain import codec
from accord.domain.grant import GRANT_ID_BYTES
from accord.domain.ids import Identity
from accord.domain.run import GRANT
from accord.ledger.signatures import Ed25519Signer
from accord.wire.v1 import person_pb2 as wire
from accord.wire.v1 import types_pb2
from tests.unit.client.scripted_node import (
    ANALYST,
    NOW,
    PURPOSE,
    SQL,
    STEWARD,
    Script,
    scripted_client,
)

Handlers = dict[str, Callable[[Any], Any]]
ASK = ["ask", SQL, "--purpose", PURPOSE]
GRANT_OPTIONS = [
    *("grant", "--to", "statistics", "--dataset", "income", "--columns", "wages, age"),
    *("--purpose", PURPOSE, "--legal-basis", "law", "--until", "2027-01-01"),
]


@pytest.fixture
def acting(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Has every command act on a scripted node."""

    @contextmanager
    def serve(handlers: Handlers, identity: Identity = ANALYST) -> Iterator[Script]:
        with scripted_client(handlers, identity) as (client, script):

            def open_client(*_: object) -> Client:
                return client

            for module in ("ask", "runs", "data", "grant", "grants", "revoke", "status"):
                monkeypatch.setattr(f"accord.cli.{module}.open_client", open_client)
            yield script

    return serve


def refused_by(member: str) -> wire.AskResponse:
    refusal = types_pb2.Refusal(code="E-GRT-005", facts={"max_runs": "3"})
    step = types_pb2.Progress(member=member, stage=types_pb2.STAGE_REFUSED, refusal=refusal)
    return wire.AskResponse(progress=step)


def grant_summary(**changes: Any) -> wire.GrantSummary:
    until = changes.pop("until", datetime(2999, 1, 1, tzinfo=UTC))
    terms = Terms("statistics", "income", ("wages",), PURPOSE, "law", until)
    grant = make_grant(terms, "tax_north", b"\xab" * GRANT_ID_BYTES, NOW)
    signed = Ed25519Signer(STEWARD.uri, bytes(32)).sign(GRANT, codec.encode(grant))
    return wire.GrantSummary(grant=codec.encode(signed), **changes)
