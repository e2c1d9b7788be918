"""Messages of a run played again to nodes that were stopped and started in between."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Barrier

import pytest

from accord.domain.bundle import RecordEvidence
from accord.domain.contribution import GuardStatement
from accord.domain.errors import AccordError
from accord.domain.record import RecordKind
from accord.domain.run import STATEMENT, Asked, OwnerEvidence, ValuesEvidence
from accord.domain.signed import Signed
from accord.node.handlers.contribute import Accepted, Contribute
from accord.node.runs import OwnerRun
from tests.consortium.by_hand import ByHand, run_of, run_to_decision
from tests.consortium.lab import BUREAU, MEMBERS, OWNERS, Lab, copy_lab
from tests.consortium.tables import spread
from tests.consortium.world import Consortium

SQL = "SELECT region, COUNT(*), SUM(age) FROM replayed GROUP BY region"
OTHER = "SELECT COUNT(*) FROM replayed"


@pytest.fixture(scope="module")
def running(lab_template: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Consortium]:
    lab = copy_lab(lab_template, tmp_path_factory.mktemp("restart") / "lab")
    with Consortium(lab) as consortium:
        consortium.add(spread("replayed"))
        yield consortium


@dataclass(frozen=True)
class Said:
    """All messages of one run."""

    asked: Asked
    contributions: tuple[OwnerEvidence, ...]
    statement: Signed
    values: dict[str, ValuesEvidence]
    release: RecordEvidence
    mask: Signed

    @property
    def contributed(self) -> list[RecordEvidence]:
        return [given.record for given in self.values.values()]


def restart(consortium: Consortium, *members: str) -> ByHand:
    """Every one of them is away before the first is back; new connections afterwards."""
    for member in members:
        consortium.stop_node(member)
    for member in members:
        consortium.start_node(member)
    consortium.wait_reachable()
    return ByHand(consortium)


@pytest.fixture(scope="module")
def said(running: Consortium) -> Said:
    """A finished run, after which all nodes were started again."""
    run = run_to_decision(running, SQL)
    values = run.hand.values(run.asked, run.statement)
    release = run.hand.release(run.asked, run.statement, values)
    mask = run.hand.mask(run.asked, release, [given.record for given in values.values()])
    restart(running, *MEMBERS)
    return Said(run.asked, run.contributions, run.statement, values, release, mask)


def test_the_same_messages_again(running: Consortium, said: Said) -> None:
    """They get the same answers, byte for byte, and nobody records them a second time."""
    hand, run_id = ByHand(running), run_of(said.asked)
    before = {member: running.kinds(member, run_id) for member in MEMBERS}

    contributions = hand.contribute_all(said.asked)
    statement = hand.decide(said.asked, contributions).statement
    values = hand.values(said.asked, statement)
    mask = hand.mask(said.asked, said.release, said.contributed)

    first = [(given.accept.entry, given.access.entry) for given in said.contributions]
    assert [(given.accept.entry, given.access.entry) for given in contributions] == first
    assert (statement, mask) == (said.statement, said.mask)
    assert {o: v.values for o, v in values.items()} == {o: v.values for o, v in said.values.items()}
    assert {member: running.kinds(member, run_id) for member in MEMBERS} == before


def test_another_question_under_an_old_run_id(running: Consortium, said: Said) -> None:
    hand = ByHand(running)
    asked = hand.asked(hand.draft(OTHER, run_id=run_of(said.asked)))
    with running.refused("E-RUN-008", by="alpha"):
        hand.contribute(asked, "alpha")
    with running.refused("E-RUN-008", by=BUREAU):
        hand.decide(asked, said.contributions)


def test_another_decision_on_an_old_run(running: Consortium, said: Said) -> None:
    """The guard is an accomplice, and its own node forgets as little."""
    hand = ByHand(running)
    opened = said.statement.unsafe_open(GuardStatement)
    fewer = replace(opened, decision=replace(opened.decision, allowed=b"\0\1\1\0"))
    second = running.members[BUREAU].sign(STATEMENT, fewer)
    for owner in OWNERS:
        with running.refused("E-RUN-009", by=owner):
            hand.peers.send_values(owner, run_of(said.asked), second)
    alpha, *rest = said.contributions
    with running.refused("E-RUN-009", by=BUREAU):
        hand.decide(said.asked, (replace(alpha, access=alpha.accept), *rest))


def test_old_messages_in_a_new_run(running: Consortium, said: Said) -> None:
    hand = ByHand(running)
    asked = hand.asked(hand.draft(SQL))
    contributions = hand.contribute_all(asked)
    with running.refused("E-RUN-012", by=BUREAU):
        hand.decide(asked, (said.contributions[0], *contributions[1:]))
    statement = hand.decide(asked, contributions).statement
    with running.refused("E-RUN-012", by="alpha"):
        hand.peers.send_values("alpha", run_of(asked), said.statement)
    values = hand.values(asked, statement)
    with running.refused("E-RUN-012", by=BUREAU):
        hand.mask(asked, hand.release(asked, statement, values), said.contributed)


def test_a_run_that_was_only_accepted_taken_up_twice(
    running: Consortium, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, so that both measure: two extracts would be two answers, and one is recorded."""
    hand = ByHand(running)
    asked = hand.asked(hand.draft(SQL))

    def dies(*_: object) -> None:
        raise SystemError

    with monkeypatch.context() as patch:
        patch.setattr(Contribute, "_measure", dies)
        with pytest.raises(AccordError, match="E-INT-001"):
            hand.contribute(asked, "alpha")
    hand, start, measure = restart(running, "alpha"), Barrier(2), Contribute._measure

    def together(self: Contribute, accepted: Accepted) -> OwnerRun:
        start.wait(30)
        return measure(self, accepted)

    monkeypatch.setattr(Contribute, "_measure", together)
    with ThreadPoolExecutor(2) as pool:
        given = list(pool.map(lambda _: hand.contribute(asked, "alpha"), range(2)))

    assert given[0].access.entry == given[1].access.entry
    assert running.kinds("alpha", run_of(asked)) == [RecordKind.ACCEPT, RecordKind.ACCESS]


def test_an_owner_restored_from_an_older_backup(running: Consortium, said: Said) -> None:
    """It would answer again with another seed; the chain holds more of its log than it does."""
    folder = running.lab.folder / "alpha/node"
    running.wait_anchored()
    running.stop_node("alpha")
    shutil.copytree(folder, backup := running.lab.folder / "backup")
    running.start_node("alpha")
    running.wait_reachable()
    hand = ByHand(running)
    asked = hand.asked(hand.draft(SQL))
    hand.contribute(asked, "alpha")

    running.stop_node("alpha")
    shutil.rmtree(folder)
    backup.rename(folder)
    running.start_node("alpha")
    running.wait_reachable()

    with running.refused("E-LOG-012", by="alpha"):
        ByHand(running).contribute(asked, "alpha")
