"""Masked encryption of one party's plaintexts, deterministic in what it has committed to."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Final

from accord.domain import codec
from accord.domain.errors import FaultError
from accord.privacy.masks import Binding, Masks
from accord.privacy.paillier import EncryptionKey, Encryptor
from accord.privacy.parameters import SEED_BYTES
from accord.privacy.prf import stream_integer, stream_key
from accord.privacy.work import INLINE, Grain, spread

ENCRYPTIONS: Final = Grain(items=32, least=256)
"""A ciphertext takes 1.3 ms; starting a process and filling its table, as much as 250."""


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


@dataclass(frozen=True, slots=True)
class Encryption:
    """What encrypts the plaintexts of one round: all that leaves for another process.

    Attributes:
        exponents: Key of the stream of ciphertext randomness.
        expected: Plaintexts of the round, for the size of tables.
    """

    key: EncryptionKey
    masks: Masks
    exponents: bytes = field(repr=False)
    expected: int

    def __call__(self, plaintexts: Sequence[tuple[int, int]]) -> list[bytes]:
        """Ciphertexts of (index, plaintext)."""
        encryptor = Encryptor(self.key, len(plaintexts), self.expected)
        bits = self.key.exponent_bits
        return [
            encryptor.encrypt(
                (plaintext + self.masks.at(index)) % self.key.n,
                stream_integer(self.exponents, index, bits),
            )
            for index, plaintext in plaintexts
        ]


def encrypt_masked(
    plaintexts: Sequence[int],
    masks: Masks,
    *,
    seed: bytes,
    key: EncryptionKey,
    binding: Binding,
    content: bytes,
    executor: Executor = INLINE,
) -> tuple[bytes, ...]:
    """Ciphertexts of ``plaintexts`` plus masks.

    The randomness depends on ``content``, a digest of what is encrypted, too: should one
    seed ever meet two extracts, no two ciphertexts share it.
    """
    exponents = stream_key(seed, "exponent", {**binding.fields, "content": content})
    encryption = Encryption(key, masks, exponents, len(plaintexts))
    return spread(executor, encryption, list(enumerate(plaintexts)), ENCRYPTIONS)
