"""Drafting a question: compile, find roster, guard and grants.  Decides nothing.

What an owner must decide is left to the owner: where no grant was found the draft says
so, and the owner's own node refuses and records it.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

from accord.domain import codec
from accord.domain.catalogue import Table
from accord.domain.errors import RefusalError, RequestError
from accord.domain.grant import DEFAULT_MINIMUM, Grant, check_words
from accord.domain.ids import PROTOCOL_VERSION, RUN_ID_BYTES, Identity
from accord.domain.question import Question, guard_for
from accord.node.handlers.catalogue import Catalogue, TableView, askable
from accord.node.handlers.grants import Grants
from accord.node.handlers.received import check_granted
from accord.node.member import Member
from accord.node.peers import Peers
from accord.node.runs import FoundGrant
from accord.query.compile import compile_question
from accord.query.plan import Plan

_VALID_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A question ready to be signed, and what was found on the way."""

    question: Question
    table: Table
    grants: dict[str, FoundGrant]


@dataclass(frozen=True, slots=True)
class Draft:
    """Handler of AnalystService.Draft."""

    member: Member
    peers: Peers
    catalogue: Catalogue
    grants: Grants

    def __call__(self, caller: Identity, sql: str, purpose: str, *, dry_run: bool) -> Question:
        """Return a question; what cannot be asked at all is refused and recorded."""
        fields = {"sql": sql.encode(), "purpose": purpose.encode()}
        with self.member.refusals_recorded(b"", self.member.name, fields):
            self.member.check_anchoring()
            run_id = self.member.random_bytes(RUN_ID_BYTES)
            return self.draft(caller.person, sql, purpose, run_id, dry_run=dry_run).question

    def draft(
        self, analyst: str, sql: str, purpose: str, run_id: bytes, *, dry_run: bool
    ) -> Drafted:
        """Compile and look around; also how a signed question is compared with its draft."""
        check_words(purpose, "--purpose")
        views = self.catalogue.views()
        tables = askable(views)
        plan = self._compile(sql, tables, views)
        table = tables[plan.table]
        guard = guard_for(self.member.name, table.parts, tuple(self.member.cards.values()))
        found = self._find_grants(table.parts, plan, purpose)
        minimums = [codec.decode(Grant, grant.signed.body).minimum for grant in found.values()]
        now = self.member.clock.now().replace(microsecond=0)
        question = Question(
            version=PROTOCOL_VERSION,
            run_id=run_id,
            requester=self.member.name,
            analyst=analyst,
            sql=sql,
            plan=codec.encode(plan),
            purpose=purpose,
            table_digest=table.digest(),
            owners=table.parts,
            guard=guard,
            grants={o: found[o].signed.digest if o in found else b"" for o in table.parts},
            minimum=max(minimums, default=DEFAULT_MINIMUM),
            asked=now,
            expires=now + _VALID_FOR,
            dry_run=dry_run,
        )
        return Drafted(question, table, found)

    def _compile(self, sql: str, tables: Mapping[str, Table], views: Sequence[TableView]) -> Plan:
        """Compile; a table that is published, and yet cannot be asked, is not merely unknown."""
        try:
            return compile_question(sql, tables)
        except RequestError as error:
            name = str(error.facts.get("table", ""))
            named = [view for view in views if view.table.name == name and name not in tables]
            if not named:
                raise
            if all(view.complete for view in named):
                parts = " / ".join(", ".join(view.table.parts) for view in named)
                raise RefusalError("E-NOD-007", table=name, parts=parts) from None
            for view in named:
                self.catalogue.check_heard(view)
            raise RefusalError("E-NOD-001", table=name) from None

    def _find_grants(
        self, owners: Sequence[str], plan: Plan, purpose: str
    ) -> dict[str, FoundGrant]:
        with ThreadPoolExecutor(len(owners), "grants") as pool:
            found = pool.map(lambda owner: self._find_grant(owner, plan, purpose), owners)
            return {owner: grant for owner, grant in zip(owners, found, strict=True) if grant}

    def _find_grant(self, owner: str, plan: Plan, purpose: str) -> FoundGrant | None:
        if owner == self.member.name:
            own = self.grants.find(owner, plan.table, plan.columns, purpose)
            return FoundGrant(own.signed, own.steward_card) if own else None
        pair = self.peers.find_grant(owner, plan.table, plan.columns, purpose)
        return check_granted(FoundGrant(*pair), owner, self.member) if pair else None


def check_draft(question: Question, drafted: Drafted) -> None:
    """A signed question must be what this node itself would draft.

    Raises:
        RefusalError: E-NOD-006; times may differ, nothing else may.
    """
    fresh = drafted.question
    if replace(question, asked=fresh.asked, expires=fresh.expires) != fresh:
        raise RefusalError("E-NOD-006")
