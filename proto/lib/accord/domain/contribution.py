"""The messages of a tally that carry ciphertexts, and the guard's decision.

All are signed by the sender's record key before they leave.
"""

from dataclasses import dataclass

from accord.domain import codec


@dataclass(frozen=True, slots=True)
class Counts:
    """First round, owner to guard: packed counts under the guard's key.

    Attributes:
        question: Digest of the signed question.
        ciphertexts: Each 768 bytes, big-endian, in packing order.
    """

    version: int
    run_id: bytes
    owner: str
    question: bytes
    ciphertexts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The guard's word on which cells may be released.

    Attributes:
        counts: Owner to the digest of its `Counts` ciphertexts (`digest_of`).
        data_versions: Owner to the data version its extract came from.
        allowed: One byte per cell in plan order: 1 released, 0 withheld.
        minimum: The minimum applied.
    """

    version: int
    run_id: bytes
    guard: str
    question: bytes
    counts: dict[str, bytes]
    data_versions: dict[str, bytes]
    minimum: int
    allowed: bytes

    def digest(self) -> bytes:
        """Identity of the decision; masks and contributions bind it."""
        return codec.digest("decision", self)


@dataclass(frozen=True, slots=True)
class GuardStatement:
    """What the guard signs and records: its decision and a commitment to its mask.

    Attributes:
        mask: Digest of the guard's own mask ciphertexts of the second round.
    """

    version: int
    decision: Decision
    mask: bytes


@dataclass(frozen=True, slots=True)
class Values:
    """Second round, owner (or guard, mask only) to requester: under the requester's key."""

    version: int
    run_id: bytes
    sender: str
    question: bytes
    decision: bytes
    ciphertexts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """Plaintext and randomness of one product: C = (1 + m N) r^N mod N^2.

    Attributes:
        m: Big-endian, 384 bytes.
        r: Big-endian, 384 bytes.
    """

    m: bytes
    r: bytes


def digest_of(ciphertexts: tuple[bytes, ...]) -> bytes:
    """Digest under which ciphertexts are committed in records, decisions and releases."""
    return codec.digest("ciphertexts", ciphertexts)
