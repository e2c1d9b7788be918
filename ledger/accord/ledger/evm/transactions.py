"""Signed calls of the contract, made without asking anybody.

Legacy transactions (EIP-155) at gas price zero: the one form that every chain of this
project takes.
"""

from dataclasses import dataclass
from typing import Final

from accord.ledger.evm.accounts import load_key
from accord.ledger.evm.anchor_proof import ChainTrust

ANCHOR_GAS: Final = 150_000  # twice what the first anchor of a log uses
VOTE_GAS: Final = 400_000  # twice what the vote that admits a member uses


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """A signed transaction, to be stored before it is sent.

    Attributes:
        raw: The bytes to send; sending them twice has the effect of once.
        transaction_hash: Its name, 32 bytes.
    """

    raw: bytes
    transaction_hash: bytes


def sign_call(
    key: bytes, trust: ChainTrust, data: bytes, *, nonce: int, gas: int = ANCHOR_GAS
) -> SignedTransaction:
    """Sign the call ``data`` (see `contract`) of the trusted chain's contract.

    Raises:
        RequestError: E-CHN-010; ``key`` is not an anchor key.
    """
    from eth_account import Account  # noqa: PLC0415 - 0.3 s

    load_key(key)
    transaction = {
        "chainId": trust.chain_id,
        "nonce": nonce,
        "gasPrice": 0,
        "gas": gas,
        "to": trust.contract,
        "value": 0,
        "data": data,
    }
    signed = Account.sign_transaction(transaction, key)
    return SignedTransaction(bytes(signed.raw_transaction), bytes(signed.hash))
