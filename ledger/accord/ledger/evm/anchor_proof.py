"""That a log's head was anchored, checked offline from bytes alone.

Chain of reasoning: the ledger's seal binds the header to the chain, the header names the
receipt root, the receipt tree leads to one receipt, and that receipt holds the event
which the contract emits for an accepted head.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from accord.domain.card import Trust
from accord.domain.errors import VerificationError
from accord.ledger.evm.keccak import keccak256
from accord.ledger.evm.receipt_proof import Event, parse_receipt, verify_receipt
from accord.ledger.evm.rlp_decode import MalformedError, as_bytes, as_int, decode_list
from accord.ledger.evm.seal import SEAL_BYTES, check_seal

ANCHORED_TOPIC: Final = keccak256(b"Anchored(bytes32,uint64,uint64,bytes32)")
_MIN_HEADER_FIELDS: Final = 15  # before London; newer forks append
_RECEIPT_ROOT, _NUMBER, _TIMESTAMP = 5, 8, 11  # yellow paper, section 4.3
# Checked before it is hashed, as `receipt_proof.MAX_NODE_BYTES` is: an embedded header has
# about 500 bytes, and even a header with a full validator set stays below this.
MAX_HEADER_BYTES: Final = 16 * 1024
_MAX_INDEX: Final = 1 << 32
_MAX_UINT64: Final = 1 << 64
_MAX_TIME: Final = 253_402_300_799  # 9999-12-31T23:59:59Z, the last `datetime`

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ChainTrust:
    """What a verifier believes about the chain beforehand; from the trust file.

    Attributes:
        chain_id: EIP-155 chain id.
        genesis_hash: Hash of block 0, 32 bytes.  It fixes the contract's code and the first
            members, since both stand in the genesis.
        contract: Address of AccordLedger, 20 bytes.
        code_hash: Keccak-256 of its code; compared when a client connects.
        seal_key: Ed25519 public key of the embedded ledger, 32 bytes.
    """

    chain_id: int
    genesis_hash: bytes
    contract: bytes
    code_hash: bytes
    seal_key: bytes


def chain_trust(trust: Trust) -> ChainTrust:
    """The part of a trust file that is about the chain."""
    return ChainTrust(
        trust.chain_id, trust.genesis_hash, trust.contract, trust.code_hash, trust.seal_key
    )


@dataclass(frozen=True, slots=True)
class AnchorProof:
    """Everything an outsider needs to check one anchor without a network.

    Attributes:
        header: The block header, RLP.
        seal: The ledger's signature on it, 64 bytes, see `seal`.
        transaction_index: Place of the transaction in the block.
        log_index: Place of the event in the receipt.
        nodes: Nodes of the receipt tree from the root to the leaf.
    """

    header: bytes
    seal: bytes
    transaction_index: int
    log_index: int
    nodes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class AnchoredHead:
    """What a proof shows: this log had this root at this size, no later than that block.

    Attributes:
        log_id: 32 bytes.
        sequence: Number of the anchor within its log, from 1 without gaps.
        size: Records in the log.
        root: RFC 9162 root of the log, 32 bytes.
        block_number: Height of the block.
        block_hash: Its hash, 32 bytes.
        block_time: Its time as the ledger states it, UTC.
    """

    log_id: bytes
    sequence: int
    size: int
    root: bytes
    block_number: int
    block_hash: bytes
    block_time: datetime


def verify_anchor(proof: AnchorProof, trust: ChainTrust) -> AnchoredHead:
    """Return the head that ``proof`` shows to be anchored on the trusted chain.

    Raises:
        VerificationError: E-CHN-001; a part of the proof does not hold.
    """
    _hold("seal", lambda: _check_seal_size(proof.seal))
    _hold("header", lambda: _check_header_size(proof.header))
    block_hash = keccak256(proof.header)
    _hold("seal", lambda: _check_seal(proof, trust, block_hash))
    receipt_root, number, time = _hold("header", lambda: _header(proof.header))
    events = _hold("receipt", lambda: _events(proof, receipt_root))
    log_id, sequence, size, root = _hold("event", lambda: _anchored(events, proof.log_index, trust))
    return AnchoredHead(log_id, sequence, size, root, number, block_hash, time)


def find_log_index(
    nodes: tuple[bytes, ...], receipt_root: bytes, transaction_index: int, contract: bytes
) -> int:
    """Return the place of the first `Anchored` event of ``contract`` in a proven receipt.

    Raises:
        MalformedError: the receipt is not proven or holds no such event.
    """
    events = parse_receipt(verify_receipt(receipt_root, transaction_index, nodes))
    for place, event in enumerate(events):
        if event.address == contract and event.topics[:1] == (ANCHORED_TOPIC,):
            return place
    raise MalformedError("no head is anchored in this transaction")


def parse_header(header: bytes) -> tuple[bytes, int, datetime]:
    """Return receipt root, number and time of an RLP header; MalformedError if it is none."""
    _check_header_size(header)
    return _header(header)


def _hold(part: str, check: Callable[[], T]) -> T:
    try:
        return check()
    except (ValueError, OverflowError) as error:
        raise VerificationError("E-CHN-001", part=part, detail=str(error)) from None


def _check_seal_size(seal: bytes) -> None:
    if len(seal) != SEAL_BYTES:
        raise MalformedError("not the size of a seal")


def _check_header_size(header: bytes) -> None:
    if len(header) > MAX_HEADER_BYTES:
        raise MalformedError("larger than a header")


def _check_seal(proof: AnchorProof, trust: ChainTrust, block_hash: bytes) -> None:
    check_seal(
        trust.seal_key,
        proof.seal,
        chain_id=trust.chain_id,
        genesis_hash=trust.genesis_hash,
        header_hash=block_hash,
    )


def _header(header: bytes) -> tuple[bytes, int, datetime]:
    fields = decode_list(header)
    if len(fields) < _MIN_HEADER_FIELDS:
        raise MalformedError("too few fields for a header")
    seconds = as_int(fields[_TIMESTAMP])
    if seconds > _MAX_TIME:
        raise MalformedError("a time beyond the calendar")
    time = datetime.fromtimestamp(seconds, UTC)
    return as_bytes(fields[_RECEIPT_ROOT], 32), as_int(fields[_NUMBER]), time


def _events(proof: AnchorProof, receipt_root: bytes) -> tuple[Event, ...]:
    if not 0 <= proof.transaction_index < _MAX_INDEX:
        raise MalformedError("not a place in a block")
    return parse_receipt(verify_receipt(receipt_root, proof.transaction_index, proof.nodes))


def _anchored(
    events: tuple[Event, ...], log_index: int, trust: ChainTrust
) -> tuple[bytes, int, int, bytes]:
    if not 0 <= log_index < len(events):
        raise MalformedError("no event at this place")
    event = events[log_index]
    if event.address != trust.contract:
        raise MalformedError("another contract's event")
    if len(event.topics) != 3 or event.topics[0] != ANCHORED_TOPIC:  # noqa: PLR2004 - identity and two indexed
        raise MalformedError("another event")
    if len(event.data) != 64:  # noqa: PLR2004 - two words
        raise MalformedError("not two words of data")
    sequence, size = (int.from_bytes(word, "big") for word in (event.topics[2], event.data[:32]))
    if max(sequence, size) >= _MAX_UINT64:
        raise MalformedError("a number beyond its type")
    return event.topics[1], sequence, size, event.data[32:]
