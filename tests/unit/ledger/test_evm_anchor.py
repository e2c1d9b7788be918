"""The anchor on a real contract: the embedded chain, over HTTP."""

import itertools
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from accord.domain import codec
from accord.domain.errors import RefusalError, UnavailableError, VerificationError
from accord.ledger.anchor import Anchor
from accord.ledger.evm.anchor_proof import AnchorProof, verify_anchor
from accord.ledger.evm.client import LedgerClient
from accord.ledger.evm.embedded.server import serve_ledger
from accord.ledger.evm.heads import HeadDomain, verify_head
from accord.ledger.evm_anchor import EvmAnchor
from accord.ledger.outbox import Outbox
from accord.ledger.verify import verify_log_proof
from tests.fakes.ledger import Member, member_card
from tests.suites.anchor import AnchorSuite
from tests.unit.ledger.evm.evm_consortium import (
    INSECURE_SEAL_KEY,
    founding,
    insecure_key,
    member,
    trust_in,
)

FOUNDING = founding(members=20)
TRUST = trust_in(FOUNDING)
NUMBERS = itertools.count()  # each test anchors as another member: one chain serves all


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    stop, up, ports = threading.Event(), threading.Event(), list[int]()

    def ready(port: int) -> None:
        ports.append(port)
        up.set()

    data_dir = tmp_path_factory.mktemp("ledger")
    thread = threading.Thread(
        target=serve_ledger,
        args=(data_dir, "127.0.0.1", 0, INSECURE_SEAL_KEY, FOUNDING),
        kwargs={"ready": ready, "stop": stop},
    )
    thread.start()
    assert up.wait(30)
    yield f"http://127.0.0.1:{ports[0]}"
    stop.set()
    thread.join(30)


@pytest.fixture
def number() -> int:
    return next(NUMBERS)


@pytest.fixture
def anchor(address: str, number: int) -> EvmAnchor:
    return EvmAnchor(LedgerClient(address, TRUST), insecure_key(number))


@pytest.fixture
def log_id(number: int) -> bytes:
    return member(number).log_id


class TestEvmAnchor(AnchorSuite):
    @pytest.fixture
    def anchor(self, address: str, number: int) -> Anchor:
        return EvmAnchor(LedgerClient(address, TRUST), insecure_key(number))


def test_a_record_is_followed_to_the_chain_offline(anchor: EvmAnchor, log_id: bytes) -> None:
    owner = Member()
    identity = replace(owner.identity, log_id=log_id, sign_head=anchor.sign_head)
    outbox = Outbox(owner.units, anchor, identity)
    entries = []
    for _ in range(3):
        entries.append(owner.append().entry)
        while outbox.step() is not None:
            pass
    card = replace(member_card(), log_id=log_id)
    for index, entry in enumerate(entries):
        proof = owner.gate.evidence(index)
        head = verify_log_proof(
            entry, proof, card, lambda data: verify_anchor(codec.decode(AnchorProof, data), TRUST)
        )
        assert (head.size, head.sequence) == (index + 1, index + 1)
    owner.close()


def test_a_restarted_outbox_finds_its_heads_on_the_chain(anchor: EvmAnchor, log_id: bytes) -> None:
    owner = Member()
    identity = replace(owner.identity, log_id=log_id, sign_head=anchor.sign_head)
    for _ in range(2):
        owner.append()
        while Outbox(owner.units, anchor, identity).step() is not None:
            pass
    with owner.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM log_head")
    while Outbox(owner.units, anchor, identity).step() is not None:
        pass
    assert owner.gate.evidence(0).anchor == owner.gate.evidence(1).anchor != b""
    owner.close()


def test_heads_are_signed_for_the_contract(anchor: EvmAnchor, number: int, log_id: bytes) -> None:
    signature = anchor.sign_head(log_id, 3, b"r" * 32)
    domain = HeadDomain(TRUST.chain_id, TRUST.contract)
    verify_head(member(number).address, signature, domain, log_id=log_id, size=3, root=b"r" * 32)


def test_another_chain_than_the_consortiums_gets_nothing(address: str, log_id: bytes) -> None:
    stranger = replace(TRUST, genesis_hash=bytes(32))
    anchor = EvmAnchor(LedgerClient(address, stranger), insecure_key(0))
    for ask in (
        lambda: anchor.head(log_id),
        lambda: anchor.prepare(log_id, 1, bytes(32)),
        lambda: anchor.send(b""),
    ):
        with pytest.raises(VerificationError, match="E-CHN-002"):
            ask()


def test_a_chain_that_is_away_is_no_defect(log_id: bytes) -> None:
    anchor = EvmAnchor(LedgerClient("http://127.0.0.1:1", TRUST, timeout_s=1.0), insecure_key(0))
    with pytest.raises(UnavailableError):
        anchor.head(log_id)


def test_other_refusals_of_the_chain_stay_what_they_are(anchor: EvmAnchor) -> None:
    with pytest.raises(RefusalError, match="E-CHN-006"):
        anchor.send(b"no transaction")
