"""Publishing our part of a table, and seeing what the other members publish."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from accord.domain import codec
from accord.domain.catalogue import Offer, Table
from accord.domain.catalogue_check import check_table
from accord.domain.errors import AccordError, RefusalError, RequestError, UnavailableError
from accord.domain.ids import PROTOCOL_VERSION, MemberRole
from accord.domain.record import RecordKind
from accord.domain.run import OFFER
from accord.domain.signed import Signed
from accord.ledger.signatures import verify_signed
from accord.node.member import Member
from accord.node.peers import Peers
from accord.node.sources.open import examine_description
from accord.node.store import repository
from accord.node.store.repository import StoredOffer


@dataclass(frozen=True, slots=True)
class Published:
    """What the steward is told."""

    table: str
    rows: int
    epoch: int
    record: str


@dataclass(frozen=True, slots=True)
class TableView:
    """One table as this node sees it.

    Attributes:
        published: Parts that publish exactly this table.
        differing: Listed parts that publish another description under its name.
    """

    table: Table
    published: tuple[str, ...]
    differing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every part publishes it, so that it can be asked."""
        return set(self.published) == set(self.table.parts)


@dataclass(slots=True)
class Catalogue:
    """Our offers, and the others' as last seen (a peer that is away keeps its last word)."""

    member: Member
    peers: Peers
    _seen: dict[str, tuple[Offer, ...]] = field(default_factory=dict)
    _away: dict[str, UnavailableError] = field(default_factory=dict)

    def publish(self, description: str, folder: str) -> Published:
        """Examine the source and publish it, as our next epoch of the table.

        Raises:
            RequestError: the description or the data do not hold (E-SRC), E-NOD-004.
            RefusalError: E-NOD-002; the description does not list us among the parts.
        """
        table, examination = examine_description(description, folder)
        self._check_parts(table)
        with self.member.database.write() as session:
            previous = repository.find_offer(session, table.name)
            epoch = previous.offer.epoch + 1 if previous else 1
            salt = repository.secret(session, "data version")
            version = hmac.new(salt, examination.digest, hashlib.sha256).digest()
            offer = Offer(PROTOCOL_VERSION, self.member.name, table, epoch, version)
            signed = self.member.sign(OFFER, offer)
            fields = {
                "table": table.digest(),
                "data_version": version,
                "epoch": str(epoch).encode(),
            }
            record = self.member.record(session, RecordKind.PUBLISH, fields)
            stored = StoredOffer(
                signed, offer, description, folder, examination.digest, examination.rows
            )
            repository.save_offer(session, stored)
        place = self.member.place(record.leaf_index)
        return Published(table.name, examination.rows, epoch, place)

    def own_offers(self) -> tuple[Signed, ...]:
        """Our signed offers."""
        with self.member.database.read() as session:
            return tuple(stored.signed for stored in repository.list_offers(session))

    def views(self) -> tuple[TableView, ...]:
        """All tables of the consortium, by name and then by who publishes most of it."""
        with ThreadPoolExecutor(len(self.member.cards), "catalogue") as pool:
            offers = [offer for seen in pool.map(self._look, self.member.cards) for offer in seen]
        tables = {offer.table.digest(): offer.table for offer in offers}
        views = [_view(table, offers) for table in tables.values()]
        return tuple(sorted(views, key=lambda view: (view.table.name, -len(view.published))))

    def check_heard(self, view: TableView) -> None:
        """Check that no part lacks only because its node did not answer at the last look.

        Raises:
            UnavailableError: Why a part could not be asked for its offers.
        """
        for part in view.table.parts:
            if part not in view.published and part not in view.differing and part in self._away:
                raise self._away[part]

    def _check_parts(self, table: Table) -> None:
        strange = sorted(set(table.parts) - self._owners)
        if strange:
            raise RequestError("E-NOD-004", members=", ".join(strange))
        if self.member.name not in table.parts:
            parts = ", ".join(table.parts)
            raise RefusalError("E-NOD-002", member=self.member.name, table=table.name, parts=parts)

    def _look(self, member: str) -> tuple[Offer, ...]:
        try:
            own = member == self.member.name
            signed = self.own_offers() if own else self.peers.list_offers(member)
            for one in signed:
                verify_signed(one, self.member.cards[member].record_key, OFFER)
            offers = tuple(codec.decode(Offer, one.body) for one in signed)
        except UnavailableError as error:
            self._away[member] = error
            return self._seen.get(member, ())
        except AccordError:
            return self._seen.get(member, ())
        self._away.pop(member, None)
        self._seen[member] = tuple(
            o for o in offers if o.member == member and _is_sound(o.table) and self._owned(o)
        )
        return self._seen[member]

    def _owned(self, offer: Offer) -> bool:
        """Only members with the role owner hold parts, whatever an offer says."""
        return bool(offer.table.parts) and self._owners.issuperset(offer.table.parts)

    @property
    def _owners(self) -> set[str]:
        cards = self.member.cards.items()
        return {name for name, card in cards if MemberRole.OWNER in card.roles}


def _is_sound(table: Table) -> bool:
    """A malformed table is as good as none: its publisher alone can mend it."""
    try:
        check_table(table)
    except RequestError:
        return False
    return True


def askable(views: Sequence[TableView]) -> Mapping[str, Table]:
    """Tables that all their parts publish alike, by name.

    A name under which anybody publishes another table is left out: owners that leave a
    table and make a second one of its name must not get the questions meant for the first.
    """
    names = Counter(view.table.name for view in views)
    complete = [view.table for view in views if view.complete]
    return {table.name: table for table in complete if names[table.name] == 1}


def _view(table: Table, offers: list[Offer]) -> TableView:
    listed = [o for o in offers if o.table.name == table.name and o.member in table.parts]
    same = {o.member for o in listed if o.table == table}
    other = {o.member for o in listed if o.table != table} - same
    return TableView(
        table,
        tuple(part for part in table.parts if part in same),
        tuple(part for part in table.parts if part in other),
    )
