"""Access records: what is logged, with every guessable field as a salted commitment.

Clear are only coarse values (kind, members, run, minute).  Each other field is a
commitment under a salt derived from the record's own key, so that destroying that key
erases the record's content and leaves every proof intact.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from accord.domain import codec
from accord.domain.errors import VerificationError


class RecordKind(StrEnum):
    """What happened."""

    APPLY = "apply"
    GRANT = "grant"
    REVOKE = "revoke"
    REFUSE = "refuse"
    ACCEPT = "accept"
    ACCESS = "access"
    CONTRIBUTED = "contributed"
    GUARD = "guard"
    RELEASE = "release"
    ABORT = "abort"
    INTERRUPT = "interrupt"
    CONSENT = "consent"
    INSPECT = "inspect"
    PUBLISH = "publish"
    DRY_RUN = "dry_run"


# What a bundle discloses of each kind; other fields (SQL, purpose, extract, seed, pair
# keys, reasons) stay closed unless their owner opens them.
DISCLOSED: Final[Mapping[RecordKind, tuple[str, ...]]] = {
    RecordKind.APPLY: ("question",),
    RecordKind.ACCEPT: ("question", "grant", "minimum"),
    RecordKind.ACCESS: ("question", "data_version", "counts"),
    RecordKind.GUARD: ("question", "statement"),
    RecordKind.CONTRIBUTED: ("question", "decision", "values"),
    RecordKind.RELEASE: ("question", "decision", "contributions"),
}


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of a member's log, before its signature.

    Attributes:
        member: Whose log.
        index: Leaf index in that log; a gap shows.
        run_id: 16 bytes, or empty where no run is concerned.
        requester: Member that asked, or empty.
        minute: When, rounded down to the minute.
        commitments: Field name to 32-byte salted commitment, see `commit`.
    """

    version: int
    kind: RecordKind
    consortium: str
    member: str
    index: int
    run_id: bytes
    requester: str
    minute: datetime
    commitments: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Opens one committed field: its salt (32 bytes) and value."""

    salt: bytes
    value: bytes


def salt_for(record_key: bytes, field: str) -> bytes:
    """Salt of one field: HMAC-SHA256 of its name under the record's 32-byte key."""
    return hmac.new(record_key, field.encode(), hashlib.sha256).digest()


def commit(salt: bytes, field: str, value: bytes) -> bytes:
    """Commitment to one field: digest of salt, name and value, unambiguously joined."""
    return codec.digest("commit", {"salt": salt, "field": field, "value": value})


def commit_all(record_key: bytes, fields: Mapping[str, bytes]) -> dict[str, bytes]:
    """Commitments to all fields of a record."""
    return {name: commit(salt_for(record_key, name), name, value) for name, value in fields.items()}


def disclose(record_key: bytes, field: str, value: bytes) -> Disclosure:
    """What opens one field and no other."""
    return Disclosure(salt_for(record_key, field), value)


def check_disclosed(record: Record, field: str, disclosure: Disclosure) -> bytes:
    """Return the disclosed value.

    Raises:
        VerificationError: E-REC-001; it does not open the record's commitment.
    """
    expected = record.commitments.get(field, b"")
    if not hmac.compare_digest(expected, commit(disclosure.salt, field, disclosure.value)):
        raise VerificationError("E-REC-001", field=field, member=record.member, index=record.index)
    return disclosure.value
