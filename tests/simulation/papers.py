"""What people sign before a run: grants and the question."""

from collections.abc import Mapping
from datetime import timedelta

from accord.domain import codec
from accord.domain.catalogue import Table
from accord.domain.grant import Grant
from accord.domain.question import Question
from accord.domain.signed import Signed
from accord.query.plan import Plan
from tests.simulation.consortium import GUARD, NOW, OWNERS, Consortium

PURPOSE = "pension review 2026"
MINIMUMS = {"north": 10, "south": 12, "west": 10}


def honest_grant(world: Consortium, owner: str, to: str) -> Grant:
    """What a steward grants; the purpose is written a little differently on purpose."""
    return Grant(
        version=1,
        grant_id=world.random.randbytes(16),
        owner=owner,
        to=to,
        table="payroll",
        columns=("age", "pay", "region"),
        purpose=f" {PURPOSE.title()}",
        legal_basis="act 7, section 3",
        issued=NOW - timedelta(days=20),
        until=NOW + timedelta(days=200),
        minimum=MINIMUMS[owner],
        max_runs=50,
        single_source=False,
    )


def honest_question(
    world: Consortium,
    requester: str,
    analyst: str,
    sql: str,
    plan: Plan,
    table: Table,
    grants: Mapping[str, Signed],
) -> Question:
    """What an analyst asks."""
    return Question(
        version=1,
        run_id=world.random.randbytes(16),
        requester=requester,
        analyst=analyst,
        sql=sql,
        plan=codec.encode(plan),
        purpose=PURPOSE,
        table_digest=table.digest(),
        owners=OWNERS,
        guard=GUARD,
        grants={owner: grant.digest for owner, grant in grants.items()},
        minimum=max(grant.unsafe_open(Grant).minimum for grant in grants.values()),
        asked=NOW,
        expires=NOW + timedelta(minutes=30),
        dry_run=False,
    )
