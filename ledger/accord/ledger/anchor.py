"""Port: the chain, as the outbox needs it."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ChainHead:
    """What the contract holds for one log.

    Attributes:
        root: 32 bytes.
    """

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class PreparedAnchor:
    """A signed transaction that has not been sent.

    Attributes:
        raw_tx: What is sent, always the same bytes.
        tx_hash: 32 bytes; follows from ``raw_tx``.
    """

    raw_tx: bytes
    tx_hash: bytes


@dataclass(frozen=True, slots=True)
class ProvenHead:
    """The head that a verified proof shows, whoever's it is.

    Attributes:
        log_id: 32 bytes.
        root: 32 bytes.
        proof: Canonical CBOR of the anchor proof.
    """

    log_id: bytes
    size: int
    root: bytes
    proof: bytes


class Anchor(Protocol):
    """Moves and reads heads on the chain.

    Every method raises `UnavailableError` while the chain does not answer; that is a
    normal state, and asking again is harmless.

    Only `proof` returns what the chain has sealed.  All else is the word of the endpoint
    that was asked, and may be a lie: see `accord.ledger.outbox`.
    """

    def head(self, log_id: bytes) -> ChainHead | None:
        """The newest head of the log, final or not; None before its first."""
        ...

    def prepare(self, log_id: bytes, size: int, root: bytes) -> PreparedAnchor:
        """Sign the transaction that moves the log's head; sends nothing."""
        ...

    def send(self, raw_tx: bytes) -> None:
        """Hand a transaction to the chain; sending it again changes nothing.

        Raises:
            RequestError: E-LOG-014; the chain will not take it: its nonce is not the account's
                next.
            RefusalError: the chain does not take it now.
        """
        ...

    def proof(self, tx_hash: bytes) -> ProvenHead | None:
        """What is proven once the transaction is final, else None.

        An implementation is not told which head is expected, so that it can only report
        what it reads in the proof; whoever asks compares.

        Raises:
            VerificationError: E-LOG-015; the transaction was carried out and failed.
        """
        ...

    def find(self, log_id: bytes, size: int) -> bytes | None:
        """Hash of the transaction that anchored this size; None if none did."""
        ...
