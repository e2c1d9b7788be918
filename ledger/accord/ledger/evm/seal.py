"""The ledger's signature on a block header: Ed25519 (RFC 8032).

An embedded chain has one sealer.  What its signature adds to a header is that the sealer
cannot deny it: two sealed headers of one height are evidence against the ledger.  The
signed words name the chain, so a header of another chain is worth nothing here.
"""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accord.ledger.signatures import is_signature

SEAL_BYTES: Final = 64
_CONTEXT: Final = b"accord/ledger-seal/v1\0"


def sign_header(seal_key: bytes, chain_id: int, genesis_hash: bytes, header_hash: bytes) -> bytes:
    """Return the seal, 64 bytes; ``seal_key`` is the 32-byte Ed25519 seed."""
    statement = _statement(chain_id, genesis_hash, header_hash)
    return Ed25519PrivateKey.from_private_bytes(seal_key).sign(statement)


def check_seal(
    public_key: bytes, seal: bytes, *, chain_id: int, genesis_hash: bytes, header_hash: bytes
) -> None:
    """Raise ValueError unless ``seal`` is by ``public_key`` over this header of this chain."""
    statement = _statement(chain_id, genesis_hash, header_hash)
    if not is_signature(seal, statement, public_key):
        raise ValueError("the seal does not verify")


def public_seal_key(seal_key: bytes) -> bytes:
    """The 32-byte public half of the 32-byte seed ``seal_key``."""
    return Ed25519PrivateKey.from_private_bytes(seal_key).public_key().public_bytes_raw()


def _statement(chain_id: int, genesis_hash: bytes, header_hash: bytes) -> bytes:
    return _CONTEXT + chain_id.to_bytes(8, "big") + genesis_hash + header_hash
