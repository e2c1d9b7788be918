"""Masked encryption of one party's plaintexts, deterministic in what it has committed to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from accord.domain import codec
from accord.domain.errors import FaultError
from accord.privacy.masks import Binding, mask
from accord.privacy.paillier import EncryptionKey, Encryptor
from accord.privacy.parameters import SEED_BYTES
from accord.privacy.prf import derive_integer


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a party keeps to itself during a run; an inspector may be given it later.

    Attributes:
        seed: 32 bytes, fresh for the run.
        pair_keys: Member to K_ij of this run, for every other member of the value ring.

    Raises:
        FaultError: E-CRY-017; the seed has another length.
    """

    seed: bytes = field(repr=False)
    pair_keys: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_BYTES:
            raise FaultError("E-CRY-017", detail="length of the run's seed")

    def commitments(self) -> dict[str, bytes]:
        """Values for the access record: digests of the seed and of every K_ij."""
        hashes = {
            member: codec.digest_bytes("pair-key", key)
            for member, key in sorted(self.pair_keys.items())
        }
        return {
            "seed": codec.digest_bytes("seed", self.seed),
            "pair_keys": codec.digest("pair-keys", hashes),
        }


def encrypt_masked(
    own: str,
    ring: Sequence[str],
    plaintexts: Sequence[int],
    *,
    secrets: Secrets,
    key: EncryptionKey,
    binding: Binding,
    content: bytes,
) -> tuple[bytes, ...]:
    """Ciphertexts of ``plaintexts`` plus masks.

    The randomness depends on ``content``, a digest of what is encrypted, too: should one
    seed ever meet two extracts, no two ciphertexts share it.
    """
    encryptor = Encryptor(key, len(plaintexts))
    ciphertexts = []
    for index, plaintext in enumerate(plaintexts):
        masked = plaintext + mask(own, ring, secrets.pair_keys, binding, n=key.n, index=index)
        fields = {**binding.fields(index), "content": content}
        exponent = derive_integer(secrets.seed, "exponent", fields, key.exponent_bits)
        ciphertexts.append(encryptor.encrypt(masked % key.n, exponent))
    return tuple(ciphertexts)
