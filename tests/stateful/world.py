"""Five members, a question, and what its answer must be."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from accord.domain import codec
from accord.domain.answer import Answer, CellMoments
from accord.domain.bundle import Bundle
from accord.domain.catalogue import Column, ColumnType, Offer, Table
from accord.domain.ids import MemberRole, PersonRole
from accord.domain.question import Question
from accord.domain.run import GRANT, OFFER, OUTCOME, QUESTION, Outcome, sealing_context
from accord.domain.signed import Signed
from accord.ledger.store.database import Database
from accord.node.store import repository
from accord.node.store.repository import StoredOffer
from accord.privacy.sealing import open_sealed
from accord.query.compile import compile_question
from accord.query.finish import finish
from tests.fakes.permits import permit_for_tests
from tests.stateful.network import Network, Wire
from tests.stateful.node import Killed, Node
from tests.suites.memory_source import MemorySource
from tests.unit.node.handlers.members import (
    ANA,
    KEYS,
    ORDER,
    OWNERS,
    STATS,
    Person,
    card_of,
    grant,
    member,
)
from tests.unit.privacy.parties import key

PURPOSE: Final = "pension review"
SQL: Final = "SELECT region, COUNT(*), SUM(wages) FROM pay GROUP BY region"
TABLE: Final = Table(
    version=1,
    name="pay",
    key="person",
    parts=OWNERS,
    max_rows=64,
    columns=(
        Column("person", ColumnType.TEXT, 0, None, None, False, (), "", "", ""),
        Column("region", ColumnType.TEXT, 0, None, None, False, ("hill", "vale"), "", "", ""),
        Column("wages", ColumnType.INTEGER, 0, 0, 1000, False, (), "EUR", "", ""),
    ),
    title_en="",
    title_zh="",
)
INSECURE_KEYS: Final = {name: replace(KEYS[name], decryption=key(name)) for name in ORDER}
CARDS: Final = {
    name: replace(
        card_of(name, INSECURE_KEYS[name]),
        roles=(MemberRole.OWNER,) if name in OWNERS else (MemberRole.GUARD,),
        paillier_n=INSECURE_KEYS[name].decryption.n.to_bytes(384),
    )
    for name in ORDER
}


def rows_of(owner: str) -> list[dict[str, str | None]]:
    """Six people a region; nobody at the edges alone."""
    start = OWNERS.index(owner) * 100
    return [
        {"person": f"{owner}{i}", "region": ("hill", "vale")[i % 2], "wages": str(start + 10 * i)}
        for i in range(12)
    ]


class World:
    """The consortium of one example."""

    def __init__(self, folder: Path) -> None:
        self.network = Network()
        for name in ORDER:
            database = Database(f"sqlite:///{folder / name}.db")
            database.create_tables()
            own = replace(member(name, INSECURE_KEYS[name], CARDS), database=database)
            self.network.nodes[name] = Node(own, lambda node: Wire(self.network, node))
        for owner in OWNERS:
            self._publish(owner)

    def node(self, name: str) -> Node:
        """A member's."""
        return self.network.nodes[name]

    def close(self) -> None:
        """Let go of all files."""
        for node in self.network.nodes.values():
            node.close()

    @property
    def requester(self) -> Node:
        """Whose analyst asks."""
        return self.node(STATS)

    def draft(self) -> tuple[Question, Signed]:
        """A new question, signed."""
        run_id = self.requester.member.random_bytes(16)
        drafted = self.requester.person.draft.draft("ana", SQL, PURPOSE, run_id, dry_run=False)
        question = drafted.question
        return question, ANA.signer.sign(QUESTION, codec.encode(question))

    def ask(self, signed: Signed, run_id: bytes) -> Bundle | None:
        """Ask it; None if the requester's node did not live to tell the outcome."""
        return self._heard(self.requester.person.ask(ANA.identity, signed, ANA.card), run_id)

    def resume(self, run_id: bytes) -> Bundle | None:
        """Go on with it; None as in `ask`."""
        return self._heard(self.requester.person.resume("ana", run_id), run_id)

    def expected(self) -> Answer:
        """What DuckDB would say over all rows; every cell is large enough."""
        plan = compile_question(SQL, {"pay": TABLE})
        pooled = MemorySource([row for owner in OWNERS for row in rows_of(owner)])
        extract = pooled.measure(plan, permit_for_tests(), table=TABLE, expected=pooled.digest())
        cells = [CellMoments(cell, sums) for cell, sums in enumerate(extract.moments)]
        return finish(plan, cells)

    def _heard(self, messages: Iterable[object], run_id: bytes) -> Bundle | None:
        try:
            sealed = [message for message in messages if isinstance(message, bytes)]
        except Killed:
            sealed = []
        if not sealed:
            self.requester.restart()
            return None
        context = sealing_context(OUTCOME, run_id)
        outcome = codec.decode(Outcome, open_sealed(ANA.sealing, sealed[-1], context))
        return codec.decode(Signed, outcome.bundle).unsafe_open(Bundle)

    def _publish(self, owner: str) -> None:
        node = self.node(owner)
        node.source = MemorySource(rows_of(owner))
        offer = Offer(1, owner, TABLE, 1, codec.digest("rows", owner))
        stored = StoredOffer(
            node.member.sign(OFFER, offer),
            offer,
            "",
            "",
            node.source.digest(),
            len(node.source.rows),
        )
        steward = Person(owner, PersonRole.STEWARD, "sam")
        given = grant(
            owner=owner, table="pay", columns=("region", "wages"), purpose=PURPOSE, max_runs=50
        )
        signed = steward.signer.sign(GRANT, codec.encode(given))
        with node.member.database.write() as session:
            repository.save_offer(session, stored)
            repository.save_grant(session, signed, steward.card)
