"""What a client reads: finished runs, tables, health."""

from datetime import UTC, datetime

from accord.client.grants import Terms
from accord.client.progress import Stage, Step
from accord.domain import codec
from accord.domain.errors import UnavailableError
from accord.domain.run import QUESTION
from accord.domain.signed import Signed
from accord.wire.v1 import person_pb2 as wire
from accord.wire.v1 import types_pb2
from tests.unit.client.scripted_node import (
    OWNERS,
    PURPOSE,
    RUN,
    SQL,
    TABLE,
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


def test_a_finished_run_is_shown_with_its_bundle():
    signed = Signed(QUESTION, codec.encode(question()), "", "ed25519", b"")
    answer = wire.ShowRunResponse(
        summary=wire.RunSummary(run_id=RUN, sql=SQL, state="finished"),
        steps=[types_pb2.Progress(member="tax_north", stage=types_pb2.STAGE_SENT)],
        sealed_outcome=sealed_outcome(signed),
    )
    with scripted_client({"ShowRun": lambda _: answer}) as (client, script):
        detail = client.show_run(RUN)

    assert script.requests[0].header.run_id == RUN
    assert (detail.run.state, detail.block) == ("finished", 7)
    assert detail.steps == (Step("tax_north", Stage.SENT),)
    assert detail.bundle


def test_tables_and_health_are_decoded():
    table = wire.TableSummary(table=codec.encode(TABLE), published=OWNERS[:2])
    refusal = types_pb2.Refusal(code="E-NET-001", facts={"member": "ledger"})
    status = wire.StatusResponse(
        member="statistics",
        sequenced=5,
        final=4,
        ledger=refusal,
        peers=[wire.PeerStatus(member="tax_north", reachable=True)],
    )
    handlers = {
        "ListTables": lambda _: wire.ListTablesResponse(tables=[table]),
        "Status": lambda _: status,
    }
    with scripted_client(handlers) as (client, _):
        (found,) = client.tables()
        health = client.status()

    assert (found.table, found.published) == (TABLE, OWNERS[:2])
    assert isinstance(health.ledger, UnavailableError)
    assert (health.sequenced, health.final, health.peers) == (5, 4, {"tax_north": True})
