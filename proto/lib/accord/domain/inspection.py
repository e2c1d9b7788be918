"""Inspections: the owner's consent, the inspector's request, and what the owner hands over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from accord.domain.bundle import RecordEvidence
from accord.domain.ids import PersonRole
from accord.domain.signed import Signed

CONSENT: Final = "consent"  # Signed.kind, like INSPECTION
INSPECTION: Final = "inspection"
REPLAY: Final = "replay"  # never signed: sealed to the inspector
INSPECTION_VERSION: Final = 1

CONSENTING_ROLES: Final = (PersonRole.STEWARD, PersonRole.OFFICER)
INSPECTING_ROLES: Final = (PersonRole.OFFICER, PersonRole.REGULATOR)

# Owners of a run that an inspector knows nothing of keep each other's masks; one alone is
# what is left of the sum.
MIN_UNINSPECTED: Final = 2


@dataclass(frozen=True, slots=True)
class Consent:
    """Signed by a steward or security officer of the owner.

    Attributes:
        run_id: 16 bytes; a consent is for one run.
        to: Member with the role auditor, whose inspectors may be given the replay.
    """

    version: int
    run_id: bytes
    owner: str
    to: str
    issued: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Inspection:
    """An inspector's request, for one owner's part of one run."""

    version: int
    run_id: bytes
    owner: str
    asked: datetime


@dataclass(frozen=True, slots=True)
class Replay:
    """All from which one owner's messages of one run follow, bit for bit.

    Attributes:
        question: As the analyst signed it.
        statement: The guard's signed decision; None if the owner never acted on one.
        extract: Canonical CBOR of `accord.query.plan.Extract`.
        seed: 32 bytes.
        pair_keys: Member to K_ij of this run; never the pair secret s_ij.
        access: Final; discloses `INSPECTED_ACCESS`.
        contributed: Final; None where there is no statement.
    """

    version: int
    run_id: bytes
    owner: str
    question: Signed
    statement: Signed | None
    extract: bytes
    seed: bytes
    pair_keys: dict[str, bytes]
    data_version: bytes
    single_source: bool
    access: RecordEvidence
    contributed: RecordEvidence | None


INSPECTED_ACCESS: Final = ("question", "data_version", "extract", "seed", "pair_keys", "counts")
INSPECTED_CONTRIBUTED: Final = ("question", "decision", "values")
