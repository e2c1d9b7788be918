"""The ledger as a member's node sees it: web3.py over HTTP, the same for every chain.

A `LedgerClient` first makes sure that it speaks to the consortium's chain, then sends
anchors and fetches their proofs.  Every answer it hands on as proof it has verified.
Each call has a deadline; a ledger that is away is `UnavailableError`, never a hang.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from accord.domain.errors import RefusalError, UnavailableError, VerificationError
from accord.ledger.evm.anchor_proof import (
    ANCHORED_TOPIC,
    AnchoredHead,
    AnchorProof,
    ChainTrust,
    find_log_index,
    parse_header,
    verify_anchor,
)
from accord.ledger.evm.contract import anchor_call, call_data, words
from accord.ledger.evm.keccak import keccak256
from accord.ledger.evm.transactions import SignedTransaction, sign_call
from accord.ledger.evm.views import HeadOnChain, MemberOnChain, TransactionReceipt

if TYPE_CHECKING:
    from web3 import Web3

DEFAULT_TIMEOUT_S: Final = 5.0
_MISFIT: Final = (AttributeError, LookupError, TypeError, ValueError)

T = TypeVar("T")


class LedgerClient:
    """A connection to one ledger node; safe for threads.

    Attributes:
        address: URL of the node.
        trust: What the chain must be.
    """

    def __init__(
        self, address: str, trust: ChainTrust, *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> None:
        self.address, self.trust = address, trust
        self._timeout_s = timeout_s
        self._web3: Web3 | None = None

    def check_chain(self) -> None:
        """Make sure that the node serves the trusted chain.

        Raises:
            VerificationError: E-CHN-002; ``thing`` says what differs.
            UnavailableError: E-CHN-003, E-CHN-013.
        """
        trust = self.trust
        self._require("chain id", self._ask("eth_chainId"), hex(trust.chain_id))
        block = self._ask("eth_getBlockByNumber", "0x0", False)  # noqa: FBT003 - positional on the wire
        genesis = self._read(lambda: bytes.fromhex(block["hash"][2:]))
        self._require("genesis hash", genesis, trust.genesis_hash)
        code = self._data(self._ask("eth_getCode", _hex(trust.contract), "latest"))
        self._require("contract code", keccak256(code), trust.code_hash)

    def head(self, log_id: bytes) -> HeadOnChain | None:
        """The newest head of a log; None before its first anchor."""
        answer = self._call(call_data("head(bytes32)", log_id))
        size, root, sequence, frozen = self._read(lambda: words(answer, 4))
        if not any(sequence) and not any(frozen):
            return None
        numbers = (int.from_bytes(word, "big") for word in (size, sequence))
        return HeadOnChain(next(numbers), root, next(numbers), any(frozen))

    def member(self, account: bytes) -> MemberOnChain | None:
        """What the contract knows of an account; None if it never was a member."""
        answer = self._call(call_data("member(address)", account))
        card_hash, log_id, active = self._read(lambda: words(answer, 3))
        if not any(card_hash):
            return None
        return MemberOnChain(card_hash, log_id, any(active))

    def nonce(self, account: bytes) -> int:
        """Transactions of ``account`` so far, those in the node's pool included."""
        answer = self._ask("eth_getTransactionCount", _hex(account), "pending")
        return self._read(lambda: int(answer, 16))

    def build_anchor(
        self, key: bytes, *, log_id: bytes, size: int, root: bytes, nonce: int
    ) -> SignedTransaction:
        """Sign the anchor of a head: a legacy transaction (EIP-155) at gas price zero.

        Raises:
            RequestError: E-CHN-010; ``key`` is not an anchor key.
        """
        return sign_call(key, self.trust, anchor_call(log_id, size, root), nonce=nonce)

    def send(self, raw: bytes) -> bytes:
        """Hand in a signed transaction and return its hash; again is as good as once.

        Raises:
            RefusalError: E-CHN-006; the node does not take it.
            UnavailableError: E-CHN-003, E-CHN-013; it may or may not have arrived.
        """
        transaction_hash = keccak256(raw)
        try:
            self._ask("eth_sendRawTransaction", _hex(raw))
        except RefusalError as error:
            if not self._is_known(str(error.facts["reason"]), transaction_hash):
                raise
        return transaction_hash

    def receipt(self, transaction_hash: bytes) -> TransactionReceipt | None:
        """What became of a transaction; None while it is in no block."""
        found = self._ask("eth_getTransactionReceipt", _hex(transaction_hash))
        if found is None:
            return None
        return self._read(
            lambda: TransactionReceipt(
                int(found["blockNumber"], 16),
                bytes.fromhex(found["blockHash"][2:]),
                int(found["status"], 16) == 1,
                int(found["gasUsed"], 16),
            )
        )

    def anchor_proof(self, transaction_hash: bytes) -> tuple[AnchorProof, AnchoredHead] | None:
        """A verified proof and the head it shows; None while the anchor is not final.

        The proof is that of *some* anchor: a hostile node may answer with any other one
        than was asked for, so hold the head against the one you mean.

        Raises:
            VerificationError: E-CHN-001; the node's proof does not hold.
            UnavailableError: E-CHN-003, E-CHN-013.
        """
        found = self._ask("accord_getReceiptProof", _hex(transaction_hash))
        if found is None:
            return None
        proof = self._read(lambda: _proof(found, self.trust.contract))
        return proof, verify_anchor(proof, self.trust)

    def find_anchor(self, log_id: bytes, size: int) -> bytes | None:
        """Hash of the transaction that anchored this size of a log; None if none did.

        Sizes grow with the sequence, so a log of n anchors takes log2(n) questions.
        """
        head = self.head(log_id)
        low, high = 1, 0 if head is None else head.sequence
        while low <= high:
            middle = (low + high) // 2
            found, transaction_hash = self._anchored(log_id, middle)
            if found == size:
                return transaction_hash
            low, high = (middle + 1, high) if found < size else (low, middle - 1)
        return None

    def _anchored(self, log_id: bytes, sequence: int) -> tuple[int, bytes]:
        """Size and transaction of one anchor of a log."""
        request = {
            "fromBlock": "earliest",
            "toBlock": "latest",
            "address": _hex(self.trust.contract),
            "topics": [_hex(ANCHORED_TOPIC), _hex(log_id), _hex(sequence.to_bytes(32, "big"))],
        }
        events = self._ask("eth_getLogs", request)
        size = self._data(self._read(lambda: events[0]["data"]))[:32]
        return int.from_bytes(size, "big"), self._data(events[0]["transactionHash"])

    def _is_known(self, reason: str, transaction_hash: bytes) -> bool:
        """Nodes say "already known" for their pool and "nonce too low" once it is in a block."""
        reason = reason.lower()
        if "already known" in reason or "known transaction" in reason:
            return True
        return "nonce too low" in reason and self.receipt(transaction_hash) is not None

    def _call(self, data: bytes) -> bytes:
        request = {"to": _hex(self.trust.contract), "data": _hex(data)}
        return self._data(self._ask("eth_call", request, "latest"))

    def _require(self, thing: str, found: object, expected: object) -> None:
        if found != expected:
            raise VerificationError("E-CHN-002", address=self.address, thing=thing)

    def _ask(self, method: str, *params: object) -> Any:
        from requests.exceptions import RequestException  # noqa: PLC0415 - with web3
        from web3.exceptions import Web3Exception  # noqa: PLC0415 - 0.6 s

        try:
            answer = self._provider().make_request(cast("Any", method), params)
        except (RequestException, Web3Exception, OSError, ValueError) as error:
            raise UnavailableError("E-CHN-003", address=self.address, detail=repr(error)) from None
        return self._read(lambda: _result(cast("dict[str, Any]", answer)))

    def _provider(self) -> Any:
        if self._web3 is None:
            self._web3 = _connect(self.address, self._timeout_s)
        return self._web3.provider

    def _data(self, value: object) -> bytes:
        return self._read(lambda: bytes.fromhex(cast("str", value)[2:]))

    def _read(self, parse: Callable[[], T]) -> T:
        try:
            return parse()
        except _MISFIT as error:
            raise UnavailableError("E-CHN-013", address=self.address, detail=repr(error)) from None


