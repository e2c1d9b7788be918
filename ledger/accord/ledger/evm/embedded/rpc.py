"""The methods of the embedded ledger's JSON-RPC interface.

Names and meanings are those of the Ethereum execution API, so that one client speaks to
every chain.  Two are ours: ``accord_getSealedHeader`` and ``accord_getReceiptProof`` hand
out what an offline proof needs.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import rlp
from eth.abc import BlockHeaderAPI
from eth.exceptions import Revert, VMError
from eth_typing import Address
from trie.hexary import HexaryTrie

from accord.domain.errors import RefusalError
from accord.ledger.evm.embedded import events
from accord.ledger.evm.embedded.chain import EmbeddedChain
from accord.ledger.evm.embedded.encoding import (
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    REVERTED,
    SERVER_ERROR,
    RpcError,
    block_json,
    hex_data,
    parse_address,
    parse_data,
    parse_quantity,
    quantity,
    receipt_json,
    transaction_json,
)
from accord.ledger.evm.rlp_decode import encode_int

CLIENT_VERSION: Final = "accord-embedded/1"
MAX_TRANSACTION_BYTES: Final = 16 * 1024  # an equivocation report, the longest, has 0.5 KB
_NOBODY: Final = Address(bytes(20))
_TAGS: Final = ("latest", "pending", "safe", "finalized")  # here every block is final


class Methods:
    """Answers one request at a time; takes the chain's lock where it reads several values."""

    def __init__(self, chain: EmbeddedChain) -> None:
        self._chain = chain
        self._methods: Mapping[str, Callable[..., Any]] = {
            "accord_getReceiptProof": self._receipt_proof,
            "accord_getSealedHeader": self._sealed_header,
            "eth_blockNumber": lambda: quantity(chain.head().block_number),
            "eth_call": self._call,
            "eth_chainId": lambda: quantity(chain.chain_id),
            "eth_estimateGas": self._estimate_gas,
            "eth_gasPrice": lambda: quantity(0),
            "eth_getBalance": self._balance,
            "eth_getBlockByHash": self._block_by_hash,
            "eth_getBlockByNumber": self._block_by_number,
            "eth_getCode": self._code,
            "eth_getLogs": self._logs,
            "eth_getStorageAt": self._storage,
            "eth_getTransactionByHash": self._transaction,
            "eth_getTransactionCount": self._nonce,
            "eth_getTransactionReceipt": self._receipt,
            "net_version": lambda: str(chain.chain_id),
            "web3_clientVersion": lambda: CLIENT_VERSION,
        }

    def answer(self, method: object, params: object) -> Any:
        """The result of a method.

        Raises:
            RpcError: the answer is an error.
        """
        if not isinstance(params, list):
            raise RpcError(INVALID_PARAMS, "expected a list of parameters")
        if method == "eth_sendRawTransaction":  # waits for a block: must not hold the lock
            return self._send(*self._one(params))
        known = self._methods.get(method) if isinstance(method, str) else None
        if known is None:
            raise RpcError(METHOD_NOT_FOUND, "the embedded ledger has no such method")
        with self._chain.lock:
            return self._apply(known, params)

    def _apply(self, method: Callable[..., Any], params: list[Any]) -> Any:
        try:
            return method(*params)
        except Revert as error:
            raise RpcError(REVERTED, "execution reverted", hex_data(error.args[0])) from None
        except VMError as error:
            raise RpcError(SERVER_ERROR, f"execution failed: {type(error).__name__}") from None
        except TypeError:
            raise RpcError(INVALID_PARAMS, "wrong number or kind of parameters") from None

    @staticmethod
    def _one(params: list[Any]) -> list[Any]:
        if len(params) != 1:
            raise RpcError(INVALID_PARAMS, "expected one parameter")
        return params

    def _send(self, raw: object) -> str:
        data = parse_data(raw)
        if len(data) > MAX_TRANSACTION_BYTES:
            raise RpcError(INVALID_PARAMS, "transaction too long")
        try:
            return hex_data(self._chain.submit(data))
        except RefusalError as error:
            raise RpcError(SERVER_ERROR, str(error.facts["reason"])) from None

    def _header(self, block: object) -> BlockHeaderAPI:
        header = self._find_header(block)
        if header is None:
            raise RpcError(SERVER_ERROR, "no such block")
        return header

    def _find_header(self, block: object) -> BlockHeaderAPI | None:
        if block in _TAGS:
            return self._chain.head()
        return self._chain.header(0 if block == "earliest" else parse_quantity(block))

    def _balance(self, address: object, block: object = "latest") -> str:
        state = self._chain.state(self._header(block))
        return quantity(state.get_balance(parse_address(address)))

    def _nonce(self, address: object, block: object = "latest") -> str:
        state = self._chain.state(self._header(block))
        return quantity(state.get_nonce(parse_address(address)))

    def _code(self, address: object, block: object = "latest") -> str:
        state = self._chain.state(self._header(block))
        return hex_data(state.get_code(parse_address(address)))

    def _storage(self, address: object, slot: object, block: object = "latest") -> str:
        state = self._chain.state(self._header(block))
        word: int = state.get_storage(parse_address(address), parse_quantity(slot))
        return hex_data(word.to_bytes(32, "big"))

    def _call(self, request: dict[str, Any], block: object = "latest") -> str:
        return hex_data(self._chain.call(self._header(block), *_message(request)))

    def _estimate_gas(self, request: dict[str, Any], block: object = "latest") -> str:
        self._header(block)
        return quantity(self._chain.estimate_gas(*_message(request)))

    def _block_by_number(self, block: object, full: object = False) -> dict[str, Any] | None:  # noqa: FBT002 - positional on the wire
        header = self._find_header(block)
        return None if header is None else self._block(header, full=full is True)

    def _block_by_hash(self, block_hash: object, full: object = False) -> dict[str, Any] | None:  # noqa: FBT002 - same
        query = "select number from block where hash = ?"
        wanted = parse_data(block_hash, 32)
        row = self._chain.store.connection.execute(query, (wanted,)).fetchone()
        return None if row is None else self._block_by_number(quantity(row[0]), full)

    def _block(self, header: BlockHeaderAPI, *, full: bool) -> dict[str, Any]:
        return block_json(self._chain.chain.get_block_by_header(header), full=full)

    def _transaction(self, transaction_hash: object) -> dict[str, Any] | None:
        place = self._chain.place(parse_data(transaction_hash, 32))
        if place is None:
            return None
        block = self._chain.chain.get_canonical_block_by_number(place.block)
        return transaction_json(block.transactions[place.index], block.header, place.index)

    def _receipt(self, transaction_hash: object) -> dict[str, Any] | None:
        place = self._chain.place(parse_data(transaction_hash, 32))
        if place is None:
            return None
        block = self._chain.chain.get_canonical_block_by_number(place.block)
        receipts = self._chain.receipts(block.header)
        found = events.of_transaction(self._chain, block.header, place.index)
        return receipt_json(block, place.index, receipts, found)

    def _logs(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        if not isinstance(request, dict):
            raise RpcError(INVALID_PARAMS, "expected a filter")
        if (block_hash := request.get("blockHash")) is not None:
            block = self._block_by_hash(block_hash)
            if block is None:
                raise RpcError(SERVER_ERROR, "no such block")
            first = last = parse_quantity(block["number"])
        else:
            first, last = (self._height(request.get(end)) for end in ("fromBlock", "toBlock"))
        return events.find(
            self._chain, (first, last), request.get("address"), request.get("topics")
        )

    def _height(self, block: object) -> int:
        if block is None or block in _TAGS:
            return int(self._chain.head().block_number)
        return 0 if block == "earliest" else parse_quantity(block)

    def _sealed_header(self, number: object) -> dict[str, str] | None:
        found = self._chain.sealed_header(self._height(number))
        if found is None:
            return None
        return {"header": hex_data(found[0]), "seal": hex_data(found[1])}

    def _receipt_proof(self, transaction_hash: object) -> dict[str, Any] | None:
        place = self._chain.place(parse_data(transaction_hash, 32))
        if place is None:
            return None
        tree = HexaryTrie({})
        for index, receipt in enumerate(self._chain.receipts(self._header(quantity(place.block)))):
            tree[encode_int(index)] = receipt.encode()
        nodes = [hex_data(rlp.encode(node)) for node in tree.get_proof(encode_int(place.index))]  # type: ignore[no-untyped-call]
        sealed = self._sealed_header(quantity(place.block))
        return {
            **(sealed or {}),
            "blockNumber": quantity(place.block),
            "transactionIndex": quantity(place.index),
            "nodes": nodes,
        }


def _message(request: object) -> tuple[Address, Address, bytes]:
    """Sender, receiver and data of a call object."""
    if not isinstance(request, dict):
        raise RpcError(INVALID_PARAMS, "expected a call")
    data = request.get("input", request.get("data", "0x"))
    sender = parse_address(request["from"]) if "from" in request else _NOBODY
    return sender, parse_address(request.get("to")), parse_data(data)
