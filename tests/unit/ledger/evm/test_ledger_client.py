"""What the client does when the ledger is away, another one, or hostile."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from accord.domain.errors import RefusalError, UnavailableError, VerificationError
from accord.ledger.evm.client import LedgerClient
from accord.ledger.evm.embedded.encoding import RpcError
from accord.ledger.evm.views import HeadOnChain, MemberOnChain
from tests.unit.ledger.evm.evm_consortium import (
    Consortium,
    founding,
    insecure_key,
    member,
    trust_in,
)

TRUST = trust_in(founding())
Answer = Callable[[str, list[Any]], dict[str, Any]]


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """An HTTP server that answers each JSON-RPC request with ``answer(method, params)``."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps({"id": 1, **answer(request["method"], request["params"])}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def client_of(consortium: Consortium, tamper: Answer | None = None) -> Iterator[LedgerClient]:
    def answer(method: str, params: list[Any]) -> dict[str, Any]:
        changed = {} if tamper is None else tamper(method, params)
        try:
            return changed or {"result": consortium.ask(method, *params)}
        except RpcError as error:
            return {"error": {"code": error.code, "message": error.message}}

    with serving(answer) as address:
        yield LedgerClient(address, consortium.trust, timeout_s=2)


def everything(client: LedgerClient) -> list[Callable[[], object]]:
    return [
        client.check_chain,
        lambda: client.head(b"l" * 32),
        lambda: client.member(b"a" * 20),
        lambda: client.nonce(b"a" * 20),
        lambda: client.send(b"raw"),
        lambda: client.receipt(b"h" * 32),
        lambda: client.anchor_proof(b"h" * 32),
        lambda: client.find_anchor(b"l" * 32, 1),
    ]


def test_the_right_chain_passes(consortium: Consortium) -> None:
    with client_of(consortium) as client:
        client.check_chain()


@pytest.mark.parametrize(
    ("thing", "change"),
    [
        ("chain id", {"chain_id": 1}),
        ("genesis hash", {"genesis_hash": b"g" * 32}),
        ("contract code", {"code_hash": b"c" * 32}),
        ("contract code", {"contract": b"a" * 20}),
    ],
)
def test_another_chain_is_refused_by_name(
    consortium: Consortium, thing: str, change: dict[str, Any]
) -> None:
    with client_of(consortium) as client:
        other = LedgerClient(client.address, replace(consortium.trust, **change))
        with pytest.raises(VerificationError) as caught:
            other.check_chain()

    assert caught.value.code == "E-CHN-002"
    assert caught.value.facts == {"address": client.address, "thing": thing}


