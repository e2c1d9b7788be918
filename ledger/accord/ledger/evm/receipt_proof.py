"""That a receipt stands in a block, from the block's receipt root alone.

Source: Ethereum yellow paper, appendix D (modified Merkle-Patricia tree) and section
4.3.1 (receipts); EIP-2718 (a type byte before the receipt of a newer transaction).

All functions raise MalformedError for anything that does not hold; `anchor_proof` turns that
into the public error.
"""

from dataclasses import dataclass
from typing import Final

from accord.ledger.evm.keccak import DIGEST_BYTES, keccak256
from accord.ledger.evm.rlp_decode import (
    MalformedError,
    RlpItem,
    as_bytes,
    as_int,
    as_list,
    decode_list,
    encode_int,
)

_BRANCH_ITEMS: Final = 17
_SHORT_NODE_ITEMS: Final = 2
_FIRST_UNTYPED: Final = 0xC0  # an RLP list; below 0x80 stands a type byte
_BLOOM_BYTES: Final = 256
# Checked before anything is hashed: our Keccak needs microseconds a byte, and a proof comes
# from strangers.  A branch has at most 532 bytes; a leaf holds one receipt, which for an
# anchor has less than 500, and leaves room for a contract that emits more.
MAX_NODE_BYTES: Final = 64 * 1024
# A place below 2**32 makes a key of at most 5 bytes: 10 nibbles, 11 nodes.
MAX_NODES: Final = 16


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a receipt's log.

    Attributes:
        address: The contract that emitted it, 20 bytes.
        topics: At most four words of 32 bytes; the first is the event's identity.
        data: The arguments that are not indexed, ABI encoded.
    """

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


def verify_receipt(root: bytes, index: int, nodes: tuple[bytes, ...]) -> bytes:
    """Return the receipt that ``nodes`` show at ``index`` under ``root``.

    A receipt is longer than 32 bytes (its bloom filter alone is), so every node on the
    way to it is referred to by hash, and a node held inside its parent is refused.
    """
    if len(nodes) > MAX_NODES or any(len(node) > MAX_NODE_BYTES for node in nodes):
        raise MalformedError("more or larger nodes than a way to a receipt has")
    path, expected = _nibbles(encode_int(index)), root
    for place, node in enumerate(nodes):
        if keccak256(node) != expected:
            raise MalformedError("a node does not have the hash its parent names")
        items = decode_list(node)
        if len(items) == _SHORT_NODE_ITEMS:
            path, is_leaf = _follow(path, as_bytes(items[0]))
            if is_leaf:
                return _value(items[1], last=place == len(nodes) - 1)
            expected = as_bytes(items[1], DIGEST_BYTES)
        else:
            path, expected = _branch(path, items)
    raise MalformedError("the path ends before a receipt")


def parse_receipt(encoded: bytes) -> tuple[Event, ...]:
    """Return the log of a receipt, of any transaction type, that reports success."""
    if not encoded:
        raise MalformedError("no receipt")
    body = encoded if encoded[0] >= _FIRST_UNTYPED else encoded[1:]
    status, gas_used, bloom, log = _fields(decode_list(body), 4)
    if as_int(status) != 1:
        raise MalformedError("the transaction failed")
    as_int(gas_used)
    as_bytes(bloom, _BLOOM_BYTES)
    return tuple(_event(entry) for entry in as_list(log))


def _event(entry: RlpItem) -> Event:
    address, topics, data = _fields(as_list(entry), 3)
    words = tuple(as_bytes(topic, 32) for topic in as_list(topics))
    return Event(as_bytes(address, 20), words, as_bytes(data))


def _fields(items: tuple[RlpItem, ...], count: int) -> tuple[RlpItem, ...]:
    if len(items) != count:
        raise MalformedError(f"{len(items)} fields where {count} belong")
    return items


def _value(item: RlpItem, *, last: bool) -> bytes:
    if not last:
        raise MalformedError("nodes follow the leaf")
    return as_bytes(item)


def _branch(path: bytes, items: tuple[RlpItem, ...]) -> tuple[bytes, bytes]:
    if len(items) != _BRANCH_ITEMS or not path:
        raise MalformedError("not a branch on the way")
    return path[1:], as_bytes(items[path[0]], DIGEST_BYTES)


def _follow(path: bytes, prefix: bytes) -> tuple[bytes, bool]:
    """Take the nibbles of a leaf or extension off ``path`` (hex-prefix encoding)."""
    if not prefix or prefix[0] >> 4 > 3:  # noqa: PLR2004 - two flag bits
        raise MalformedError("not a node prefix")
    is_leaf, is_odd = prefix[0] & 0x20, prefix[0] & 0x10
    if not is_odd and prefix[0] & 0x0F:
        raise MalformedError("padding that is not zero")
    taken = _nibbles(prefix)[1 if is_odd else 2 :]
    rest = path[len(taken) :]
    if path[: len(taken)] != taken or (bool(rest) if is_leaf else not taken):
        raise MalformedError("the path leads elsewhere")
    return rest, bool(is_leaf)


def _nibbles(data: bytes) -> bytes:
    return bytes(nibble for byte in data for nibble in (byte >> 4, byte & 0x0F))
