"""kill -9 at the moments that matter: no record is missing or doubled, asking again works."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import select

from accord.client.progress import Step
from accord.domain.errors import AccordError, UnavailableError
from accord.domain.record import RecordKind
from accord.ledger.evm.anchor_proof import ChainTrust
from accord.ledger.evm.client import LedgerClient
from accord.ledger.heads import HeadState
from accord.ledger.reading import check_stored, root_at
from accord.ledger.store.log_store import SqlLedgerUnits, SqlLogStore
from accord.ledger.store.models import Base
from accord.node.config import load_node_config
from accord.verify.bundle import verify_bundle
from tests.consortium.lab import BUREAU, MEMBERS, OWNERS, STATS, Lab, copy_lab
from tests.consortium.process import process
from tests.consortium.tables import spread
from tests.consortium.world import ANA, Consortium

SQL = "SELECT COUNT(*), SUM(age) FROM people"
_SIGKILL = -9


class Ledger:
    """A ledger in a process of its own."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self._running = lab, ExitStack()

    def start(self) -> None:
        log = self.lab.folder / "ledger.log"
        ledger = process("ledger", str(self.lab.folder), log=log)
        self.process = self._running.enter_context(ledger)

    def kill(self) -> None:
        self._running.close()


@pytest.fixture(scope="module")
def ledger(
    lab_template: Lab, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Lab, Ledger]]:
    lab = copy_lab(lab_template, tmp_path_factory.mktemp("crash") / "lab")
    ledger = Ledger(lab)
    ledger.start()
    yield lab, ledger
    ledger.kill()


@pytest.fixture(scope="module")
def running(ledger: tuple[Lab, Ledger]) -> Iterator[Consortium]:
    with Consortium(ledger[0], ledger=False) as consortium:
        consortium.add(spread("people"))
        yield consortium


@contextmanager
def as_process(running: Consortium, member: str, *arguments: str) -> Iterator[None]:
    """The member's node in a process that kills itself; afterwards in this process again."""
    running.stop_node(member)
    log = running.lab.folder / f"{member}.log"
    try:
        with process("node", str(running.lab.folder), member, *arguments, log=log) as victim:
            running.wait_reachable()
            yield
            assert victim.wait(10) == _SIGKILL
    finally:
        running.start_node(member)
        running.wait_reachable()


def chain(running: Consortium) -> LedgerClient:
    trust = running.client(ANA).profile.trust
    config = load_node_config(running.lab.node_toml(STATS))
    return LedgerClient(
        config.ledger_url,
        ChainTrust(
            trust.chain_id, trust.genesis_hash, trust.contract, trust.code_hash, trust.seal_key
        ),
        timeout_s=5,
    )


def assert_nothing_missing_or_doubled(running: Consortium, member: str) -> None:
    """Log, heads and chain say the same: each index once, each head once, all of it anchored."""
    node = running.members[member]
    last = len(running.leaves(member)) - 1
    node.gate.wait_final(last, 20)
    with SqlLedgerUnits(node.database).read() as unit:
        size, latest = unit.log.size(), unit.heads.latest_final()
    assert latest
    with node.database.read() as session:
        store = SqlLogStore(session)
        assert [leaf.leaf_index for leaf in store.leaves(0, size)] == list(range(size))
        check_stored(store, latest.size, latest.root)
        table = Base.metadata.tables["log_head"]
        heads = session.execute(select(table)).all()
        roots = {row.size: root_at(store, row.size) for row in heads}
    assert all(row.root == roots[row.size] for row in heads)
    head = chain(running).head(node.cards[member].log_id)
    assert head
    assert (head.size, head.root) == (latest.size, latest.root)
    final = [row.size for row in heads if row.state == HeadState.FINAL.value]
    for row_size in final:
        assert chain(running).find_anchor(node.cards[member].log_id, row_size)


def crash_run(running: Consortium) -> tuple[AccordError, bytes]:
    with pytest.raises(AccordError) as caught:
        running.ask(SQL)
    return caught.value, running.client(ANA).runs(1)[0].run_id


def assert_asking_again_works(running: Consortium) -> None:
    done = running.ask(SQL)
    assert done.outcome
    assert verify_bundle(done.outcome.bundle, running.client(ANA).profile.trust).failed is None


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_owner_killed_around_sending_its_anchor(running: Consortium, when: str) -> None:
    with as_process(running, "alpha", when, "access"):
        error, run_id = crash_run(running)
    assert isinstance(error, UnavailableError)
    assert error.facts["member"] == "alpha"
    assert error.record.startswith(f"{STATS}#")
    kinds = running.kinds("alpha", run_id)
    assert kinds == [RecordKind.ACCEPT, RecordKind.ACCESS]
    assert running.client(ANA).show_run(run_id).run.state == "interrupted"
    assert_asking_again_works(running)
    assert running.kinds("alpha", run_id) == kinds
    assert_nothing_missing_or_doubled(running, "alpha")


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_guard_killed_around_its_decision(running: Consortium, when: str) -> None:
    with as_process(running, BUREAU, when, "guard"):
        with pytest.raises(UnavailableError) as caught:
            # the decision may be answered before the guard is gone: then its mask is missing
            running.ask(SQL)
        run_id = running.client(ANA).runs(1)[0].run_id
    assert caught.value.facts["member"] == BUREAU
    assert running.kinds(BUREAU, run_id) == [RecordKind.GUARD]
    for owner in OWNERS:
        assert running.kinds(owner, run_id)[:2] == [RecordKind.ACCEPT, RecordKind.ACCESS]
    assert_asking_again_works(running)
    assert_nothing_missing_or_doubled(running, BUREAU)


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_requester_killed_around_its_release(running: Consortium, when: str) -> None:
    """When the node is back it records the interruption."""
    with as_process(running, STATS, when, "release"), pytest.raises(UnavailableError):
        running.ask(SQL)
    run = running.client(ANA).runs(1)[0]
    assert run.state == "interrupted"
    kinds = [RecordKind.APPLY, RecordKind.RELEASE, RecordKind.INTERRUPT]
    assert running.kinds(STATS, run.run_id) == kinds
    last = running.client(ANA).show_run(run.run_id).steps[-1]
    assert last.refusal
    assert last.refusal.code == "E-RUN-016"
    assert running.fields(last.record)["code"] == b"E-RUN-016"
    assert_asking_again_works(running)
    assert_nothing_missing_or_doubled(running, STATS)


def test_the_ledger_killed_during_a_run_and_started_again(
    running: Consortium, ledger: tuple[Lab, Ledger]
) -> None:
    """The run waits, and ends as if nothing had been."""
    killed: list[int | None] = []

    def on_step(step: Step) -> None:
        if step.stage == "recorded" and not killed:
            victim = ledger[1].process
            ledger[1].kill()
            killed.append(victim.returncode)
            ledger[1].start()

    done = running.ask(SQL, progress=on_step)
    for member in MEMBERS:
        assert_nothing_missing_or_doubled(running, member)
    assert killed == [_SIGKILL]
    assert done.outcome
    assert verify_bundle(done.outcome.bundle, running.client(ANA).profile.trust).failed is None
    for owner in OWNERS:
        assert running.kinds(owner, done.question.run_id) == [
            RecordKind.ACCEPT,
            RecordKind.ACCESS,
            RecordKind.CONTRIBUTED,
        ]
