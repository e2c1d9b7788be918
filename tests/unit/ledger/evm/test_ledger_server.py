"""The embedded ledger over HTTP, through web3.py and through hostile requests."""

import http.client
import json
import threading
from collections.abc import Iterator

import pytest
from web3 import Web3
from web3.exceptions import ContractCustomError, Web3RPCError

from accord.ledger.evm.anchor_proof import verify_anchor
from accord.ledger.evm.client import LedgerClient
from accord.ledger.evm.contract import artefact
from accord.ledger.evm.embedded.server import MAX_BODY_BYTES, serve_ledger
from accord.ledger.evm.genesis import CONTRACT_ADDRESS
from tests.unit.ledger.evm.evm_consortium import (
    CHAIN_ID,
    INSECURE_SEAL_KEY,
    founding,
    insecure_key,
    member,
    trust_in,
)

TRUST = trust_in(founding())


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    stop, up, ports = threading.Event(), threading.Event(), []

    def ready(port: int) -> None:
        ports.append(port)
        up.set()

    data_dir = tmp_path_factory.mktemp("ledger")
    thread = threading.Thread(
        target=serve_ledger,
        args=(data_dir, "127.0.0.1", 0, INSECURE_SEAL_KEY, founding()),
        kwargs={"ready": ready, "stop": stop, "hosts": ["ledger.test"]},
    )
    thread.start()
    assert up.wait(10)
    yield ports[0]
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def client(port: int) -> LedgerClient:
    return LedgerClient(f"http://127.0.0.1:{port}", TRUST)


@pytest.fixture
def web3(port: int) -> Web3:
    return Web3(Web3.HTTPProvider(f"http://127.0.0.1:{port}"))


