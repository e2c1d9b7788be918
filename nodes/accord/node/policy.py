"""The one function that decides whether a question may run at an owner.

Dry run and run both call `check_question`; there is no second path.
"""

from collections.abc import Sequence
from datetime import datetime

from accord.domain import codec
from accord.domain.card import MemberCard
from accord.domain.catalogue import Table
from accord.domain.errors import RefusalError
from accord.domain.grant import Grant, canonical_purpose
from accord.domain.question import CLOCK_TOLERANCE, LONGEST_VALIDITY, Question, guard_for
from accord.node.store.repository import StoredGrant
from accord.query.compile import compile_question
from accord.query.plan import Plan


def check_question(
    question: Question,
    table: Table,
    cards: Sequence[MemberCard],
    standing: StoredGrant | None,
    now: datetime,
) -> tuple[Plan, StoredGrant]:
    """Return plan and grant if this owner lets the question run.

    Args:
        question: Already known to be signed by the analyst and the requester's node.
        table: This owner's own published table of the question's name.
        cards: All members of the consortium.
        standing: The grant the question names, None if this owner has none by that digest.
        now: Aware UTC time.

    Raises:
        RefusalError: E-RUN-001 to E-RUN-007, E-RUN-017 or E-GRT-001 to E-GRT-006, the first
            rule that fails.
    """
    check_roster(question, table, cards, now)
    plan = check_plan(question, table)
    return plan, check_grant(question, plan, standing, now)


def check_roster(
    question: Question, table: Table, cards: Sequence[MemberCard], now: datetime
) -> None:
    """Roster and guard follow from catalogue and consortium, never from the requester."""
    if now >= question.expires:
        raise RefusalError("E-RUN-003", expired=codec.format_time(question.expires))
    if (
        abs(now - question.asked) > CLOCK_TOLERANCE
        or question.expires - question.asked > LONGEST_VALIDITY
    ):
        raise RefusalError("E-RUN-017", asked=codec.format_time(question.asked))
    if question.table_digest != table.digest():
        raise RefusalError("E-RUN-004", table=table.name)
    if question.owners != table.parts:
        raise RefusalError("E-RUN-005", table=table.name, owners=", ".join(table.parts))
    guard = guard_for(question.requester, question.owners, cards)
    if question.guard != guard:
        raise RefusalError("E-RUN-006", named=question.guard, guard=guard)


def check_plan(question: Question, table: Table) -> Plan:
    """The plan must be what this member's own compiler makes of the SQL."""
    plan = compile_question(question.sql, {table.name: table})
    if codec.encode(plan) != question.plan:
        raise RefusalError("E-RUN-007", table=table.name)
    return plan


def check_grant(
    question: Question, plan: Plan, standing: StoredGrant | None, now: datetime
) -> StoredGrant:
    """The grant must be this requester's, cover the columns, hold and not be used up."""
    if standing is None:
        raise RefusalError(
            "E-GRT-001", requester=question.requester, table=plan.table, purpose=question.purpose
        )
    grant = standing.grant
    check_scope(grant, question.requester, plan.table, plan.columns, question.purpose)
    check_standing(standing, now)
    if question.minimum < grant.minimum:
        raise RefusalError("E-GRT-006", minimum=grant.minimum)
    return standing


def check_standing(standing: StoredGrant, now: datetime) -> None:
    """The grant must not be revoked, expired or used up.

    A dry run uses nothing up, and says what a run would be told: so it asks the same.

    Raises:
        RefusalError: E-GRT-003, E-GRT-004, E-GRT-005.
    """
    grant = standing.grant
    if standing.revoked:
        raise RefusalError("E-GRT-003", grant=grant.grant_id.hex())
    if now >= grant.until:
        raise RefusalError("E-GRT-004", until=codec.format_time(grant.until))
    if standing.runs_used >= grant.max_runs:
        raise RefusalError("E-GRT-005", max_runs=grant.max_runs)


def check_scope(
    grant: Grant, requester: str, table: str, columns: Sequence[str], purpose: str
) -> None:
    """Requester, table, purpose and columns must be the grant's.

    Raises:
        RefusalError: E-GRT-001 another requester, table or purpose; E-GRT-002 a column
            that the grant does not cover.
    """
    wanted = (requester, table, canonical_purpose(purpose))
    if (grant.to, grant.table, canonical_purpose(grant.purpose)) != wanted:
        raise RefusalError("E-GRT-001", requester=requester, table=table, purpose=purpose)
    missing = sorted(set(columns) - set(grant.columns))
    if missing:
        raise RefusalError("E-GRT-002", columns=", ".join(missing), table=table)
