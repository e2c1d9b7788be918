"""A table nobody can bear: published by an owner, or sent along with a question."""

from dataclasses import replace
from typing import Any

import pytest

from accord.domain import codec
from accord.domain.catalogue import Offer, Table
from accord.domain.errors import RequestError
from accord.domain.ids import MemberRole
from accord.domain.run import OFFER
from accord.domain.signed import Signed
from accord.ledger.signatures import Ed25519Signer
from accord.node.handlers.catalogue import Catalogue, askable
from tests.consortium.by_hand import ByHand
from tests.consortium.lab import BUREAU
from tests.consortium.tables import spread
from tests.consortium.world import Consortium
from tests.unit.node.handlers.members import CARDS, KEYS, OWNERS, STATS, member
from tests.unit.query.tables import INCOME

SCALED = replace(INCOME.columns[2], scale=3_000_000, domain=("1",), minimum=None, maximum=None)
HEAVY = replace(INCOME, name="heavy", columns=(INCOME.columns[0], SCALED))
PAINTED = replace(INCOME, name="painted", title_en="\x1b[2J")


class Publishers:
    """Every owner publishes the same tables."""

    def __init__(self, tables: tuple[Table, ...]) -> None:
        self.tables = tables

    def list_offers(self, name: str) -> tuple[Signed, ...]:
        if name not in OWNERS:
            return ()
        signer = Ed25519Signer(name, KEYS[name].record)
        offers = (Offer(1, name, table, 1, bytes(32)) for table in self.tables)
        return tuple(signer.sign(OFFER, codec.encode(offer)) for offer in offers)


def test_a_malformed_table_is_not_in_the_catalogue_and_hides_no_other() -> None:
    owners = {name: replace(CARDS[name], roles=(MemberRole.OWNER,)) for name in OWNERS}
    peers: Any = Publishers((HEAVY, INCOME, PAINTED))

    views = Catalogue(member(STATS, cards={**CARDS, **owners}), peers).views()

    assert [view.table.name for view in views] == ["income"]
    assert list(askable(views)) == ["income"]


def test_a_guard_refuses_a_malformed_table_before_it_computes_with_it(
    consortium: Consortium,
) -> None:
    """The requester makes the table up; the guard has none of its own to compare with."""
    consortium.add(spread("seed"))
    hand = ByHand(consortium)
    question = hand.draft("SELECT COUNT(*) FROM seed")
    made_up = replace(HEAVY, parts=question.owners)
    sql = "SELECT COUNT(*) FROM heavy GROUP BY age"
    asked = hand.asked(replace(question, sql=sql, table_digest=made_up.digest()))

    with pytest.raises(RequestError) as caught:
        hand.decide(replace(asked, table=made_up), (), BUREAU)

    assert caught.value.code == "E-CAT-001"
    assert dict(caught.value.facts) == {"table": "heavy", "thing": "age.scale"}
