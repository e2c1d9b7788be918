"""Processes killed at every moment: no record is missing, none is doubled."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from accord.ledger.publisher import Publisher
from accord.ledger.reading import check_stored, root_at
from accord.ledger.verify import verify_log_proof
from tests.fakes.anchor import FakeChain, check_fake_anchor
from tests.fakes.ledger import LOG_ID, Member, member_card
from tests.integration import appender_process, outbox_process
from tests.unit.ledger.evm import evm_consortium

KILLED = -signal.SIGKILL
NOBODY = "http://127.0.0.1:1"


def run_step(url: str, chain: Path, moment: str) -> int:
    command = [sys.executable, "-m", "tests.integration.outbox_process", url, str(chain), moment]
    return subprocess.run(command, check=False, timeout=60).returncode


@pytest.mark.parametrize("moment", outbox_process.MOMENTS)
def test_a_process_killed_around_anchoring_loses_and_doubles_nothing(
    database_url: str, tmp_path: Path, moment: str
) -> None:
    path = tmp_path / "chain.db"
    assert run_step(database_url, path, moment) == KILLED
    assert run_step(database_url, path, moment) == KILLED
    assert run_step(database_url, path, "never") == 0
    committed = 1 if moment == "append" else 3
    member, chain = Member(database_url), FakeChain(path)
    sizes = chain.anchored_sizes(LOG_ID)
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == committed
    with member.units.read() as unit:
        leaves = unit.log.leaves(0, 10)
        check_stored(unit.log, committed, root_at(unit.log, committed))
    assert [leaf.leaf_index for leaf in leaves] == list(range(committed))
    for leaf in leaves:
        proof = member.gate.evidence(leaf.leaf_index)
        verify_log_proof(leaf.body, proof, member_card(), check_fake_anchor)
    member.close()


@contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """A python module with its standard output; killed at the end if it still runs."""
    command = [sys.executable, "-m", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield running, running.stdout
        finally:
            running.kill()


def test_killed_nodes_and_ledgers_agree_in_the_end(database_url: str, tmp_path: Path) -> None:
    """A node appends and anchors while it is killed three times, the ledger once."""
    printed: list[int] = []
    ledger = ("tests.integration.ledger_process", str(tmp_path / "ledger"))
    with process(*ledger, "0") as (_, out):
        port = out.readline().strip()
        address = f"http://127.0.0.1:{port}"
        printed += append_for(database_url, address, records=40)
        printed += append_for(database_url, address, records=40)
    printed += append_for(database_url, address, records=10)  # nobody answers there
    with process(*ledger, port) as (_, out):
        assert out.readline().strip() == port
        check_agreement(database_url, address, printed)


def test_two_processes_on_one_log_leave_no_gap(database_url: str) -> None:
    arguments = ("tests.integration.appender_process", database_url, NOBODY)
    Member(database_url).close()
    with process(*arguments) as (_, first), process(*arguments) as (_, second):
        printed = [int(out.readline()) for _ in range(30) for out in (first, second)]
    member = Member(database_url)
    with member.units.read() as unit:
        size = unit.log.size()
        check_stored(unit.log, size, root_at(unit.log, size))
    member.close()
    assert len(set(printed)) == 60
    assert set(printed) <= set(range(size))


def append_for(url: str, address: str, records: int) -> list[int]:
    with process("tests.integration.appender_process", url, address) as (_, out):
        return [int(out.readline()) for _ in range(records)]


def check_agreement(url: str, address: str, printed: list[int]) -> None:
    member = Member(url)
    anchor = appender_process.evm_anchor(address)
    publisher = Publisher(appender_process.evm_outbox(member, anchor), member.progress)
    publisher.start()
    with member.units.read() as unit:
        size = unit.log.size()
        leaves = unit.log.leaves(0, size)
    member.gate.wait_final(size - 1, timeout_s=60)
    publisher.stop()
    assert [leaf.leaf_index for leaf in leaves] == list(range(size))
    assert printed == sorted(set(printed))
    assert set(printed) <= set(range(size))
    chain = anchor.head(evm_consortium.member(0).log_id)
    assert chain is not None
    assert chain.size == size
    with member.units.read() as unit:
        check_stored(unit.log, size, chain.root)
    member.close()
