"""Look-up of events by index; never a scan over blocks."""

from typing import Any, Final

from eth.abc import BlockHeaderAPI

from accord.ledger.evm.embedded.chain import EmbeddedChain
from accord.ledger.evm.embedded.encoding import (
    INVALID_PARAMS,
    SERVER_ERROR,
    RpcError,
    hex_data,
    parse_data,
    quantity,
)

MAX_EVENTS: Final = 10_000  # in one answer; the caller narrows the range of blocks
MAX_ALTERNATIVES: Final = 100  # addresses or topics for one place
_MAX_TOPICS: Final = 4
_COLUMNS: Final = (
    "event.block, block.hash, place, event.number, tx_hash, address,"
    " topic0, topic1, topic2, topic3, data"
)


def of_transaction(
    chain: EmbeddedChain, header: BlockHeaderAPI, index: int
) -> list[dict[str, Any]]:
    """The events of one transaction, in order."""
    return _select(chain, "event.block = ? and place = ?", [header.block_number, index])


def find(
    chain: EmbeddedChain, blocks: tuple[int, int], addresses: object, topics: object
) -> list[dict[str, Any]]:
    """Events in a range of blocks (both ends included) that match an `eth_getLogs` filter."""
    condition, values = "event.block between ? and ?", list[object](blocks)
    places = [("address", addresses, 20)]
    if topics is not None:
        if not isinstance(topics, list) or len(topics) > _MAX_TOPICS:
            raise RpcError(INVALID_PARAMS, "expected at most four topics")
        places += [(f"topic{place}", each, 32) for place, each in enumerate(topics)]
    for column, wanted, length in places:
        if wanted is not None:
            options = _alternatives(wanted, length)
            condition += f" and {column} in ({', '.join('?' * len(options))})"
            values += options
    return _select(chain, condition, values)


def _alternatives(wanted: object, length: int) -> list[bytes]:
    options = wanted if isinstance(wanted, list) else [wanted]
    if len(options) > MAX_ALTERNATIVES:
        raise RpcError(INVALID_PARAMS, "too many alternatives")
    return [parse_data(option, length) for option in options]


def _select(chain: EmbeddedChain, condition: str, values: list[object]) -> list[dict[str, Any]]:
    query = (
        f"select {_COLUMNS} from event join block on block.number = event.block"
        f" where {condition} order by event.block, event.number limit {MAX_EVENTS + 1}"
    )
    rows = chain.store.connection.execute(query, values).fetchall()
    if len(rows) > MAX_EVENTS:
        raise RpcError(SERVER_ERROR, f"more than {MAX_EVENTS} events; ask for fewer blocks")
    return [_event_json(*row) for row in rows]


def _event_json(
    block: int,
    block_hash: bytes,
    place: int,
    number: int,
    tx_hash: bytes,
    address: bytes,
    *rest: bytes,
) -> dict[str, Any]:
    *topics, data = rest
    return {
        "address": hex_data(address),
        "topics": [hex_data(topic) for topic in topics if topic is not None],
        "data": hex_data(data),
        "blockNumber": quantity(block),
        "blockHash": hex_data(block_hash),
        "transactionHash": hex_data(tx_hash),
        "transactionIndex": quantity(place),
        "logIndex": quantity(number),
        "removed": False,
    }
