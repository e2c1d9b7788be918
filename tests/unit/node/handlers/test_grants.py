"""Which of several grants a question is told of."""

from datetime import timedelta
from typing import Any

import pytest

from accord.domain import codec
from accord.domain.errors import RequestError
from accord.domain.ids import PersonRole
from accord.domain.run import GRANT
from accord.node.handlers.grants import Grants
from accord.node.store import repository
from tests.unit.node.handlers.members import NOW, OWNERS, STATS, Person, grant, member

STEWARD = Person(OWNERS[0], PersonRole.STEWARD, "sten")
COLUMNS = ("age", "region")


@pytest.fixture
def grants() -> Grants:
    return Grants(member(OWNERS[0]))


def add(
    grants: Grants, number: int, *, revoked: bool = False, used: int = 0, **changes: Any
) -> bytes:
    """A grant that is kept as if it had been registered; returns its digest."""
    made = grant(grant_id=bytes([number]) * 16, **changes)
    signed = STEWARD.signer.sign(GRANT, codec.encode(made))
    with grants.member.database.write() as session:
        repository.save_grant(session, signed, STEWARD.card)
    with grants.member.database.write() as session:
        if revoked:
            repository.revoke_grant(session, made.grant_id)
        for run in range(used):
            repository.use_grant(session, bytes([number, run]) * 8, signed.digest)
    return signed.digest


def found(grants: Grants, purpose: str = "pension review") -> bytes | None:
    stored = grants.find(STATS, "income", COLUMNS, purpose)
    return stored.signed.digest if stored else None


def test_a_grant_for_another_member_table_or_purpose_is_never_named(grants: Grants) -> None:
    add(grants, 1, to="bureau")
    add(grants, 2, table="outcome")
    add(grants, 3, purpose="marketing")
    assert found(grants) is None


@pytest.mark.parametrize("text", ["pension\x1b[2J", "two\nlines", "\u202eweiver", "a\tb"])
@pytest.mark.parametrize("field", ["purpose", "legal_basis"])
def test_words_that_cannot_be_printed_are_not_registered(
    grants: Grants, field: str, text: str
) -> None:
    signed = STEWARD.signer.sign(GRANT, codec.encode(grant(**{field: text})))

    with pytest.raises(RequestError, match="E-GRT-009"):
        grants.register(STEWARD.identity, signed, STEWARD.card)


def test_a_grant_that_holds_comes_before_one_that_comes_near(grants: Grants) -> None:
    add(grants, 1, revoked=True)
    add(grants, 2, until=NOW - timedelta(days=1))
    add(grants, 3, columns=("age",))
    add(grants, 4, max_runs=2, used=2)
    good = add(grants, 5, until=NOW + timedelta(hours=1))
    assert found(grants) == good


def test_without_one_that_holds_the_nearest_is_named_so_that_its_rule_is_told(
    grants: Grants,
) -> None:
    """A grant that lacks a column can be widened; one that is over cannot."""
    add(grants, 1, revoked=True)
    narrow = add(grants, 2, columns=("age",))
    assert found(grants) == narrow


def test_of_several_that_hold_the_one_that_holds_longest_is_named(grants: Grants) -> None:
    add(grants, 1, until=NOW + timedelta(days=2))
    longest = add(grants, 2, until=NOW + timedelta(days=9))
    add(grants, 3, until=NOW + timedelta(days=5))
    assert found(grants) == longest
    assert found(grants, " Pension REVIEW") == longest
