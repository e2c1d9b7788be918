"""`Anchor` on an EVM chain, by the contract AccordLedger."""

from collections.abc import Callable
from typing import Final, TypeVar

from accord.domain import codec
from accord.domain.errors import RefusalError, RequestError, VerificationError
from accord.ledger.anchor import ChainHead, PreparedAnchor, ProvenHead
from accord.ledger.evm.accounts import anchor_address
from accord.ledger.evm.client import LedgerClient
from accord.ledger.evm.heads import HeadDomain, sign_head

# What nodes say when an account has moved past a transaction's nonce, and when it is far
# from it: the nonce came from an endpoint that lagged or lied, and waiting would not help.
_STALE: Final = ("nonce too low", "nonce too high")

T = TypeVar("T")


class EvmAnchor:
    """Anchors with one anchor key, which no other process may use."""

    def __init__(self, client: LedgerClient, key: bytes) -> None:
        self._client = client
        self._key = key
        self._account = anchor_address(key)
        self._checked = False

    def head(self, log_id: bytes) -> ChainHead | None:
        """See `Anchor.head`."""
        head = self._on_our_chain(lambda: self._client.head(log_id))
        return None if head is None else ChainHead(head.size, head.root)

    def prepare(self, log_id: bytes, size: int, root: bytes) -> PreparedAnchor:
        """See `Anchor.prepare`."""
        nonce = self._on_our_chain(lambda: self._client.nonce(self._account))
        signed = self._client.build_anchor(
            self._key, log_id=log_id, size=size, root=root, nonce=nonce
        )
        return PreparedAnchor(signed.raw, signed.transaction_hash)

    def send(self, raw_tx: bytes) -> None:
        """See `Anchor.send`."""
        try:
            self._on_our_chain(lambda: self._client.send(raw_tx))
        except RefusalError as error:
            if any(words in str(error.facts["reason"]).lower() for words in _STALE):
                raise RequestError("E-LOG-014", detail=str(error)) from None
            raise

    def proof(self, tx_hash: bytes) -> ProvenHead | None:
        """See `Anchor.proof`."""
        receipt = self._on_our_chain(lambda: self._client.receipt(tx_hash))
        if receipt is None:
            return None
        if not receipt.succeeded:
            raise VerificationError("E-LOG-015", detail=tx_hash.hex())
        found = self._client.anchor_proof(tx_hash)
        if found is None:
            return None
        proof, shown = found
        return ProvenHead(shown.log_id, shown.size, shown.root, codec.encode(proof))

    def find(self, log_id: bytes, size: int) -> bytes | None:
        """See `Anchor.find`."""
        return self._on_our_chain(lambda: self._client.find_anchor(log_id, size))

    def sign_head(self, log_id: bytes, size: int, root: bytes) -> bytes:
        """EIP-712 signature of a head by the anchor key, 65 bytes."""
        trust = self._client.trust
        domain = HeadDomain(trust.chain_id, trust.contract)
        return sign_head(self._key, domain, log_id, size, root)

    def _on_our_chain(self, ask: Callable[[], T]) -> T:
        """Once per process, the first time the chain answers, make sure it is ours."""
        if not self._checked:
            self._client.check_chain()
            self._checked = True
        return ask()
