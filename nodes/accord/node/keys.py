"""The private keys of one member's node, in a folder of its own.

The CA's private key is not among them: a node that is broken into must not be able to
issue people.  Every key has one use; their public halves stand in
the member card.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from accord.domain.card import MemberCard
from accord.domain.errors import AccordError, RequestError
from accord.domain.key_files import read_key, read_public, read_secret, write_key, write_secret
from accord.ledger.evm.accounts import anchor_address, new_anchor_key
from accord.ledger.signatures import public_key
from accord.node.pki import KeyAndCertificate
from accord.privacy.modulus import encode_modulus
from accord.privacy.paillier import DecryptionKey, generate_key, parse_private_bytes
from accord.privacy.pair_keys import MaskKey, generate_mask_key, parse_mask_key
from accord.privacy.parameters import KEY_BITS
from accord.privacy.sealing import SealingKey, generate_sealing_key, parse_sealing_key

SEED_BYTES: Final = 32  # of an Ed25519 key, RFC 8032
TLS_KEY: Final = "tls.key"
TLS_CERTIFICATE: Final = "tls.crt"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """Everything secret that a node needs.

    Attributes:
        record: Ed25519 seed: records, cards, offers, contributions, bundles.
        log: Ed25519 seed: checkpoints of the log.
        anchor: secp256k1 key of the account that moves the log's head.
        mask: Shares masks with every other member.
        sealing: Opens what is sealed to this member.
        decryption: Paillier key.
        tls: Key and certificate of the node.
    """

    record: bytes = field(repr=False)
    log: bytes = field(repr=False)
    anchor: bytes = field(repr=False)
    mask: MaskKey
    sealing: SealingKey
    decryption: DecryptionKey
    tls: KeyAndCertificate

    @classmethod
    def load(cls, folder: Path) -> "NodeKeys":
        """Read all keys of a node.

        Raises:
            RequestError: E-CFG-006 a file is missing; E-CFG-007 others may read one;
                E-CFG-008 one does not hold its key.
        """
        return cls(
            record=_parsed(folder, "record", _seed),
            log=_parsed(folder, "log", _seed),
            anchor=_parsed(folder, "anchor", _anchor),
            mask=_parsed(folder, "mask", parse_mask_key),
            sealing=_parsed(folder, "sealing", parse_sealing_key),
            decryption=_parsed(folder, "decryption", parse_private_bytes),
            tls=load_tls(folder),
        )

    def save(self, folder: Path) -> None:
        """Write all keys into an empty folder."""
        secrets = {
            "record": self.record,
            "log": self.log,
            "anchor": self.anchor,
            "mask": self.mask.private_bytes(),
            "sealing": self.sealing.private_bytes(),
            "decryption": self.decryption.private_bytes(),
        }
        for kind, key in secrets.items():
            write_key(_file(folder, kind), kind, key)
        save_tls(folder, self.tls)

    def check_card(self, card: MemberCard) -> None:
        """Check that ``card`` publishes exactly these keys.

        Raises:
            RequestError: E-CFG-009; ``thing`` names the key that differs.
        """
        pairs = {
            "record key": (public_key(self.record), card.record_key),
            "log key": (public_key(self.log), card.log_key),
            "anchor key": (anchor_address(self.anchor), card.anchor_address),
            "mask key (X25519)": (self.mask.x25519_public, card.mask_x25519),
            "mask key (ML-KEM)": (self.mask.mlkem_public, card.mask_mlkem),
            "sealing key": (self.sealing.public_bytes, card.hpke_key),
            "decryption key": (encode_modulus(self.decryption.n), card.paillier_n),
        }
        for thing, (own, published) in pairs.items():
            if own != published:
                raise RequestError("E-CFG-009", member=card.member, thing=thing)


def generate_node_keys(
    tls: KeyAndCertificate, random_bytes: Callable[[int], bytes], key_bits: int = KEY_BITS
) -> NodeKeys:
    """Draw all keys of a node; the Paillier key takes seconds."""
    return NodeKeys(
        record=random_bytes(SEED_BYTES),
        log=random_bytes(SEED_BYTES),
        anchor=new_anchor_key(random_bytes),
        mask=generate_mask_key(random_bytes),
        sealing=generate_sealing_key(random_bytes),
        decryption=generate_key(random_bytes, key_bits),
        tls=tls,
    )


def save_tls(folder: Path, tls: KeyAndCertificate) -> None:
    """Write a TLS key and its certificate."""
    write_secret(folder / TLS_KEY, tls.key)
    (folder / TLS_CERTIFICATE).write_bytes(tls.certificate)


def load_tls(folder: Path) -> KeyAndCertificate:
    """Read a TLS key and its certificate; errors as in `NodeKeys.load`."""
    return KeyAndCertificate(
        read_secret(folder / TLS_KEY, "TLS key"),
        read_public(folder / TLS_CERTIFICATE, "TLS certificate"),
    )


def _file(folder: Path, kind: str) -> Path:
    return folder / f"{kind}.key"


def _parsed(folder: Path, kind: str, parse: Callable[[bytes], T]) -> T:
    path = _file(folder, kind)
    key = read_key(path, kind)
    try:
        return parse(key)
    except (AccordError, ValueError):  # each capability has its own word for a damaged key
        raise RequestError("E-CFG-008", file=str(path), thing=f"{kind} key") from None


def _seed(data: bytes) -> bytes:
    public_key(data)
    return data


def _anchor(data: bytes) -> bytes:
    anchor_address(data)
    return data
