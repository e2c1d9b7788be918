"""What travels between nodes in one run, and what the analyst gets in the end.

Protobuf carries these as canonical CBOR; see proto/accord/wire/v1/run.proto.
"""

from dataclasses import dataclass
from enum import StrEnum

from accord.domain.bundle import RecordEvidence
from accord.domain.catalogue import Table
from accord.domain.signed import Signed

QUESTION = "question"  # Signed.kind of the analyst's signature
APPLY = "apply"  # of the requester's countersignature
COUNTS = "counts"
STATEMENT = "statement"
VALUES = "values"
PAIR_KEY = "pair_key"
OFFER = "offer"
GRANT = "grant"
REVOKE = "revoke"
MEMBER_CARD = "member_card"
PERSON_CARD = "person_card"
BUNDLE = "bundle"
CANCELLATION = "cancellation"
OUTCOME = "outcome"  # never signed: sealed to the analyst


def sealing_context(what: str, run_id: bytes) -> bytes:
    """What a message of a run is sealed for: it opens as nothing else and in no other run."""
    return what.encode() + b"/" + run_id


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as every owner and the guard receive it, sealed.

    Attributes:
        question: The analyst's signature over the `Question`.
        countersignature: The requester's node over the same body.
        person_card: The analyst's card, signed by the requester's record key.
        table: The table the question names by digest; the guard has no copy of its own.
        application: The requester's own record that it asks, not necessarily final yet: who
            is asked holds it, so it cannot be left out of the requester's log unnoticed.
    """

    question: Signed
    countersignature: Signed
    person_card: Signed
    table: Table
    application: RecordEvidence


@dataclass(frozen=True, slots=True)
class PairKeyOffer:
    """What the earlier member of a pair encapsulated to the later one."""

    version: int
    sender: str
    receiver: str
    kem_ciphertext: bytes


@dataclass(frozen=True, slots=True)
class OwnerEvidence:
    """One owner's answer to Contribute: its records and its counts, sealed to the guard.

    Attributes:
        accept: The record that made the access permit.
        access: The final record with the commitments; discloses question, counts and
            data_version.
        sealed_counts: Signed `Counts`, sealed to the guard.
    """

    owner: str
    accept: RecordEvidence
    access: RecordEvidence
    sealed_counts: bytes


@dataclass(frozen=True, slots=True)
class GuardEvidence:
    """The guard's answer to Decide."""

    statement: Signed
    record: RecordEvidence


@dataclass(frozen=True, slots=True)
class ValuesEvidence:
    """An owner's answer to SendValues."""

    values: Signed
    record: RecordEvidence


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The requester's word that a run of its own is over, for owners and guard.

    Attributes:
        run_id: 16 bytes.
        question: Digest of the signed question.
    """

    version: int
    run_id: bytes
    question: bytes


class RunState(StrEnum):
    """How a run stands at the requester."""

    RUNNING = "running"
    FINISHED = "finished"
    REFUSED = "refused"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"
    DRY_RUN = "dry_run"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the analyst gets, sealed to the analyst's key.

    Attributes:
        bundle: Bytes of the evidence bundle.
        released_in_block: Ledger block that holds the anchor of the release record.
    """

    run_id: bytes
    bundle: bytes
    released_in_block: int
