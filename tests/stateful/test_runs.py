"""Whatever the network and the processes do, a run ends with the right answer or none.

Requests and answers are lost, doubled, late and out of order; any process is killed at any
commit and starts again; any chain is away for a while; the analyst resumes, cancels, asks
anew.  Then everything heals, and asking works.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from accord.domain.bundle import Bundle
from accord.domain.errors import AccordError
from accord.domain.record import RecordKind
from accord.node.handlers.coordinate import Coordinate
from tests.stateful.network import Fault
from tests.stateful.node import Killed
from tests.stateful.world import World
from tests.unit.node.handlers.members import BUREAU, ORDER, OWNERS

if TYPE_CHECKING:
    from accord.domain.answer import Answer
    from accord.domain.signed import Signed

CALLS = (
    *((owner, method) for owner in OWNERS for method in ("contribute", "send_values", "abort")),
    *((BUREAU, method) for method in ("decide", "send_mask", "abort")),
)
ONCE = {
    *(RecordKind.APPLY, RecordKind.ACCEPT, RecordKind.ACCESS, RecordKind.CONTRIBUTED),
    *(RecordKind.GUARD, RecordKind.RELEASE),
}
# What a run may end with although nobody lies: it was cancelled, or it reached an owner that
# was killed between accepting and recording, which measures no second time.
# Or the requester's node was killed before it had written the run down.
ENDS = {"E-RUN-008", "E-RUN-011", "E-RUN-019", "E-RUN-020", "E-RUN-021"}


class Runs(RuleBasedStateMachine):
    """One analyst, one question after the other, over a network that does its worst."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.world = World(Path(self.folder.name))
        self.truth: Answer = self.world.expected()
        self.runs: list[bytes] = []
        self.answered: set[bytes] = set()
        self.signed: Signed | None = None

    @rule(call=st.sampled_from(CALLS), fault=st.sampled_from(Fault))
    def disturb(self, call: tuple[str, str], fault: Fault) -> None:
        self.world.network.plan(*call, fault)

    @rule(name=st.sampled_from(ORDER), commit=st.integers(1, 12), after=st.booleans())
    def kill_at_a_commit(self, name: str, commit: int, after: bool) -> None:
        self.world.node(name).database.kill_at(commit, after=after)

    @rule(name=st.sampled_from(ORDER))
    def crash(self, name: str) -> None:
        self.world.node(name).restart()

    @rule(name=st.sampled_from(ORDER), away=st.booleans())
    def turn_the_chain_off_or_on(self, name: str, away: bool) -> None:
        self.world.node(name).chain.away = away

    @rule()
    def ask(self) -> None:
        try:
            question, signed = self.world.draft()
        except (AccordError, Killed):
            self._wake()
        else:
            self.runs.append(question.run_id)
            self._follow(question.run_id, lambda: self.world.ask(signed, question.run_id))

    @precondition(lambda self: self.runs)
    @rule()
    def resume(self) -> None:
        run_id = self.runs[-1]
        self._follow(run_id, lambda: self.world.resume(run_id))

    @precondition(lambda self: self.runs)
    @rule()
    def cancel(self) -> None:
        try:
            self.world.requester.person.cancel("ana", self.runs[-1])
        except (AccordError, Killed):
            self._wake()

    @precondition(lambda self: self.world.network.late)
    @rule(data=st.data())
    def a_late_request_arrives(self, data: st.DataObject) -> None:
        late = self.world.network.late
        self.world.network.deliver(data.draw(st.integers(0, len(late) - 1)))

    @invariant()
    def nothing_is_recorded_twice(self) -> None:
        for node in self.world.network.nodes.values():
            for run_id in self.runs:
                counted = Counter(kind for kind in node.kinds(run_id) if kind in ONCE)
                assert set(counted.values()) <= {1}, (node.name, counted)

    @invariant()
    def nobody_says_two_things(self) -> None:
        for what, said in self.world.network.said.things.items():
            assert len(said) == 1, what

    def teardown(self) -> None:
        """Everything comes back, and the last run ends as it should, or a new one does."""
        if hasattr(self, "world"):
            try:
                self._end()
            finally:
                self.world.close()
                self.folder.cleanup()

    def _end(self) -> None:
        for node in self.world.network.nodes.values():
            node.chain.away = False
            node.database.kill_at(0, after=False)
        self.world.network.heal()
        self.nothing_is_recorded_twice()
        self.nobody_says_two_things()
        if self.runs and self.runs[-1] not in self.answered:
            self._end_last_run()
        question, signed = self.world.draft()
        bundle = self.world.ask(signed, question.run_id)
        assert bundle is not None
        assert bundle.answer == self.truth

    def _end_last_run(self) -> None:
        run_id = self.runs[-1]
        try:
            bundle = self.world.resume(run_id)
        except AccordError as error:
            if error.code not in ENDS:
                raise
        else:
            assert bundle is not None
            assert bundle.answer == self.truth
            self._check_complete(run_id)

    def _follow(self, run_id: bytes, run: Callable[[], Bundle | None]) -> None:
        try:
            bundle = run()
        except AccordError as error:
            if error.kind != "unavailable" and error.code not in ENDS:
                raise
        except Killed:
            self._wake()
        else:
            if bundle is not None:
                assert bundle.answer == self.truth
                self.answered.add(run_id)
                self._check_complete(run_id)

    def _check_complete(self, run_id: bytes) -> None:
        """Every member's records of an answered run are there."""
        for owner in OWNERS:
            kinds = self.world.node(owner).kinds(run_id)
            wanted = {RecordKind.ACCEPT, RecordKind.ACCESS, RecordKind.CONTRIBUTED}
            assert wanted <= set(kinds)
        assert RecordKind.GUARD in self.world.node(BUREAU).kinds(run_id)
        assert {RecordKind.APPLY, RecordKind.RELEASE} <= set(self.world.requester.kinds(run_id))

    def _wake(self) -> None:
        self.world.requester.restart()


Runs.TestCase.settings = settings(max_examples=15, stateful_step_count=14)
TestRuns = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")(
    Runs.TestCase
)


def test_a_second_release_record_would_not_escape(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The invariant is one that can fail: a node that forgets what it released is found out."""
    monkeypatch.setattr(Coordinate, "_released", lambda *_: None)
    world = World(tmp_path)
    world.network.plan(BUREAU, "send_mask", Fault.DEAF)
    question, signed = world.draft()

    with pytest.raises(AccordError):
        world.ask(signed, question.run_id)
    world.resume(question.run_id)

    assert world.requester.kinds(question.run_id).count(RecordKind.RELEASE) == 2
    world.close()
