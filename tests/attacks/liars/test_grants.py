"""Owners that answer a requester with a grant that is none."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from accord.client.profile import load_profile
from accord.domain import codec
from accord.domain.run import GRANT
from accord.node.handlers.grants import Grants
from accord.node.member import Member
from accord.node.store.repository import StoredGrant
from tests.attacks.liars.lies import answers
from tests.consortium.lab import STATS
from tests.consortium.tables import spread
from tests.consortium.world import Consortium

SQL = "SELECT COUNT(*), SUM(age) FROM allowed"


@pytest.fixture(scope="module", autouse=True)
def table(consortium: Consortium) -> None:
    consortium.add(spread("allowed"))


def signed_by(person: str, **changes: object) -> Callable[[Consortium, StoredGrant], StoredGrant]:
    """Another grant than the one that stands, by a person of beta's."""

    def lie(consortium: Consortium, honest: StoredGrant) -> StoredGrant:
        profile = load_profile(consortium.lab.profile(f"beta/{person}"))
        body = codec.encode(replace(honest.grant, **changes))
        return replace(honest, signed=profile.signer.sign(GRANT, body), steward_card=profile.card)

    return lie


def unsigned(_: Consortium, honest: StoredGrant) -> StoredGrant:
    body = codec.encode(replace(honest.grant, minimum=1))
    return replace(honest, signed=replace(honest.signed, body=body))


GRANTS = {
    "of another owner": ("E-RUN-012", signed_by("steward", owner="gamma")),
    "to another member": ("E-RUN-012", signed_by("steward", to="gamma")),
    "by an analyst": ("E-RUN-012", signed_by("ana")),
    "that commands the screen": ("E-RUN-012", signed_by("steward", legal_basis="x\x1b[2J")),
    "of another version": ("E-RUN-012", signed_by("steward", version=2)),
    "that nobody signed": ("E-SIG-001", unsigned),
}


@pytest.mark.parametrize("name", GRANTS)
def test_a_grant_that_is_none(consortium: Consortium, name: str) -> None:
    code, lie = GRANTS[name]

    def found(honest: StoredGrant | None, member: Member, _: int) -> StoredGrant | None:
        return lie(consortium, honest) if honest and member.name == "beta" else honest

    with answers(Grants, "find", found), consortium.refused(code, by=STATS):
        consortium.ask(SQL)
