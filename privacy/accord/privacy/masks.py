"""Masks that cancel only in the full sum of a ring.

Each pair of the ring shares a key K_ij of this run.  Both derive from it the key of one
stream per round, and from that one number per ciphertext; the earlier of the two adds it,
the later subtracts it.  One plaintext,
and the sum of any part of the ring that lacks two honest members, stays uniform modulo N.
Bonawitz et al., CCS 2017, section 4, without recovery from dropouts: a run that loses a
member starts again, under a new run id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from accord.domain.errors import FaultError
from accord.privacy.parameters import STATISTICAL_BITS
from accord.privacy.prf import Fields, stream_integer, stream_key


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

    @property
    def fields(self) -> Fields:
        """All of it: the streams of two rounds never meet."""
        return {
            "version": self.version,
            "run_id": self.run_id,
            "question": self.question,
            "round": str(self.round),
            "decision": self.decision,
            "recipient": self.recipient,
        }


@dataclass(frozen=True, slots=True)
class Masks:
    """One member's masks of one round: keys of streams, good for nothing else.

    Attributes:
        n: Modulus of the recipient.
        added: Stream keys shared with later members of the ring.
        subtracted: Stream keys shared with earlier ones.
    """

    n: int
    added: tuple[bytes, ...] = field(repr=False)
    subtracted: tuple[bytes, ...] = field(repr=False)

    def at(self, index: int) -> int:
        """The mask of the ciphertext at ``index``, modulo ``n``."""
        bits = self.n.bit_length() + STATISTICAL_BITS
        added = sum(stream_integer(key, index, bits) for key in self.added)
        return (added - sum(stream_integer(key, index, bits) for key in self.subtracted)) % self.n


def masks_of(
    own: str, ring: Sequence[str], keys: Mapping[str, bytes], binding: Binding, n: int
) -> Masks:
    """The masks of member ``own`` modulo ``n``; ``keys`` maps the others to K_ij.

    Raises:
        FaultError: E-CRY-017; the key shared with a member of the ring is missing.
    """
    place = ring.index(own)
    if missing := [member for member in ring if member != own and member not in keys]:
        raise FaultError("E-CRY-017", detail=f"no key shared with {missing[0]}")
    later = [stream_key(keys[member], "mask", binding.fields) for member in ring[place + 1 :]]
    earlier = [stream_key(keys[member], "mask", binding.fields) for member in ring[:place]]
    return Masks(n, tuple(later), tuple(earlier))