def post(port: int, body: bytes, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", "/", body, {"Content-Type": "application/json", **named})
    answer = connection.getresponse()
    result = answer.status, answer.read()
    connection.close()
    return result


def rpc(port: int, method: object, *params: object) -> dict[str, object]:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    status, body = post(port, json.dumps(request).encode())
    assert status == 200
    answer: dict[str, object] = json.loads(body)
    return answer


def anchor(client: LedgerClient, number: int, root: bytes = b"r" * 32) -> bytes:
    """Anchor one more record of a member's log; the transaction's hash."""
    head = client.head(member(number).log_id)
    size = 1 if head is None else head.size + 1
    signed = client.build_anchor(
        insecure_key(number),
        log_id=member(number).log_id,
        size=size,
        root=root,
        nonce=client.nonce(member(number).address),
    )
    return client.send(signed.raw)


def test_a_stock_client_reads_blocks_transactions_receipts_and_events(
    client: LedgerClient, web3: Web3
) -> None:
    transaction_hash = anchor(client, 0)

    receipt = web3.eth.get_transaction_receipt(transaction_hash)
    assert web3.eth.chain_id == CHAIN_ID
    assert web3.net.version == str(CHAIN_ID)
    assert web3.client_version.startswith("accord-embedded/")
    assert web3.eth.block_number == receipt["blockNumber"]
    assert web3.eth.get_transaction(transaction_hash)["from"] == receipt["from"]
    block = web3.eth.get_block(receipt["blockHash"], full_transactions=True)
    assert block["transactions"][0]["hash"] == transaction_hash
    assert web3.eth.get_block("latest")["hash"] == receipt["blockHash"]
    assert web3.eth.get_block(0)["number"] == 0
    assert web3.eth.get_balance(receipt["from"]) == 0
    assert web3.eth.gas_price == 0
    assert web3.eth.get_transaction_count(receipt["from"]) == 1
    contract = web3.eth.contract(Web3.to_checksum_address(CONTRACT_ADDRESS), abi=artefact()["abi"])
    (event,) = contract.events.Anchored().process_receipt(receipt)
    assert event["args"]["logId"] == member(0).log_id
    assert contract.events.Anchored().get_logs(from_block=0)[0]["args"] == event["args"]
    assert contract.functions.head(member(0).log_id).call()[0] == event["args"]["size"]
    assert contract.functions.membership().call() == [2, 3, 0]


def test_a_revert_reaches_a_stock_client_with_its_reason(web3: Web3) -> None:
    contract = web3.eth.contract(Web3.to_checksum_address(CONTRACT_ADDRESS), abi=artefact()["abi"])
    call = contract.functions.anchor(member(0).log_id, 1, b"r" * 32)

    with pytest.raises(ContractCustomError):
        call.call({"from": "0x" + "11" * 20})
    with pytest.raises((ContractCustomError, Web3RPCError)):
        call.estimate_gas({"from": "0x" + "11" * 20})
    sender = Web3.to_checksum_address(member(2).address)
    fresh = contract.functions.anchor(member(2).log_id, 10**6, b"r" * 32)
    assert 60_000 < fresh.estimate_gas({"from": sender}) < 100_000


def test_events_are_found_by_every_part_of_a_filter(client: LedgerClient, port: int) -> None:
    number = client.receipt(anchor(client, 1, b"F" * 32)).block_number
    block = rpc(port, "eth_getBlockByNumber", hex(number), False)["result"]
    log_id, contract = "0x" + member(1).log_id.hex(), "0x" + CONTRACT_ADDRESS.hex()

    def count(**request: object) -> int:
        return len(rpc(port, "eth_getLogs", request)["result"])

    assert count(blockHash=block["hash"]) == 1
    assert count(fromBlock=hex(number), toBlock=hex(number)) == 1
    assert count(fromBlock="earliest", address=contract, topics=[None, log_id]) >= 1
    assert count(fromBlock="earliest", address=[contract], topics=[None, [log_id]]) >= 1
    assert count(fromBlock="earliest", address="0x" + "11" * 20) == 0
    assert count(fromBlock="earliest", topics=[None, []]) == 0
    assert count(fromBlock="earliest", topics=["0x" + "11" * 32]) == 0
    assert count(fromBlock=hex(number + 1), toBlock=hex(number + 2)) == 0


def test_proof_parts_verify_without_the_server(client: LedgerClient, port: int) -> None:
    transaction_hash = anchor(client, 0, b"P" * 32)

    found = client.anchor_proof(transaction_hash)

    assert found is not None
    proof, head = found
    assert head == verify_anchor(proof, TRUST)
    assert head.root == b"P" * 32
    sealed = rpc(port, "accord_getSealedHeader", hex(head.block_number))["result"]
    assert sealed == {"header": "0x" + proof.header.hex(), "seal": "0x" + proof.seal.hex()}
    assert rpc(port, "accord_getSealedHeader", "0xffffff")["result"] is None


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("eth_sign", [], -32601),
        ("eth_accounts", [], -32601),
        (7, [], -32601),
        (None, [], -32601),
        ({"a": 1}, [], -32601),
        ("eth_chainId", [1], -32602),
        ("eth_getBalance", [], -32602),
        ("eth_getBalance", ["0x11"], -32602),
        ("eth_getBalance", [7], -32602),
        ("eth_getBalance", ["0x" + "zz" * 20], -32602),
        ("eth_getBalance", ["0x" + "11" * 20, "0x_1"], -32602),
        ("eth_getBalance", ["0x" + "11" * 20, "0x" + "f" * 65], -32602),
        ("eth_getBalance", ["0x" + "11" * 20, "0xffff"], -32000),
        ("eth_getBlockByNumber", [{}], -32602),
        ("eth_getStorageAt", ["0x" + "11" * 20, None], -32602),
        ("eth_call", [7], -32602),
        ("eth_call", [{"to": None}], -32602),
        ("eth_call", [{"to": "0x" + "11" * 20, "data": "0x1"}], -32602),
        ("eth_getLogs", [[]], -32602),
        ("eth_getLogs", [{"topics": "0x"}], -32602),
        ("eth_getLogs", [{"topics": [None] * 5}], -32602),
        ("eth_getLogs", [{"topics": [["0x" + "11" * 32] * 101]}], -32602),
        ("eth_getLogs", [{"blockHash": "0x" + "11" * 32}], -32000),
        ("eth_sendRawTransaction", [], -32602),
        ("eth_sendRawTransaction", ["0x" + "00" * 20_000], -32602),
        ("eth_sendRawTransaction", ["0x00"], -32000),
    ],
)
def test_a_malformed_request_is_answered_as_such(
    port: int, method: object, params: list[object], code: int
) -> None:
    answer = rpc(port, method, *params)

    assert "result" not in answer
    assert answer["error"]["code"] == code


@pytest.mark.parametrize(
    ("body", "code"), [(b"{", -32700), (b"[]", -32600), (b"\xff", -32700), (b"[" * 9999, -32700)]
)
def test_a_body_that_is_no_request_is_answered_as_such(port: int, body: bytes, code: int) -> None:
    status, answer = post(port, body)

    assert status == 200
    assert json.loads(answer)["error"]["code"] == code


def test_parameters_by_name_are_refused(port: int) -> None:
    _, answer = post(port, b'{"id": 1, "method": "eth_chainId", "params": {}}')

    assert json.loads(answer)["error"]["code"] == -32602


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "ledger.example:80"}, 403),
        ({"Host": ""}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Length": "-1"}, 411),
        ({"Content_Length": "+5"}, 411),
        ({"Content_Length": str(MAX_BODY_BYTES + 1)}, 413),
        ({"Content_Length": "9" * 5000}, 413),
    ],
)
def test_what_no_node_sends_is_refused(port: int, headers: dict[str, str], status: int) -> None:
    """A web page in a browser can forge neither Host nor content type."""
    assert post(port, b"", **headers)[0] == status


def test_a_name_the_operator_allows_is_answered(port: int) -> None:
    body = b'{"id": 1, "method": "eth_chainId"}'

    assert post(port, body, Host="ledger.test:8545")[0] == 200


def test_other_methods_of_http_are_refused(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/")

    assert connection.getresponse().status == 501
    connection.close()
