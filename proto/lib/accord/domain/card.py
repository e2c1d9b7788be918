"""Member cards, person cards and the trust file: who may sign what.

A member card is self-signed by the member's record key; its digest stands in the
contract and in the trust file.  A person card is signed by the member's record key.
"""

from dataclasses import dataclass
from datetime import datetime

from accord.domain.ids import MemberRole, PersonRole


@dataclass(frozen=True, slots=True)
class MemberCard:
    """The public half of one member.

    Attributes:
        position: Place in the consortium's order, from 0; the guard follows from it.
        tls_ca: DER certificate of the member's own CA.
        record_key: Ed25519 public key (32 bytes) of records, person cards,
            offers, contributions and bundles.
        log_key: Ed25519 public key (32 bytes) of checkpoints.
        log_id: 32 random-looking bytes; the name of the member's log on the chain.
        anchor_address: 20 bytes, the EVM account that moves this log's head.
        mask_x25519: 32 bytes; with ``mask_mlkem`` (ML-KEM-768, 1184 bytes) the mask key.
        hpke_key: Public key for sealing to this member (X25519 + ML-KEM-768).
        paillier_n: Modulus, big-endian, 384 bytes.
        paillier_proof: N-th roots showing gcd(N, phi(N)) = 1, each 384 bytes.
    """

    version: int
    consortium: str
    member: str
    position: int
    title_en: str
    title_zh: str
    roles: tuple[MemberRole, ...]
    tls_ca: bytes
    record_key: bytes
    log_key: bytes
    log_id: bytes
    anchor_address: bytes
    mask_x25519: bytes
    mask_mlkem: bytes
    hpke_key: bytes
    paillier_n: bytes
    paillier_proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class PersonCard:
    """The public half of one person; signed by the member's record key."""

    version: int
    consortium: str
    member: str
    person: str
    role: PersonRole
    signing_key: bytes
    hpke_key: bytes
    until: datetime


@dataclass(frozen=True, slots=True)
class Trust:
    """What an outsider must get by a way of its own; holds no addresses.

    Attributes:
        seal_key: Ed25519 public key of the embedded ledger's seal.
        members: Member id to the 32-byte digest of its card, in consortium order of the cards.
    """

    version: int
    consortium: str
    chain_id: int
    genesis_hash: bytes
    contract: bytes
    code_hash: bytes
    seal_key: bytes
    members: dict[str, bytes]
