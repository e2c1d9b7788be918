"""The SDK against a scripted node: what is sent, what is signed, what is believed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest

from accord.client.client import Client
from accord.client.grants import Terms
from accord.client.progress import Stage, Step
from accord.domain import codec
from accord.domain.calls import Remote
from accord.domain.errors import (
    AccordError,
    RefusalError,
    RequestError,
    UnavailableError,
    VerificationError,
)
from accord.domain.grant import Grant
from accord.domain.ids import PROTOCOL_VERSION
from accord.domain.run import GRANT, QUESTION, REVOKE
from accord.domain.signed import Signed
from accord.ledger.signatures import public_key, verify_signed
from accord.wire.v1 import person_pb2 as wire
from accord.wire.v1 import types_pb2
from tests.unit.client.scripted_node import (
    ANALYST,
    NOW,
    PURPOSE,
    RUN,
    SQL,
    STEWARD,
    FixedClock,
    draft_of,
    handle_ask,
    profile_of,
    progress,
    question,
    scripted_client,
    sealed_outcome,
)

TERMS = Terms(
    to="statistics",
    table="income",
    columns=("wages", "age", "wages"),
    purpose=PURPOSE,
    legal_basis="Statistics Act",
    until=datetime(2027, 1, 1, tzinfo=UTC),
)


def test_asking_signs_the_draft_and_returns_the_unsealed_bundle():
    seen: list[Step] = []
    with scripted_client({"Draft": draft_of(), "Ask": handle_ask}) as (client, script):
        finished = client.ask(SQL, PURPOSE, progress=seen.append)

    ask = script.requests[1]
    signed = codec.decode(Signed, ask.question)
    verify_signed(signed, public_key(bytes(32)), QUESTION)
    assert question() == signed.unsafe_open(type(question()))
    assert finished.bundle is not None
    assert finished.bundle.answer.rows == (("42",),)
    assert finished.outcome is not None
    assert finished.outcome.released_in_block == 7
    assert list(finished.steps) == seen
    assert seen[1] == Step("tax_north", Stage.RECORDED, "tax_north#4")
    assert [step.member for step in seen if step.stage is Stage.RELEASED] == ["statistics"]


def test_every_request_names_its_run_and_the_protocol_version():
    with scripted_client({"Draft": draft_of(), "Ask": handle_ask}) as (client, script):
        client.ask(SQL, PURPOSE)

    headers = [(r.header.run_id, r.header.protocol_version) for r in script.requests]
    assert headers == [(b"", PROTOCOL_VERSION), (RUN, PROTOCOL_VERSION)]


@pytest.mark.parametrize(
    ("thing", "change"),
    [
        ("sql", {"sql": SQL + " WHERE age > 1"}),
        ("purpose", {"purpose": "another"}),
        ("requester", {"requester": "tax_north"}),
        ("analyst", {"analyst": "bob"}),
        ("expires", {"expires": NOW - timedelta(seconds=1)}),
        ("dry_run", {"dry_run": True}),
        ("version", {"version": 2}),
        ("run_id", {"run_id": b"short"}),
    ],
)
def test_a_draft_that_is_not_what_was_typed_is_not_signed(thing: str, change: dict[str, Any]):
    with (
        scripted_client({"Draft": draft_of(**change), "Ask": handle_ask}) as (client, script),
        pytest.raises(VerificationError) as caught,
    ):
        client.ask(SQL, PURPOSE)

    assert (caught.value.code, caught.value.facts["thing"]) == ("E-CLI-001", thing)
    assert [type(request) for request in script.requests] == [wire.DraftRequest]


def test_a_dry_run_needs_no_outcome_and_tells_who_refuses():
    def answer(_: Any) -> Any:
        yield progress("tax_north", types_pb2.STAGE_GRANTED)
        refusal = types_pb2.Refusal(code="E-GRT-005", facts={"max_runs": "3"}, record="tax_south#2")
        yield wire.AskResponse(
            progress=types_pb2.Progress(
                member="tax_south", stage=types_pb2.STAGE_REFUSED, refusal=refusal
            )
        )

    with scripted_client({"Draft": draft_of(dry_run=True), "Ask": answer}) as (client, _):
        finished = client.ask(SQL, PURPOSE, dry_run=True)

    refusal = finished.steps[1].refusal
    assert finished.outcome is None
    assert finished.bundle is None
    assert isinstance(refusal, RefusalError)
    assert (refusal.code, refusal.record) == ("E-GRT-005", "tax_south#2")


def test_a_run_that_ends_without_an_outcome_is_no_answer():
    def answer(_: Any) -> Any:
        yield progress("tax_north", types_pb2.STAGE_GRANTED)

    with (
        scripted_client({"Draft": draft_of(), "Ask": answer}) as (client, _),
        pytest.raises(UnavailableError) as caught,
    ):
        client.ask(SQL, PURPOSE)

    assert caught.value.code == "E-CLI-007"


def test_the_outcome_of_another_question_is_not_believed():
    def answer(request: wire.AskRequest) -> Any:
        signed = codec.decode(Signed, request.question)
        other = codec.encode(question(sql=SQL + " WHERE age > 1"))
        other_signed = Signed(signed.kind, other, signed.signer, signed.algorithm, b"")
        yield wire.AskResponse(sealed_outcome=sealed_outcome(other_signed))

    with (
        scripted_client({"Draft": draft_of(), "Ask": answer}) as (client, _),
        pytest.raises(VerificationError) as caught,
    ):
        client.ask(SQL, PURPOSE)

    assert caught.value.code == "E-CLI-008"


def test_an_outcome_sealed_for_another_run_does_not_open():
    def answer(request: wire.AskRequest) -> Any:
        signed = codec.decode(Signed, request.question)
        yield wire.AskResponse(sealed_outcome=sealed_outcome(signed, b"\x09" * 16))

    with (
        scripted_client({"Draft": draft_of(), "Ask": answer}) as (client, _),
        pytest.raises(VerificationError) as caught,
    ):
        client.ask(SQL, PURPOSE)

    assert caught.value.code == "E-CRY-008"


def test_a_refusal_arrives_with_its_code_facts_and_record():
    def answer(_: Any) -> Any:
        raise RefusalError("E-GRT-002", record="tax_north#8", columns="donations", table="income")

    with (
        scripted_client({"Draft": answer}) as (client, _),
        pytest.raises(RefusalError) as caught,
    ):
        client.ask(SQL, PURPOSE)

    assert (caught.value.code, caught.value.record) == ("E-GRT-002", "tax_north#8")
    assert caught.value.facts["columns"] == "donations"


def test_a_stage_of_a_newer_node_is_passed_over():
    def answer(request: wire.AskRequest) -> Any:
        yield wire.AskResponse(progress=types_pb2.Progress(member="tax_north", stage=99))
        yield from handle_ask(request)

    with scripted_client({"Draft": draft_of(), "Ask": answer}) as (client, _):
        finished = client.ask(SQL, PURPOSE)

    assert finished.steps[0].stage is Stage.GRANTED


def test_a_grant_is_signed_by_the_steward_for_the_own_member():
    handlers = {"Grant": lambda _: wire.GrantResponse(record="tax_north#3")}
    with scripted_client(handlers, STEWARD) as (client, script):
        grant, record = client.grant(TERMS, b"\5" * 16)

    signed = codec.decode(Signed, script.requests[0].grant)
    verify_signed(signed, public_key(bytes(32)), GRANT)
    assert record == "tax_north#3"
    assert signed.unsafe_open(Grant) == grant
    assert (grant.owner, grant.columns, grant.minimum) == ("tax_north", ("age", "wages"), 10)
    assert (grant.issued, grant.max_runs) == (NOW, 50)


def test_a_revocation_is_the_signed_id():
    handlers = {"Revoke": lambda _: wire.RevokeResponse(record="tax_north#5")}
    with scripted_client(handlers, STEWARD) as (client, script):
        record = client.revoke(b"\5" * 16)

    signed = codec.decode(Signed, script.requests[0].revocation)
    verify_signed(signed, public_key(bytes(32)), REVOKE)
    assert codec.decode(bytes, signed.body) == b"\5" * 16
    assert record == "tax_north#5"


def test_grants_are_listed_with_their_use():
    handlers: dict[str, Any] = {"Grant": lambda _: wire.GrantResponse(record="tax_north#3")}
    with scripted_client(handlers, STEWARD) as (client, script):
        grant, _ = client.grant(TERMS, b"\5" * 16)
        summary = wire.GrantSummary(grant=script.requests[0].grant, runs_used=3, revoked=True)
        handlers["ListGrants"] = lambda _: wire.ListGrantsResponse(grants=[summary])
        (state,) = client.grants()

    assert (state.grant, state.runs_used, state.revoked) == (grant, 3, True)


def test_publishing_sends_the_text_and_the_folder_it_stands_in(tmp_path: Path):
    file = tmp_path / "income.toml"
    file.write_text("[source]\n", encoding="utf-8")
    answer = wire.PublishResponse(table="income", rows=12, epoch=2, record="tax_north#1")
    with scripted_client({"Publish": lambda _: answer}, STEWARD) as (client, script):
        published = client.publish(file)

    request = script.requests[0]
    assert (request.description, request.folder) == ("[source]\n", str(tmp_path.resolve()))
    assert (published.table, published.rows, published.epoch) == ("income", 12, 2)


def test_a_description_that_cannot_be_read_is_named(tmp_path: Path):
    with (
        scripted_client({}, STEWARD) as (client, _),
        pytest.raises(RequestError) as caught,
    ):
        client.publish(tmp_path / "none.toml")

    assert caught.value.code == "E-CLI-002"


def test_a_node_that_is_away_is_named(unreachable_client: Client):
    with pytest.raises(AccordError) as caught:
        unreachable_client.runs()

    assert (caught.value.code, caught.value.facts["member"]) == ("E-NET-001", "statistics")


@pytest.fixture
def unreachable_client() -> Any:
    channel = grpc.insecure_channel("127.0.0.1:1")
    with Client(profile_of(ANALYST), Remote("statistics", channel), FixedClock()) as client:
        yield client
