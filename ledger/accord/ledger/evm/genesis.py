"""The contract and its first members as they stand in block 0.

No transaction creates the contract, so nobody is its creator, and a network is ready the
moment it starts.  The storage places follow Solidity's documented layout ("Layout of State
Variables in Storage"); a test compares the order below with what the compiler reports.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from accord.domain.codec import digest
from accord.domain.errors import RequestError
from accord.ledger.evm.keccak import keccak256

# Nothing up our sleeve: no key is known for an address made by hashing words.
CONTRACT_ADDRESS: Final = keccak256(b"accord/ledger/contract/v1")[12:]
WORD_BYTES: Final = 32

_MEMBERS, _LOGS, _ACCOUNTS, _COUNTERS = 0, 1, 4, 5  # slots of the state variables
_CARD_HASH, _LOG_ID, _ACTIVE = 0, 1, 2  # fields of Member, in slots
_OWNER = 2  # field of Log, in slots


@dataclass(frozen=True, slots=True)
class GenesisMember:
    """A member from the start.

    Attributes:
        address: Its anchor address, 20 bytes.
        card_hash: Digest of its member card, 32 bytes.
        log_id: Random name of its log, 32 bytes.
    """

    address: bytes
    card_hash: bytes
    log_id: bytes


@dataclass(frozen=True, slots=True)
class GenesisSpec:
    """All that block 0 of a consortium's chain follows from.

    Attributes:
        consortium: Its name.
        chain_id: EIP-155 chain id; its own, so that no transaction fits another chain.
        votes_needed: Votes that change the membership.
        members: The first members, in consortium order.
        time: When the consortium was founded, UTC, whole seconds.

    Raises:
        RequestError: E-CHN-008 at construction; ``problem`` names the rule.
    """

    consortium: str
    chain_id: int
    votes_needed: int
    members: tuple[GenesisMember, ...]
    time: datetime

    def __post_init__(self) -> None:
        _require("chain_id", 0 < self.chain_id < 1 << 53)
        _require("votes_needed", 0 < self.votes_needed <= len(self.members))
        _require("time", self.time.tzinfo is not None and self.time.microsecond == 0)
        for name, length in (("address", 20), ("card_hash", 32), ("log_id", 32)):
            values = [getattr(member, name) for member in self.members]
            _require(name, all(len(value) == length and any(value) for value in values))
        for name in ("address", "log_id"):
            _require(name, len({getattr(member, name) for member in self.members}) == len(values))


def _require(problem: str, holds: bool) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise RequestError("E-CHN-008", problem=problem)


def genesis_extra_data(spec: GenesisSpec) -> bytes:
    """32 bytes for the header: two consortia never share a genesis."""
    return digest("ledger-genesis", spec)


def genesis_timestamp(spec: GenesisSpec) -> int:
    """Seconds since 1970 of the founding."""
    return int(spec.time.astimezone(UTC).timestamp())


def genesis_storage(spec: GenesisSpec) -> dict[int, int]:
    """The contract's storage in block 0: slot -> word, zero words left out."""
    words: dict[int, int] = {}
    for place, member in enumerate(spec.members):
        account = int.from_bytes(member.address, "big")
        entry = mapping_slot(_MEMBERS, member.address)
        words[entry + _CARD_HASH] = int.from_bytes(member.card_hash, "big")
        words[entry + _LOG_ID] = int.from_bytes(member.log_id, "big")
        words[entry + _ACTIVE] = 1
        words[mapping_slot(_LOGS, member.log_id) + _OWNER] = account
        words[_slot(_word(_ACCOUNTS)) + place] = account
    words[_ACCOUNTS] = len(spec.members)
    words[_COUNTERS] = spec.votes_needed | len(spec.members) << 64
    return words


@lru_cache(maxsize=1024)  # asked for every transaction
def active_slot(address: bytes) -> int:
    """The slot that is 1 while ``address`` is a member."""
    return mapping_slot(_MEMBERS, address) + _ACTIVE


def mapping_slot(variable: int, key: bytes) -> int:
    """The first slot of a mapping's entry; an address is padded on the left."""
    return _slot(key.rjust(WORD_BYTES, b"\0") + _word(variable))


def _slot(preimage: bytes) -> int:
    return int.from_bytes(keccak256(preimage), "big")


def _word(number: int) -> bytes:
    return number.to_bytes(WORD_BYTES, "big")
