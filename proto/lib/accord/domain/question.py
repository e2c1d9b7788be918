"""The signed question: everything a run is bound to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accord.domain.card import MemberCard
from accord.domain.errors import RefusalError
from accord.domain.ids import MemberRole

MIN_INDEPENDENT_OWNERS: Final = 2  # besides requester and guard: of fewer, a sum shows one
LONGEST_VALIDITY: Final = timedelta(hours=1)  # from asking to expiry
# Members' clocks may differ by so much; records name the minute, not the second.
CLOCK_TOLERANCE: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Question:
    """Signed by the analyst, countersigned by the requester's node.

    Attributes:
        run_id: 16 random bytes; a replayed one is refused.
        sql: As typed by the analyst.
        plan: Canonical CBOR of `accord.query.plan.Plan`; what is computed.
        table_digest: Identity of the table the plan reads.
        owners: The table's parts in consortium order.
        guard: Recomputed by every owner with `guard_for`.
        grants: Owner to the digest of the grant it is to run under; empty bytes where
            the requester found none (the owner then refuses and records it).
        minimum: Largest minimum over those grants.
        dry_run: Nothing is computed; every owner says what it would do.
    """

    version: int
    run_id: bytes
    requester: str
    analyst: str
    sql: str
    plan: bytes
    purpose: str
    table_digest: bytes
    owners: tuple[str, ...]
    guard: str
    grants: dict[str, bytes]
    minimum: int
    asked: datetime
    expires: datetime
    dry_run: bool


def guard_for(requester: str, owners: Sequence[str], cards: Sequence[MemberCard]) -> str:
    """The guard of a question: the first eligible member in consortium order.

    Raises:
        RefusalError: E-RUN-001 no eligible guard; E-RUN-002 too few independent owners.
    """
    eligible = [
        card.member
        for card in sorted(cards, key=lambda card: card.position)
        if MemberRole.GUARD in card.roles and card.member not in (requester, *owners)
    ]
    if not eligible:
        raise RefusalError("E-RUN-001", requester=requester)
    if len(independent_owners(requester, owners)) < MIN_INDEPENDENT_OWNERS:
        raise RefusalError("E-RUN-002", owners=", ".join(owners))
    return eligible[0]


def independent_owners(requester: str, owners: Sequence[str]) -> tuple[str, ...]:
    """Owners whose rows count towards a minimum: all but the requester."""
    return tuple(owner for owner in owners if owner != requester)
