"""Grants of this member: registering, finding, listing, revoking."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accord.domain import codec
from accord.domain.catalogue import Table
from accord.domain.errors import RefusalError, RequestError
from accord.domain.grant import GRANT_ID_BYTES, GRANT_VERSION, Grant, check_words
from accord.domain.ids import Identity
from accord.domain.record import RecordKind
from accord.domain.run import GRANT, REVOKE
from accord.domain.signed import Signed
from accord.node.handlers.people import check_person
from accord.node.member import Member
from accord.node.policy import check_scope, check_standing
from accord.node.store import repository
from accord.node.store.repository import StoredGrant


@dataclass(frozen=True, slots=True)
class Grants:
    """Handlers of StewardService, and of RunService.FindGrant."""

    member: Member

    def register(self, caller: Identity, signed: Signed, person_card: Signed) -> str:
        """Keep a grant that the calling steward has signed; returns its record.

        Raises:
            RequestError: E-GRT-007, E-GRT-009; it is not one that this owner could serve.
        """
        check_person(self.member, caller, person_card, signed, GRANT)
        grant = codec.decode(Grant, signed.body)
        with self.member.database.write() as session:
            stored = repository.find_offer(session, grant.table)
            self._check(grant, stored.offer.table if stored else None)
            if repository.find_grant(session, signed.digest):
                raise RequestError("E-GRT-007", thing="it is registered already")
            repository.save_grant(session, signed, person_card)
            record = self.member.record(session, RecordKind.GRANT, {"grant": signed.digest})
        return self.member.place(record.leaf_index)

    def revoke(self, caller: Identity, signed: Signed, person_card: Signed) -> str:
        """End a grant for good; returns the record.

        Raises:
            RequestError: E-GRT-008; there is no grant of that id.
        """
        check_person(self.member, caller, person_card, signed, REVOKE)
        grant_id = codec.decode(bytes, signed.body)
        with self.member.database.write() as session:
            stored = repository.revoke_grant(session, grant_id)
            if stored is None:
                raise RequestError("E-GRT-008", grant=grant_id.hex())
            fields = {"grant": stored.signed.digest}
            record = self.member.record(session, RecordKind.REVOKE, fields)
        return self.member.place(record.leaf_index)

    def all(self) -> tuple[StoredGrant, ...]:
        """All grants, whatever became of them."""
        with self.member.database.read() as session:
            return repository.list_grants(session)

    def find(
        self, requester: str, table: str, columns: Sequence[str], purpose: str
    ) -> StoredGrant | None:
        """The grant that fits best: one that holds, else the one that comes nearest.

        The nearest lets the run be refused by the rule that really decides, such as a
        column that is not covered or a date that has passed.
        """
        with self.member.database.read() as session:
            known = repository.list_grants(session, requester, table)
        fitting = [
            stored
            for stored in known
            if _holds(check_scope, stored.grant, requester, table, (), purpose)
        ]
        return min(fitting, key=lambda s: self._distance(s, columns), default=None)

    def _distance(self, stored: StoredGrant, columns: Sequence[str]) -> tuple[int, float]:
        grant, now = stored.grant, self.member.clock.now()
        covered = set(columns) <= set(grant.columns)
        standing = _holds(check_standing, stored, now)
        return 2 * (not standing) + (not covered), -grant.until.timestamp()

    def _check(self, grant: Grant, table: Table | None) -> None:
        check_words(grant.purpose, "--purpose")
        check_words(grant.legal_basis, "--legal-basis")
        wrong = [thing for thing, holds in self._rules(grant, table) if not holds]
        if wrong:
            raise RequestError("E-GRT-007", thing=wrong[0])

    def _rules(self, grant: Grant, table: Table | None) -> list[tuple[str, bool]]:
        names = {column.name for column in table.columns} - {table.key} if table else set()
        strange = ", ".join(sorted(set(grant.columns) - names))
        return [
            (f"--dataset {grant.table} is not published here", table is not None),
            (f"--columns has what the table has not: {strange}", not strange),
            ("--columns is empty", bool(grant.columns)),
            (f"--to {grant.to} is no member", grant.to in self.member.cards),
            (f"the owner is {self.member.name}", grant.owner == self.member.name),
            ("--until is past", grant.until > self.member.clock.now()),
            ("--min-count is below 1", grant.minimum >= 1),
            ("--max-runs is below 1", grant.max_runs >= 1),
            ("--purpose and --legal-basis say nothing", bool(grant.purpose and grant.legal_basis)),
            ("its version is unknown", grant.version == GRANT_VERSION),
            ("the grant id has another length", len(grant.grant_id) == GRANT_ID_BYTES),
        ]


def _holds(check: Callable[..., None], *args: object, **options: object) -> bool:
    try:
        check(*args, **options)
    except RefusalError:
        return False
    return True