def _connect(address: str, timeout_s: float) -> "Web3":
    from requests import Session  # noqa: PLC0415 - with web3
    from web3 import HTTPProvider, Web3  # noqa: PLC0415 - 0.6 s

    session = Session()  # keeps the connection open between calls
    session.trust_env = False  # a ledger is never behind the user's web proxy
    provider = HTTPProvider(
        address,
        request_kwargs={"timeout": timeout_s},
        session=session,
        exception_retry_configuration=None,  # the outbox decides when to try again
    )
    provider.global_ccip_read_enabled = (
        False  # CVE-2026-40072: a contract must not make us fetch URLs
    )
    return Web3(provider)


def _result(answer: dict[str, Any]) -> Any:
    if (error := answer.get("error")) is not None:
        if error["code"] in _NODE_ERRORS:
            raise ValueError(error["message"])
        raise RefusalError("E-CHN-006", reason=str(error["message"]))
    return answer["result"]


# JSON-RPC 2.0, section 5.1: our request was not understood, or the node is broken.
_NODE_ERRORS: Final = (-32700, -32600, -32601, -32602, -32603)


def _proof(found: dict[str, Any], contract: bytes) -> AnchorProof:
    header, seal = (bytes.fromhex(found[part][2:]) for part in ("header", "seal"))
    nodes = tuple(bytes.fromhex(node[2:]) for node in found["nodes"])
    index = int(found["transactionIndex"], 16)
    place = find_log_index(nodes, parse_header(header)[0], index, contract)
    return AnchorProof(header, seal, index, place, nodes)


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
