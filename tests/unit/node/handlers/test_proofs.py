"""Proofs that come later: who gets them, and what a lie about them costs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from accord.domain.bundle import RecordEvidence
from accord.domain.errors import RequestError
from accord.domain.question import Question
from accord.domain.record import RecordKind
from accord.ledger.records import parse_entry
from accord.node.handlers.proofs import FetchProof
from tests.stateful.world import World
from tests.unit.node.handlers.members import BUREAU, OWNERS, STATS

LATE = (RecordKind.CONTRIBUTED, RecordKind.GUARD)


@pytest.fixture
def world(tmp_path: Path) -> Any:
    world = World(tmp_path)
    yield world
    world.close()


def answered(world: World) -> tuple[Question, tuple[RecordEvidence, ...]]:
    question, signed = world.draft()
    bundle = world.ask(signed, question.run_id)
    assert bundle is not None
    assert bundle.answer == world.expected()
    late = (item for item in bundle.records if parse_entry(item.entry)[1].kind in LATE)
    return question, tuple(late)


def test_the_bundle_holds_proofs_of_records_that_nobody_waited_for(world: World) -> None:
    _, records = answered(world)

    assert len(records) == len(OWNERS) + 1
    assert all(record.proof is not None for record in records)


def test_only_whose_run_it_is_gets_a_record_shown(world: World) -> None:
    question, _ = answered(world)
    show = world.node(BUREAU).run.fetch_proof

    assert show(STATS, question.run_id, "guard").proof is not None
    for caller, run_id, kind in (
        (OWNERS[0], question.run_id, "guard"),
        (STATS, bytes(16), "guard"),
        (STATS, question.run_id, "contributed"),
        (STATS, question.run_id, "refuse"),
        (STATS, question.run_id, "anything"),
    ):
        with pytest.raises(RequestError, match="E-RUN-011"):
            show(caller, run_id, kind)


@pytest.mark.parametrize("lie", ["another record", "a proof that does not hold", "gone"])
def test_a_lie_at_the_second_look_takes_nothing_from_the_answer(
    world: World, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    """The released bundle keeps every record as it was given before, mostly without a proof."""
    honest = FetchProof.__call__

    def lies(self: FetchProof, caller: str, run_id: bytes, kind: str) -> RecordEvidence:
        shown = honest(self, caller, run_id, kind)
        assert shown.proof is not None
        if lie == "another record":
            return replace(shown, entry=shown.entry[:-1] + b"\0")
        if lie == "gone":
            raise RequestError("E-RUN-011", run=run_id.hex())
        return replace(shown, proof=replace(shown.proof, leaf_index=shown.proof.leaf_index + 1))

    monkeypatch.setattr(FetchProof, "__call__", lies)
    _, records = answered(world)

    assert len(records) == len(OWNERS) + 1
    for record in records:
        index = parse_entry(record.entry)[1].index
        assert record.proof is None or record.proof.leaf_index == index
