"""Masks that cancel only in the full sum of a ring.

Each pair of the ring shares a key K_ij of this run.  Per ciphertext both derive the same
number from it; the earlier of the two adds it, the later subtracts it.  One plaintext,
and the sum of any part of the ring that lacks two honest members, stays uniform modulo N.
Bonawitz et al., CCS 2017, section 4, without recovery from dropouts: a run that loses a
member starts again, under a new run id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from accord.domain.errors import FaultError
from accord.privacy.parameters import STATISTICAL_BITS
from accord.privacy.prf import derive_integer


class Round(StrEnum):
    """The two rounds of a tally."""

    COUNTS = "counts"
    VALUES = "values"


@dataclass(frozen=True, slots=True)
class Binding:
    """What a mask, and the randomness of a ciphertext, is good for.

    Attributes:
        question: Digest of the signed question.
        decision: Digest of the guard's decision; empty in the first round.
        recipient: Digest of the key it is encrypted under.
    """

    version: int
    run_id: bytes
    question: bytes
    round: Round
    decision: bytes
    recipient: bytes

    def fields(self, index: int) -> dict[str, bytes | str | int]:
        """All of it and the place of the ciphertext: two ciphertexts never share a mask."""
        return {
            "version": self.version,
            "run_id": self.run_id,
            "question": self.question,
            "round": str(self.round),
            "decision": self.decision,
            "recipient": self.recipient,
            "index": index,
        }


def mask(
    own: str,
    ring: Sequence[str],
    keys: Mapping[str, bytes],
    binding: Binding,
    *,
    n: int,
    index: int,
) -> int:
    """The mask of member ``own`` for one ciphertext, modulo ``n``.

    Raises:
        FaultError: E-CRY-017; the key shared with a member of the ring is missing.
    """
    place, fields = ring.index(own), binding.fields(index)
    bits = n.bit_length() + STATISTICAL_BITS
    total = 0
    for other, member in enumerate(ring):
        if other == place:
            continue
        if member not in keys:
            raise FaultError("E-CRY-017", detail=f"no key shared with {member}")
        term = derive_integer(keys[member], "mask", fields, bits)
        total += term if place < other else -term
    return total % n
