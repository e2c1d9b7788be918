"""The embedded ledger as a process: killed under load, stopped, started again."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from accord.domain.errors import RefusalError, UnavailableError
from accord.ledger.evm.anchor_proof import verify_anchor
from accord.ledger.evm.client import LedgerClient
from accord.ledger.evm.embedded.server import MAX_BODY_BYTES
from tests.unit.ledger.evm.evm_consortium import founding, insecure_key, member, trust_in

ROOT = Path(__file__).parents[2]
TRUST = trust_in(founding())


@contextmanager
def ledger(data_dir: Path, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], LedgerClient]]:
    command = [sys.executable, "-m", "tests.integration.ledger_process", str(data_dir), str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            taken = process.stdout.readline().strip()
            assert taken, "the ledger did not start"
            client = LedgerClient(f"http://127.0.0.1:{taken}", TRUST, timeout_s=10)
            client.check_chain()
            yield process, client
        finally:
            process.kill()


class Load:
    """One member that anchors as fast as it can, and remembers what was acknowledged."""

    def __init__(self, number: int, client: LedgerClient, enough: threading.Event) -> None:
        self.number, self.client, self.enough = number, client, enough
        self.acknowledged: dict[int, bytes] = {}
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        subject = member(self.number)
        head = self.client.head(subject.log_id)
        size, nonce = 0 if head is None else head.size, self.client.nonce(subject.address)
        while True:
            size += 1
            signed = self.client.build_anchor(
                insecure_key(self.number),
                log_id=subject.log_id,
                size=size,
                root=size.to_bytes(32, "big"),
                nonce=nonce,
            )
            try:
                self.client.send(signed.raw)
            except UnavailableError:
                return
            self.acknowledged[size] = signed.transaction_hash
            nonce += 1
            if len(self.acknowledged) == 10 + 3 * self.number:
                self.enough.set()


def test_killed_under_load_the_ledger_keeps_every_acknowledged_anchor(tmp_path: Path) -> None:
    """Three members anchor; the process is killed in the middle; then again."""
    acknowledged: dict[tuple[int, int], bytes] = {}
    for _ in range(2):
        with ledger(tmp_path) as (process, client):
            enough = threading.Event()
            loads = [Load(number, client, enough) for number in range(3)]
            assert enough.wait(60)
            process.send_signal(signal.SIGKILL)
            for load in loads:
                load.thread.join()
                for size, transaction_hash in load.acknowledged.items():
                    acknowledged[load.number, size] = transaction_hash

    with ledger(tmp_path) as (_, client):
        for (number, size), transaction_hash in acknowledged.items():
            found = client.anchor_proof(transaction_hash)
            assert found is not None, (number, size)
            proof, shown = found
            assert verify_anchor(proof, TRUST) == shown
            assert (shown.log_id, shown.size) == (member(number).log_id, size)
        for number in range(3):
            sizes = [size for owner, size in acknowledged if owner == number]
            head = client.head(member(number).log_id)
            assert head is not None
            # A transaction that was in flight may have arrived; an acknowledged one must have.
            assert head.size >= max(sizes)
            assert client.nonce(member(number).address) == head.sequence


def test_a_stopped_ledger_ends_cleanly_and_comes_back_the_same(tmp_path: Path) -> None:
    with ledger(tmp_path) as (process, client):
        port = client.address.rpartition(":")[2]
        signed = client.build_anchor(
            insecure_key(0), log_id=member(0).log_id, size=1, root=b"r" * 32, nonce=0
        )
        client.send(signed.raw)
        proof, head = client.anchor_proof(signed.transaction_hash), client.head(member(0).log_id)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

    with pytest.raises(UnavailableError):
        client.head(member(0).log_id)
    with ledger(tmp_path, int(port)):
        assert client.head(member(0).log_id) == head
        assert client.anchor_proof(signed.transaction_hash) == proof
        assert client.send(signed.raw) == signed.transaction_hash


def test_a_second_process_on_the_same_files_is_refused(tmp_path: Path) -> None:
    with ledger(tmp_path):
        command = [sys.executable, "-m", "tests.integration.ledger_process", str(tmp_path), "0"]
        second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert second.returncode != 0
    assert "E-CHN-004" in second.stderr


def test_a_stranger_cannot_use_the_ledger(tmp_path: Path) -> None:
    with ExitStack() as stack:
        _, client = stack.enter_context(ledger(tmp_path))
        signed = client.build_anchor(
            insecure_key(8), log_id=member(8).log_id, size=1, root=b"r" * 32, nonce=0
        )
        with pytest.raises(RefusalError) as caught:
            client.send(signed.raw)

    assert caught.value.facts == {"reason": "the sender is not a member"}


def test_nested_brackets_do_not_end_the_process(tmp_path: Path) -> None:
    """Importing the chain's rules raises the recursion limit, which the JSON parser trusts."""
    with ledger(tmp_path) as (process, client):
        request = Request(  # noqa: S310 - our own address
            client.address, b"[" * MAX_BODY_BYTES, {"Content-Type": "application/json"}
        )
        with urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            assert b"not JSON" in answer.read()
        assert process.poll() is None
        client.check_chain()
