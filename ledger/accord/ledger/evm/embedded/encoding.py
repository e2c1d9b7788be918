"""Values of the JSON-RPC interface (Ethereum execution API specification).

Quantities are hex without leading zeros, data is hex of whole bytes.  Everything a client
sends passes through the ``parse_*`` functions, which raise `RpcError`.
"""

import re
from typing import Any, Final

import rlp
from eth.abc import BlockAPI, BlockHeaderAPI, ReceiptAPI, SignedTransactionAPI
from eth_typing import Address

INVALID_REQUEST: Final = -32600  # these five: JSON-RPC 2.0, section 5.1
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
INTERNAL_ERROR: Final = -32603
PARSE_ERROR: Final = -32700
SERVER_ERROR: Final = -32000  # what Ethereum nodes answer for a refused transaction
REVERTED: Final = 3  # same, for a call that reverts; ``data`` is what it reverts with


_QUANTITY: Final = re.compile("0x[0-9a-fA-F]{1,64}")


class RpcError(Exception):
    """An answer of the interface that is an error."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data


def quantity(number: int) -> str:
    """A number on the wire."""
    return hex(number)


def hex_data(data: bytes) -> str:
    """Bytes on the wire."""
    return "0x" + data.hex()


def parse_data(value: object, length: int | None = None) -> bytes:
    """Bytes (of ``length``) from the wire."""
    if not isinstance(value, str) or not value.startswith("0x"):
        raise RpcError(INVALID_PARAMS, "expected 0x-prefixed data")
    try:
        data = bytes.fromhex(value[2:])
    except ValueError:
        raise RpcError(INVALID_PARAMS, "expected hex digits in pairs") from None
    if length is not None and len(data) != length:
        raise RpcError(INVALID_PARAMS, f"expected {length} bytes")
    return data


def parse_address(value: object) -> Address:
    """An account from the wire."""
    return Address(parse_data(value, 20))


def parse_quantity(value: object) -> int:
    """A number of at most 256 bits from the wire."""
    if not isinstance(value, str) or _QUANTITY.fullmatch(value) is None:
        raise RpcError(INVALID_PARAMS, "expected a 0x-prefixed number")
    return int(value, 16)


def header_json(header: BlockHeaderAPI) -> dict[str, Any]:
    """The header fields of a block object."""
    return {
        "number": quantity(header.block_number),
        "hash": hex_data(header.hash),
        "parentHash": hex_data(header.parent_hash),
        "sha3Uncles": hex_data(header.uncles_hash),
        "miner": hex_data(header.coinbase),
        "stateRoot": hex_data(header.state_root),
        "transactionsRoot": hex_data(header.transaction_root),
        "receiptsRoot": hex_data(header.receipt_root),
        "logsBloom": hex_data(header.bloom.to_bytes(256, "big")),
        "difficulty": quantity(header.difficulty),
        "totalDifficulty": quantity(header.difficulty * (header.block_number + 1)),
        "gasLimit": quantity(header.gas_limit),
        "gasUsed": quantity(header.gas_used),
        "timestamp": quantity(header.timestamp),
        "extraData": hex_data(header.extra_data),
        "mixHash": hex_data(header.mix_hash),
        "nonce": hex_data(header.nonce),
        "baseFeePerGas": quantity(header.base_fee_per_gas or 0),
    }


def block_json(block: BlockAPI, *, full: bool) -> dict[str, Any]:
    """A block object, with whole transactions or their hashes."""
    header, transactions = block.header, block.transactions
    listed = [
        transaction_json(each, header, index) if full else hex_data(each.hash)
        for index, each in enumerate(transactions)
    ]
    size = quantity(len(rlp.encode(block)))
    return {**header_json(header), "size": size, "transactions": listed, "uncles": []}


def transaction_json(
    transaction: SignedTransactionAPI, header: BlockHeaderAPI, index: int
) -> dict[str, Any]:
    """A transaction object."""
    chain_id, parity = transaction.chain_id or 0, transaction.y_parity
    v = parity if transaction.type_id else 35 + 2 * chain_id + parity  # EIP-155
    return {
        "hash": hex_data(transaction.hash),
        "blockHash": hex_data(header.hash),
        "blockNumber": quantity(header.block_number),
        "transactionIndex": quantity(index),
        "type": quantity(transaction.type_id or 0),
        "chainId": quantity(chain_id),
        "nonce": quantity(transaction.nonce),
        "from": hex_data(transaction.sender),
        "to": hex_data(transaction.to),
        "value": quantity(transaction.value),
        "gas": quantity(transaction.gas),
        "gasPrice": quantity(0),
        "input": hex_data(transaction.data),
        "v": quantity(v),
        "r": quantity(transaction.r),
        "s": quantity(transaction.s),
    }


def receipt_json(
    block: BlockAPI, index: int, receipts: tuple[ReceiptAPI, ...], events: list[dict[str, Any]]
) -> dict[str, Any]:
    """A receipt object; ``receipts`` are those of the whole block."""
    transaction, receipt = block.transactions[index], receipts[index]
    before = receipts[index - 1].gas_used if index else 0
    return {
        "transactionHash": hex_data(transaction.hash),
        "transactionIndex": quantity(index),
        "blockHash": hex_data(block.hash),
        "blockNumber": quantity(block.number),
        "from": hex_data(transaction.sender),
        "to": hex_data(transaction.to),
        "contractAddress": None,
        "cumulativeGasUsed": quantity(receipt.gas_used),
        "gasUsed": quantity(receipt.gas_used - before),
        "effectiveGasPrice": quantity(0),
        "type": quantity(transaction.type_id or 0),
        "status": quantity(int.from_bytes(receipt.state_root, "big")),
        "logsBloom": hex_data(receipt.bloom.to_bytes(256, "big")),
        "logs": events,
    }
