"""What a member keeps of its part in a run; the bodies of `RunRow`.

Seeds and extracts are kept for a later inspection; they leave to an inspector with consent alone.
"""

from dataclasses import dataclass

from accord.domain.catalogue import Table
from accord.domain.run import Asked
from accord.domain.signed import Signed
from accord.query.plan import Extract

OWNER = "owner"
GUARD = "guard"
REQUESTER = "requester"
ACCEPTED = "accepted"  # state of an owner's part before it has committed to anything


@dataclass(frozen=True, slots=True)
class OwnerAccepted:
    """An owner's part between its accept and its access record.

    Attributes:
        grant: Digest of the grant it was accepted under.
        data_version: What it was accepted for; other rows would be another question.
    """

    asked: Asked
    grant: bytes
    data_version: bytes


@dataclass(frozen=True, slots=True)
class OwnerRun:
    """An owner's part.

    Attributes:
        seed: 32 bytes from which all randomness of this part is derived.
        counts: Signed `Counts` as committed (canonical CBOR).
        statement: The guard's signed statement once it has been acted on, else empty.
        values: Signed `Values` once made, else empty.
        contributed: Leaf index of the contributed record, -1 before.
    """

    asked: Asked
    extract: Extract
    seed: bytes
    data_version: bytes
    single_source: bool
    accept: int
    access: int
    counts: bytes
    statement: bytes
    values: bytes
    contributed: int


@dataclass(frozen=True, slots=True)
class GuardRun:
    """The guard's part.

    Attributes:
        contributions: Digest over the owners' access records, which commit to their counts;
            others would be another decision.
    """

    asked: Asked
    seed: bytes
    contributions: bytes
    statement: bytes
    record: int


@dataclass(frozen=True, slots=True)
class FoundGrant:
    """A grant an owner names, with the card of the steward who signed it."""

    signed: Signed
    steward_card: Signed


@dataclass(frozen=True, slots=True)
class Begun:
    """What a run is carried out from, and goes on from after an interruption.

    Attributes:
        question: As the analyst signed it.
        grants: By owner; evidence for the bundle.
    """

    question: Signed
    person_card: Signed
    table: Table
    grants: dict[str, FoundGrant]


@dataclass(frozen=True, slots=True)
class RequesterRun:
    """The requester's part, as `accord runs` shows it.

    Attributes:
        asked: RFC 3339, UTC, like ``expires``.
        begun: Canonical CBOR of `Begun`.
        sealed_outcome: `Outcome` sealed to the analyst; empty until finished.
    """

    analyst: str
    sql: str
    purpose: str
    asked: str
    expires: str
    begun: bytes
    sealed_outcome: bytes
