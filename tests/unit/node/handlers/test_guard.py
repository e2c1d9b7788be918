"""The guard keeps its mask, and its log, for those the run belongs to."""

from pathlib import Path

import pytest

from accord.domain.bundle import RecordEvidence
from accord.domain.errors import RequestError, UnavailableError
from accord.domain.record import RecordKind
from tests.stateful.network import Fault
from tests.stateful.world import World
from tests.unit.node.handlers.members import BUREAU, OWNERS


def test_another_member_gets_no_mask_and_writes_no_line_in_the_guards_log(tmp_path: Path) -> None:
    """An owner knows the run id; refusals on record must not be its to multiply."""
    world = World(tmp_path)
    question, signed = world.draft()
    world.network.plan(BUREAU, "send_mask", Fault.LOST)
    with pytest.raises(UnavailableError, match="E-NET-001"):
        world.ask(signed, question.run_id)
    guard = world.node(BUREAU)
    nothing = RecordEvidence(b"", None, {})

    with pytest.raises(RequestError, match="E-RUN-011"):
        guard.run.guard.send_mask(OWNERS[0], question.run_id, nothing, (nothing,) * len(OWNERS))

    assert guard.kinds(question.run_id) == [RecordKind.GUARD]
    world.close()
