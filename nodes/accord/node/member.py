"""What every handler of a node shares: who we are, what we hold, whom we know."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from accord.domain import codec
from accord.domain.bundle import RecordEvidence
from accord.domain.card import MemberCard
from accord.domain.errors import AccordError
from accord.domain.ids import Identity
from accord.domain.ports import Clock, Signer
from accord.domain.question import Question
from accord.domain.record import DISCLOSED, RecordKind
from accord.domain.signed import Signed
from accord.ledger.gate import Gate
from accord.ledger.log import AppendedRecord, Log
from accord.ledger.reading import disclose_field, read_leaf
from accord.ledger.store.database import Database
from accord.ledger.store.log_store import SqlLogStore
from accord.node.keys import NodeKeys
from accord.node.store.repository import Session
from accord.privacy.paillier import EncryptionKey
from accord.privacy.work import WORK_INLINE, Work


@dataclass(frozen=True, slots=True)
class Member:
    """One member's node, as its handlers see it.

    Attributes:
        cards: Every member's card, in consortium order, checked against the trust file.
        signed_cards: The same as they were signed, for evidence bundles.
        random_bytes: Cryptographic randomness; an argument so that tests can repeat a run.
        anchor_timeout_s: How long a run waits for one record to become final.
        work: Where heavy arithmetic runs.
        max_unanchored_age: Once records have waited longer for the chain, new work is refused.
    """

    name: str
    consortium: str
    keys: NodeKeys
    signer: Signer
    cards: Mapping[str, MemberCard]
    signed_cards: tuple[Signed, ...]
    database: Database
    log: Log
    gate: Gate
    clock: Clock
    random_bytes: Callable[[int], bytes]
    anchor_timeout_s: float
    max_unanchored_age: timedelta
    work: Work = WORK_INLINE

    def uri(self, member: str) -> str:
        """SPIFFE name of a member's node."""
        return Identity(self.consortium, member).uri

    def encryption_key(self, member: str) -> EncryptionKey:
        """A member's Paillier key, from its card."""
        return EncryptionKey(int.from_bytes(self.cards[member].paillier_n))

    def sign(self, kind: str, value: object) -> Signed:
        """Sign a statement with this member's record key."""
        return self.signer.sign(kind, codec.encode(value))

    def place(self, leaf_index: int) -> str:
        """How a record of ours is named to people: ``MEMBER#INDEX``."""
        return f"{self.name}#{leaf_index}"

    def check_anchoring(self) -> None:
        """Take no new work while records wait too long for the chain.

        Raises:
            UnavailableError: E-LOG-018.
            VerificationError: E-LOG-012; anchoring has stopped for good.
        """
        self.gate.check_anchoring(self.clock.now(), self.max_unanchored_age)

    def record(
        self, session: Session, kind: RecordKind, fields: Mapping[str, bytes], run_id: bytes = b""
    ) -> AppendedRecord:
        """Append a record of our own doing, such as of no run, in the caller's transaction."""
        requester = self.name if run_id else ""
        return self.log.append(
            SqlLogStore(session), kind, fields, run_id=run_id, requester=requester
        )

    def append(
        self, session: Session, kind: RecordKind, fields: Mapping[str, bytes], question: Question
    ) -> AppendedRecord:
        """Append a record of a question's run in the caller's transaction."""
        return self.log.append(
            SqlLogStore(session),
            kind,
            fields,
            run_id=question.run_id,
            requester=question.requester,
        )

    def evidence_at(self, leaf_index: int) -> RecordEvidence:
        """A record of ours with the fields that a bundle discloses, and its proof if final."""
        with self.database.read() as session:
            store = SqlLogStore(session)
            leaf = read_leaf(store, leaf_index)
            fields = {n: disclose_field(store, leaf_index, n) for n in DISCLOSED[leaf.kind]}
        final = self.gate.final_head(leaf_index) is not None
        proof = self.gate.evidence(leaf_index) if final else None
        return RecordEvidence(leaf.body, proof, fields)

    @contextmanager
    def refusals_recorded(
        self, run_id: bytes, requester: str, fields: Mapping[str, bytes]
    ) -> Iterator[None]:
        """Write a refuse record for any error of ours and name it in the error.

        A record that a peer names does not stand for ours: only our own log shows our refusal.
        """
        try:
            yield
        except AccordError as error:
            if not error.record.startswith(f"{self.name}#"):
                error.record = self.record_refusal(error, run_id, requester, fields)
            raise

    def record_refusal(
        self, error: AccordError, run_id: bytes, requester: str, fields: Mapping[str, bytes]
    ) -> str:
        """Append the refuse record of ``error``; returns its place."""
        reason = {"code": error.code.encode(), "facts": codec.encode(dict(error.facts))}
        with self.database.write() as session:
            store = SqlLogStore(session)
            appended = self.log.append(
                store, RecordKind.REFUSE, {**fields, **reason}, run_id=run_id, requester=requester
            )
        return self.place(appended.leaf_index)
