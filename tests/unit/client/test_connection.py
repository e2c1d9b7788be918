"""Questions from Python against a scripted node; what importing the package costs."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import accord.client
from accord.client import Connection, DryRun, Result, Stage, Step, connect
from accord.domain import codec
from accord.domain.errors import RefusalError, RequestError
from accord.domain.run import BUNDLE
from accord.domain.signed import Signed
from accord.wire.v1 import person_pb2 as wire
from accord.wire.v1 import types_pb2
from tests.unit.client.scripted_node import (
    OWNERS,
    PURPOSE,
    RUN,
    SQL,
    Script,
    draft_of,
    handle_ask,
    progress,
    scripted_client,
)


@contextmanager
def connected(ask: Any, **draft: Any) -> Iterator[tuple[Connection, Script]]:
    with scripted_client({"Draft": draft_of(**draft), "Ask": ask}) as (client, script):
        yield Connection(client), script


def refused(member: str) -> wire.AskResponse:
    refusal = types_pb2.Refusal(code="E-GRT-005", facts={"max_runs": "3"}, record=f"{member}#2")
    step = types_pb2.Progress(member=member, stage=types_pb2.STAGE_REFUSED, refusal=refusal)
    return wire.AskResponse(progress=step)


def test_asking_returns_the_answer_its_evidence_and_its_progress():
    with connected(handle_ask) as (accord_client, _):
        result = accord_client.ask(SQL, purpose=PURPOSE)

    assert isinstance(result, Result)
    assert (result.columns, result.rows, result.numbers) == (
        ("count_star()",),
        (("42",),),
        ((42,),),
    )
    assert (result.run_id, result.block) == (RUN.hex(), 7)
    assert codec.decode(Signed, result.bundle).kind == BUNDLE
    assert result.steps[1] == Step("tax_north", Stage.RECORDED, "tax_north#4")


def test_asking_step_by_step_yields_every_step_and_the_result_last():
    with connected(handle_ask) as (accord_client, _):
        *steps, result = accord_client.ask_iter(SQL, purpose=PURPOSE)

    assert isinstance(result, Result)
    assert tuple(steps) == result.steps
    assert len(steps) == 2 * len(OWNERS) + 2


def test_nothing_is_asked_before_the_first_step_is_taken():
    with connected(handle_ask) as (accord_client, script):
        accord_client.ask_iter(SQL, purpose=PURPOSE)

        assert script.requests == []


def test_leaving_the_loop_early_cancels_the_call():
    def endless(_: Any) -> Any:
        while True:
            yield progress("tax_north", types_pb2.STAGE_GRANTED)

    with connected(endless) as (accord_client, _):
        events = accord_client.ask_iter(SQL, purpose=PURPOSE)
        assert next(events) == Step("tax_north", Stage.GRANTED)
        events.close()  # type: ignore[attr-defined] # an iterator to the caller, a generator in truth

        assert list(events) == []


def test_an_empty_purpose_reaches_no_node():
    with connected(handle_ask) as (accord_client, script), pytest.raises(RequestError) as caught:
        accord_client.ask(SQL, purpose=" ")

    assert (caught.value.code, script.requests) == ("E-CLI-013", [])


def test_a_refused_question_raises():
    def answer(_: Any) -> Any:
        yield refused("tax_south")
        raise RefusalError("E-GRT-005", max_runs=3, record="tax_south#2")

    with connected(answer) as (accord_client, _), pytest.raises(RefusalError) as caught:
        accord_client.ask(SQL, purpose=PURPOSE)

    assert caught.value.record == "tax_south#2"


def test_a_dry_run_says_what_would_be_computed():
    def answer(_: Any) -> Any:
        for owner in OWNERS:
            yield progress(owner, types_pb2.STAGE_GRANTED)

    with connected(answer, dry_run=True) as (accord_client, _):
        dry = accord_client.ask(SQL, purpose=PURPOSE, dry_run=True)

    assert isinstance(dry, DryRun)
    assert (dry.allowed, dry.refused, dry.cells, dry.run_id) == (True, {}, 1, RUN.hex())
    assert "the number of rows" in dry.meaning()
    assert len(dry.steps) == len(OWNERS)


@pytest.mark.parametrize("told", [(), ("tax_south",), ("tax_south", "tax_north")])
def test_a_refused_dry_run_is_a_result_that_names_who_refuses(told: tuple[str, ...]):
    def answer(_: Any) -> Any:
        yield from map(refused, told)
        raise RefusalError("E-GRT-005", max_runs=3)

    with connected(answer, dry_run=True) as (accord_client, _):
        dry = accord_client.ask(SQL, purpose=PURPOSE, dry_run=True)

    assert not dry.allowed
    assert set(dry.refused) == set(told or ["statistics"])
    assert {error.code for error in dry.refused.values()} == {"E-GRT-005"}


def test_connecting_without_a_profile_takes_that_of_the_environment(tmp_path: Path):
    with pytest.raises(RequestError) as caught:
        connect(environ={})
    assert caught.value.code == "E-CFG-013"
    with pytest.raises(RequestError) as caught:
        connect(environ={"ACCORD_PROFILE": str(tmp_path)})
    assert caught.value.code == "E-CFG-014"
    with pytest.raises(RequestError) as caught:
        connect(str(tmp_path), environ={})
    assert caught.value.code == "E-CFG-014"


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, accord.client; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    modules = set(done.stdout.split())

    assert "accord.client" in modules
    assert modules & {"grpc", "cbor2", "cryptography", "accord.client.client", "pandas"} == set()


def test_the_package_exports_what_it_names_and_nothing_else():
    assert {name for name in accord.client.__all__ if not hasattr(accord.client, name)} == set()
    assert set(accord.client.__all__) <= set(dir(accord.client))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        accord.client.nothing  # type: ignore[attr-defined] # noqa: B018 - that is the test
