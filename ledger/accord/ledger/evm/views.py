"""What a client reads from the chain, as values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeadOnChain:
    """The newest head of a log as the contract holds it.

    Attributes:
        size: Records in the log.
        root: Its root, 32 bytes.
        sequence: Number of the anchor, from 1.
        frozen: The owner signed two roots for one size; no head is taken any more.
    """

    size: int
    root: bytes
    sequence: int
    frozen: bool


@dataclass(frozen=True, slots=True)
class TransactionReceipt:
    """What became of a transaction that is in a block.

    Attributes:
        block_number: Height of the block.
        block_hash: Its hash, 32 bytes.
        succeeded: False if the contract rejected the call.
        gas_used: Gas of this transaction alone.
    """

    block_number: int
    block_hash: bytes
    succeeded: bool
    gas_used: int


@dataclass(frozen=True, slots=True)
class MemberOnChain:
    """An account that is or was a member.

    Attributes:
        card_hash: Digest of its member card, 32 bytes.
        log_id: Its log, 32 bytes.
        active: It is a member now.
    """

    card_hash: bytes
    log_id: bytes
    active: bool