def test_a_ledger_that_is_away_is_named() -> None:
    """Nothing listens on the port."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        for call in everything(LedgerClient(address, TRUST, timeout_s=2)):
            with pytest.raises(UnavailableError) as caught:
                call()
            assert (caught.value.code, caught.value.facts) == ("E-CHN-003", {"address": address})


def test_a_ledger_that_never_answers_meets_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UnavailableError) as caught:
            LedgerClient(address, TRUST, timeout_s=0.2).nonce(b"a" * 20)

    assert caught.value.code == "E-CHN-003"


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        {"result": 7},
        {"result": "0x"},
        {"result": "zz"},
        {"result": [1]},
        {"result": [{}]},
        {"result": {"header": "0x", "seal": "0x", "nodes": [], "transactionIndex": "0x0"}},
        {"result": {"blockNumber": None, "hash": 1}},
        {"error": {}},
        {"error": 7},
        {"error": {"code": -32603, "message": "broken"}},
    ],
)
def test_nonsense_never_becomes_another_exception(nonsense: dict[str, Any]) -> None:
    with serving(lambda _method, _params: nonsense) as address:
        for call in everything(LedgerClient(address, TRUST, timeout_s=2)):
            with suppress(VerificationError, UnavailableError, RefusalError):
                call()


def test_a_proof_that_does_not_hold_is_not_handed_on(consortium: Consortium) -> None:
    assert consortium.anchors(0, 1)
    block = consortium.ask("eth_getBlockByNumber", "latest", False)
    transaction_hash = bytes.fromhex(block["transactions"][0][2:])

    def tamper(method: str, params: list[Any]) -> dict[str, Any]:
        if method != "accord_getReceiptProof":
            return {}
        found = consortium.ask(method, *params)
        return {"result": {**found, "seal": "0x" + bytes(64).hex()}}

    with client_of(consortium) as honest:
        assert honest.anchor_proof(transaction_hash) is not None
    with client_of(consortium, tamper) as client, pytest.raises(VerificationError) as caught:
        client.anchor_proof(transaction_hash)
    assert caught.value.facts == {"part": "seal"}


def test_head_receipt_and_anchor_of_a_log(consortium: Consortium) -> None:
    with client_of(consortium) as client:
        log_id = member(0).log_id
        assert client.head(log_id) is None
        assert client.receipt(b"h" * 32) is None
        assert client.anchor_proof(b"h" * 32) is None
        assert client.find_anchor(log_id, 3) is None

        sent = {}
        for nonce, size in enumerate((3, 7, 8, 20, 21)):
            signed = client.build_anchor(
                insecure_key(0), log_id=log_id, size=size, root=bytes([size]) * 32, nonce=nonce
            )
            sent[size] = client.send(signed.raw)
            assert sent[size] == signed.transaction_hash

        assert client.head(log_id) == HeadOnChain(21, bytes([21]) * 32, 5, frozen=False)
        assert client.nonce(member(0).address) == 5
        assert {size: client.find_anchor(log_id, size) for size in sent} == sent
        assert all(client.find_anchor(log_id, size) is None for size in (0, 1, 5, 9, 22))
        receipt = client.receipt(sent[21])
        assert receipt is not None
        assert (receipt.block_number, receipt.succeeded) == (5, True)


def test_members_are_read_with_their_card_and_log(consortium: Consortium) -> None:
    with client_of(consortium) as client:
        subject = member(1)
        expected = MemberOnChain(subject.card_hash, subject.log_id, active=True)
        assert client.member(subject.address) == expected
        assert client.member(member(7).address) is None
        for number in (0, 2):
            assert consortium.votes(number, subject, active=False)
        assert client.member(subject.address) == replace(expected, active=False)


def test_sending_again_is_as_good_as_once(consortium: Consortium) -> None:
    with client_of(consortium) as client:
        signed = client.build_anchor(
            insecure_key(0), log_id=member(0).log_id, size=1, root=b"r" * 32, nonce=0
        )
        for _ in range(3):
            assert client.send(signed.raw) == signed.transaction_hash


@pytest.mark.parametrize("message", ["nonce too low", "Nonce too low", "already known"])
def test_the_words_other_nodes_use_for_known_are_understood(
    consortium: Consortium, message: str
) -> None:
    """geth says "nonce too low" once a transaction is in a block."""

    def tamper(method: str, _params: list[Any]) -> dict[str, Any]:
        refusal = {"error": {"code": -32000, "message": message}}
        return refusal if method == "eth_sendRawTransaction" else {}

    with client_of(consortium) as client:
        signed = client.build_anchor(
            insecure_key(0), log_id=member(0).log_id, size=1, root=b"r" * 32, nonce=0
        )
    consortium.chain.submit(signed.raw)
    with client_of(consortium, tamper) as client:
        assert client.send(signed.raw) == signed.transaction_hash


def test_a_nonce_used_for_something_else_is_an_error(consortium: Consortium) -> None:
    """Only a transaction that is in a block may count as sent."""
    assert consortium.anchors(0, 5)

    def tamper(method: str, _params: list[Any]) -> dict[str, Any]:
        refusal = {"error": {"code": -32000, "message": "nonce too low"}}
        return refusal if method == "eth_sendRawTransaction" else {}

    with client_of(consortium, tamper) as client:
        signed = client.build_anchor(
            insecure_key(0), log_id=member(0).log_id, size=9, root=b"r" * 32, nonce=0
        )
        with pytest.raises(RefusalError) as caught:
            client.send(signed.raw)
    assert (caught.value.code, caught.value.facts) == ("E-CHN-006", {"reason": "nonce too low"})


def test_a_rejected_call_shows_in_the_receipt(consortium: Consortium) -> None:
    assert consortium.anchors(0, 5)
    with client_of(consortium) as client:
        signed = client.build_anchor(
            insecure_key(0), log_id=member(0).log_id, size=5, root=b"x" * 32, nonce=1
        )
        receipt = client.receipt(client.send(signed.raw))
        assert receipt is not None
        assert not receipt.succeeded
        with pytest.raises(UnavailableError) as caught:
            client.anchor_proof(signed.transaction_hash)
    assert caught.value.code == "E-CHN-013"


def test_a_contract_cannot_make_the_client_fetch_addresses() -> None:
    """CVE-2026-40072: CCIP read is off."""
    provider = LedgerClient("http://127.0.0.1:1", TRUST)._provider()

    assert provider.global_ccip_read_enabled is False
