"""The embedded chain: what it takes, what it refuses, and what it remembers."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from eth_account import Account

from accord.domain.errors import FaultError, RefusalError, RequestError
from accord.ledger.evm.contract import anchor_call
from accord.ledger.evm.embedded.chain import (
    MAX_BLOCK_TRANSACTIONS,
    MAX_TRANSACTION_GAS,
    EmbeddedChain,
)
from accord.ledger.evm.embedded.genesis import BLOCK_GAS_LIMIT
from accord.ledger.evm.genesis import CONTRACT_ADDRESS, GenesisSpec
from accord.ledger.evm.transactions import sign_call
from tests.unit.ledger.evm.evm_consortium import (
    CHAIN_ID,
    INSECURE_SEAL_KEY,
    NOW,
    Consortium,
    founding,
    insecure_key,
    member,
)


def signed(number: int = 0, *, data: bytes | None = None, **changes: object) -> bytes:
    call = anchor_call(member(number).log_id, 1, b"r" * 32) if data is None else data
    fields = {"nonce": 0, "gas": 200_000, "gasPrice": 0, "to": CONTRACT_ADDRESS, "value": 0}
    transaction = {**fields, "data": call, "chainId": CHAIN_ID, **changes}
    present = {name: value for name, value in transaction.items() if value is not None}
    return bytes(Account.sign_transaction(present, insecure_key(number)).raw_transaction)


def open_chain(data_dir: Path, spec: GenesisSpec | None = None, **changes: bytes) -> EmbeddedChain:
    seal_key = changes.get("seal_key", INSECURE_SEAL_KEY)
    return EmbeddedChain(data_dir, spec or founding(), seal_key, lambda: NOW)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (signed(8), "the sender is not a member"),
        (signed(chainId=CHAIN_ID + 1), "another chain id"),
        (signed(to=b""), "only calls of the contract are accepted"),
        (signed(to=b"e" * 20), "only calls of the contract are accepted"),
        (signed(value=1), "only calls of the contract are accepted"),
        (signed(gasPrice=1), "the gas price is zero here"),
        (signed(gas=1_000_001), "gas limit too high"),
        (signed(gas=21_000), "malformed transaction"),
        (signed(nonce=1), "nonce too high"),
        (b"", "malformed transaction"),
        (b"\xc0", "malformed transaction"),
        (b"\x7f", "malformed transaction"),
        (signed()[:-1], "malformed transaction"),
        (signed() + b"\0", "malformed transaction"),
    ],
)
def test_a_transaction_the_ledger_never_takes_is_refused(
    consortium: Consortium, raw: bytes, reason: str
) -> None:
    with pytest.raises(RefusalError) as caught:
        consortium.chain.submit(raw)

    assert (caught.value.code, caught.value.facts) == ("E-CHN-006", {"reason": reason})
    assert consortium.chain.head().block_number == 0


def test_the_same_transaction_again_is_known(consortium: Consortium) -> None:
    consortium.chain.submit(signed())

    with pytest.raises(RefusalError, match="already known"):
        consortium.chain.submit(signed())
    with pytest.raises(RefusalError, match="nonce too low"):
        consortium.chain.submit(signed(gas=199_999))


@pytest.mark.parametrize(
    "form",
    [
        {"gasPrice": 0},
        {"type": 1, "accessList": [], "gasPrice": 0},
        {"type": 2, "gasPrice": None, "maxFeePerGas": 0, "maxPriorityFeePerGas": 0},
    ],
)
def test_every_form_of_transaction_up_to_london_works(
    consortium: Consortium, form: dict[str, object]
) -> None:
    consortium.chain.submit(signed(**form))

    assert consortium.chain.head().block_number == 1


def test_transactions_that_wait_together_share_a_block(consortium: Consortium) -> None:
    """While a block is being made (the lock is held) the others gather for the next."""
    chain, threads = consortium.chain, []
    with chain.lock:
        for number in range(3):
            threads.append(threading.Thread(target=chain.submit, args=(signed(number),)))
            threads[-1].start()
        wait_until(lambda: len(chain._waiting) == 3)
    for thread in threads:
        thread.join()

    assert chain.head().block_number == 1
    assert len(chain.receipts(chain.head())) == 3


def wait_until(holds: Callable[[], bool]) -> None:
    step = threading.Event()
    for _ in range(1000):
        if holds():
            return
        step.wait(0.005)
    pytest.fail("never happened")


def test_one_bad_transaction_does_not_spoil_the_block(consortium: Consortium) -> None:
    chain, outcome = consortium.chain, []

    def submit(raw: bytes) -> None:
        try:
            outcome.append(chain.submit(raw))
        except RefusalError as error:
            outcome.append(error.facts["reason"])

    with chain.lock:
        threads = [threading.Thread(target=submit, args=(signed(n),)) for n in (0, 8, 1)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(chain._waiting) == 3)
    for thread in threads:
        thread.join()

    assert len(chain.receipts(chain.head())) == 2
    assert "the sender is not a member" in outcome


def test_a_block_that_cannot_be_written_leaves_nothing_behind(consortium: Consortium) -> None:
    """The disk fails in the last moment; the chain goes on as if nothing had been sent."""
    consortium.chain.submit(signed())
    before, persist = consortium.chain.head(), consortium.chain._index

    def fail(*_: object) -> None:
        raise OSError("disk full")

    consortium.chain._index = fail
    with pytest.raises(FaultError) as caught:
        consortium.chain.submit(signed(1))
    consortium.chain._index = persist

    assert caught.value.code == "E-CHN-012"
    assert consortium.chain.head() == before
    consortium.chain.submit(signed(1))
    assert consortium.chain.head().parent_hash == before.hash


def test_a_restart_continues_the_same_chain(tmp_path: Path) -> None:
    chain = open_chain(tmp_path)
    chain.submit(signed())
    chain.submit(signed(1))
    head, sealed = chain.head(), chain.sealed_header(2)
    chain.close()

    again = open_chain(tmp_path)
    assert (again.head(), again.sealed_header(2)) == (head, sealed)
    again.submit(signed(2))
    assert again.head().parent_hash == head.hash
    again.close()


def test_only_one_process_holds_a_ledger(tmp_path: Path) -> None:
    chain = open_chain(tmp_path)

    with pytest.raises(RequestError) as caught:
        open_chain(tmp_path)

    assert (caught.value.code, caught.value.facts) == ("E-CHN-004", {"path": str(tmp_path)})
    chain.close()
    open_chain(tmp_path).close()


def test_a_ledger_of_another_consortium_seal_key_or_version_is_refused(tmp_path: Path) -> None:
    open_chain(tmp_path).close()

    for code, attempt in [
        ("E-CHN-005", lambda: open_chain(tmp_path, founding(4))),
        ("E-CHN-007", lambda: open_chain(tmp_path, seal_key=b"t" * 32)),
    ]:
        with pytest.raises(RequestError) as caught:
            attempt()
        assert caught.value.code == code

    chain = open_chain(tmp_path)
    chain.store.connection.execute("pragma user_version = 9")
    chain.close()
    with pytest.raises(RequestError) as caught:
        open_chain(tmp_path)
    assert caught.value.code == "E-CHN-011"


def test_block_times_follow_the_clock_and_never_go_back(tmp_path: Path) -> None:
    """Instant blocks share a second; a clock that is set back does not undo time."""
    times = [NOW, NOW, NOW - timedelta(hours=1), NOW + timedelta(seconds=5)]
    clock = iter(times)
    chain = EmbeddedChain(tmp_path, founding(4), INSECURE_SEAL_KEY, lambda: next(clock))
    spec = founding(4)
    for number in range(4):
        chain.submit(signed(number))
    stamps = [chain.header(number).timestamp for number in range(1, 5)]
    chain.close()

    start = int(NOW.timestamp())
    assert stamps == [start, start, start, start + 5]
    assert spec.time < NOW


def test_the_base_fee_stays_zero_under_load() -> None:
    """A block of the most transactions, each with the most gas, uses under half the limit."""
    assert MAX_BLOCK_TRANSACTIONS * MAX_TRANSACTION_GAS < BLOCK_GAS_LIMIT // 2


def test_writing_outside_of_a_block_is_a_defect(consortium: Consortium) -> None:
    with pytest.raises(RuntimeError):
        consortium.chain.store[b"k"] = b"v"


def test_a_transaction_of_our_own_making_is_taken(consortium: Consortium) -> None:
    call = anchor_call(member(0).log_id, 1, b"r" * 32)
    ours = sign_call(insecure_key(0), consortium.trust, call, nonce=0, gas=200_000)

    assert ours.raw == signed()
    assert consortium.chain.submit(ours.raw) == ours.transaction_hash
    assert replace(ours) == ours
