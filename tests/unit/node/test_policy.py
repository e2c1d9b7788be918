"""The one function that says whether a question may run, rule by rule."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from accord.domain import codec
from accord.domain.errors import RefusalError
from accord.domain.grant import canonical_purpose
from accord.domain.question import guard_for
from accord.node.policy import check_question
from accord.node.store.repository import StoredGrant
from accord.query.compile import compile_question
from tests.unit.node.handlers.members import (
    BUREAU,
    CARDS,
    NOW,
    OWNERS,
    RUN,
    STATS,
    grant,
    question,
    stored,
)
from tests.unit.query.tables import INCOME, TABLES

OTHER_SQL = "SELECT SUM(age) FROM income"
ALL = tuple(CARDS.values())


def check(standing: StoredGrant | None, **changes: Any) -> object:
    return check_question(question(**changes), INCOME, ALL, standing, NOW)


def test_a_question_that_its_grant_covers_may_run() -> None:
    standing = stored(grant())
    plan, used = check_question(question(), INCOME, ALL, standing, NOW)
    assert plan == compile_question(question().sql, TABLES)
    assert used is standing


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expires": NOW}, "E-RUN-003"),
        ({"asked": NOW - timedelta(minutes=6)}, "E-RUN-017"),
        ({"asked": NOW + timedelta(minutes=6)}, "E-RUN-017"),
        ({"expires": NOW + timedelta(minutes=61)}, "E-RUN-017"),
        ({"table_digest": replace(INCOME, max_rows=2).digest()}, "E-RUN-004"),
        ({"owners": OWNERS[:2]}, "E-RUN-005"),
        ({"owners": OWNERS[::-1]}, "E-RUN-005"),
        ({"guard": OWNERS[-1]}, "E-RUN-006"),
        ({"guard": STATS}, "E-RUN-006"),
        ({"requester": BUREAU}, "E-RUN-001"),
        (
            {"plan": codec.encode(compile_question("SELECT SUM(age) FROM income", TABLES))},
            "E-RUN-007",
        ),
        ({"sql": "SELECT SUM(age) FROM income"}, "E-RUN-007"),
        ({"minimum": 9}, "E-GRT-006"),
        ({"purpose": "pension"}, "E-GRT-001"),
        ({"requester": OWNERS[0]}, "E-GRT-001"),
    ],
)
def test_what_does_not_follow_from_catalogue_and_grant_is_refused(
    changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(RefusalError, match=code):
        check(stored(grant()), **changes)


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (None, "E-GRT-001"),
        (stored(grant(to=BUREAU)), "E-GRT-001"),
        (stored(grant(table="income_2")), "E-GRT-001"),
        (stored(grant(columns=("age", "region"))), "E-GRT-002"),
        (stored(grant(columns=("age", "wages"))), "E-GRT-002"),
        (stored(grant(columns=("region", "wages"))), "E-GRT-002"),
        (stored(grant(), revoked=True), "E-GRT-003"),
        (stored(grant(until=NOW)), "E-GRT-004"),
        (stored(grant(), runs_used=5), "E-GRT-005"),
        (stored(grant(minimum=11)), "E-GRT-006"),
    ],
)
def test_a_grant_that_does_not_cover_the_question_is_refused(
    standing: StoredGrant | None, code: str
) -> None:
    with pytest.raises(RefusalError, match=code):
        check(standing)


def test_a_grant_holds_to_its_last_run_and_its_last_second() -> None:
    check(stored(grant(until=NOW + timedelta(seconds=1)), runs_used=4))


def test_every_rule_holds_for_a_dry_run_too() -> None:
    """It says what a run would be told."""
    check(stored(grant(), runs_used=4), dry_run=True)
    with pytest.raises(RefusalError, match="E-GRT-005"):
        check(stored(grant(), runs_used=5), dry_run=True)
    with pytest.raises(RefusalError, match="E-GRT-003"):
        check(stored(grant(), revoked=True), dry_run=True)
    with pytest.raises(RefusalError, match="E-RUN-006"):
        check(stored(grant()), dry_run=True, guard=STATS)


def test_the_missing_columns_are_named_and_only_they() -> None:
    with pytest.raises(RefusalError) as caught:
        check(stored(grant(columns=("wages",))))
    assert caught.value.facts == {"columns": "age, region", "table": "income"}


@pytest.mark.parametrize("purpose", ["PENSION REVIEW", "  pension review\n", "ｐension Review"])
def test_purposes_are_equal_after_normal_form_trim_and_case(purpose: str) -> None:
    assert canonical_purpose(purpose) == "pension review"
    check(stored(grant()), purpose=purpose)


def test_the_guard_is_the_first_eligible_member_in_consortium_order() -> None:
    """Whatever order the cards come in."""
    assert guard_for(STATS, OWNERS, ALL[::-1]) == BUREAU
    assert (
        guard_for(STATS, OWNERS[:2], [card for card in ALL if card.member != BUREAU]) == OWNERS[2]
    )
    with pytest.raises(RefusalError, match="E-RUN-001"):
        guard_for(BUREAU, OWNERS, ALL)


def test_two_owners_besides_the_requester_are_needed() -> None:
    assert guard_for(OWNERS[0], OWNERS, ALL) == BUREAU
    with pytest.raises(RefusalError, match="E-RUN-002"):
        guard_for(OWNERS[0], OWNERS[:2], ALL)


def test_the_run_id_is_no_matter_of_policy() -> None:
    check(stored(grant()), run_id=RUN[::-1])
