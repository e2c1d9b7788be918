"""Heads signed for the contract: EIP-712 beside the checkpoint's own signature.

The contract cannot read a checkpoint, but it can recover who signed a head.  Two such
signatures over one size and different roots are what `reportEquivocation` takes.
"""

from dataclasses import dataclass
from typing import Final

from accord.domain.errors import VerificationError
from accord.ledger.evm.accounts import load_key
from accord.ledger.evm.keccak import keccak256

SIGNATURE_BYTES: Final = 65  # r, s, v
_FIRST_V: Final = 27  # ecrecover's recovery ids are 27 and 28
_DOMAIN_TYPE: Final = keccak256(
    b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
_HEAD_TYPE: Final = keccak256(b"Head(bytes32 logId,uint64 size,bytes32 root)")
_NAME: Final = keccak256(b"AccordLedger")
_VERSION: Final = keccak256(b"1")


@dataclass(frozen=True, slots=True)
class HeadDomain:
    """Where a signed head counts: one contract on one chain.

    Attributes:
        chain_id: EIP-155 chain id.
        contract: Address of AccordLedger, 20 bytes.
    """

    chain_id: int
    contract: bytes


def head_digest(domain: HeadDomain, log_id: bytes, size: int, root: bytes) -> bytes:
    """What is signed: the EIP-712 digest, 32 bytes."""
    separator = keccak256(
        _DOMAIN_TYPE
        + _NAME
        + _VERSION
        + domain.chain_id.to_bytes(32, "big")
        + domain.contract.rjust(32, b"\0")
    )
    claim = keccak256(_HEAD_TYPE + log_id + size.to_bytes(32, "big") + root)
    return keccak256(b"\x19\x01" + separator + claim)


def sign_head(key: bytes, domain: HeadDomain, log_id: bytes, size: int, root: bytes) -> bytes:
    """Sign a head with an anchor key: r, s, v in 65 bytes, deterministic (RFC 6979).

    Raises:
        RequestError: E-CHN-010; ``key`` is not an anchor key.
    """
    signature = load_key(key).sign_msg_hash(head_digest(domain, log_id, size, root))
    return signature.to_bytes()[:-1] + bytes([_FIRST_V + signature.v])


def verify_head(
    address: bytes, signature: bytes, domain: HeadDomain, *, log_id: bytes, size: int, root: bytes
) -> None:
    """Check that the account ``address`` signed this head.

    Raises:
        VerificationError: E-CHN-009; it did not.
    """
    if _signer(signature, head_digest(domain, log_id, size, root)) != address:
        raise VerificationError("E-CHN-009", address="0x" + address.hex())


def _signer(signature: bytes, digest: bytes) -> bytes | None:
    from eth_keys.datatypes import Signature  # noqa: PLC0415 - 0.2 s, see `accounts`
    from eth_keys.exceptions import BadSignature  # noqa: PLC0415
    from eth_utils.exceptions import ValidationError  # noqa: PLC0415

    if len(signature) != SIGNATURE_BYTES or signature[-1] - _FIRST_V not in (0, 1):
        return None
    try:
        parsed = Signature(signature[:-1] + bytes([signature[-1] - _FIRST_V]))
        return parsed.recover_public_key_from_msg_hash(digest).to_canonical_address()
    except (BadSignature, ValidationError, ValueError):
        return None
