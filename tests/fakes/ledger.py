"""A member with a log, for tests; keys are INSECURE_TESTING keys."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from accord.domain.card import MemberCard
from accord.domain.ids import Identity, MemberRole
from accord.domain.record import RecordKind
from accord.ledger.anchor import Anchor
from accord.ledger.checkpoint import origin_of
from accord.ledger.gate import Gate
from accord.ledger.log import AppendedRecord, Log
from accord.ledger.outbox import LogIdentity, Outbox
from accord.ledger.progress import Progress
from accord.ledger.signatures import Ed25519Key, Ed25519Signer
from accord.ledger.store.database import Database
from accord.ledger.store.log_store import SqlLedgerUnits
from tests.fakes.clock import FakeClock

CONSORTIUM, MEMBER = "testland", "tax_north"
INSECURE_RECORD_KEY, INSECURE_LOG_KEY = b"r" * 32, b"l" * 32
LOG_ID = b"i" * 32
RUN = b"run-of-16-bytes!"


@dataclass
class CountingBytes:
    """Random bytes that are the same in every test."""

    drawn: int = field(default=0)

    def __call__(self, count: int) -> bytes:
        self.drawn += 1
        return sha256(b"INSECURE_TESTING" + self.drawn.to_bytes(8, "big")).digest()[:count]


class Member:
    """Log, database, outbox and gate of one member."""

    def __init__(
        self,
        url: str = "sqlite://",
        random_bytes: Callable[[int], bytes] | None = None,
        member: str = MEMBER,
        consortium: str = CONSORTIUM,
    ) -> None:
        self.database = Database(url)
        self.database.create_tables()
        self.units = SqlLedgerUnits(self.database)
        self.clock = FakeClock()
        self.progress = Progress()
        self.gate = Gate(self.units, member, self.progress)
        self.log = Log(
            consortium,
            member,
            signer=Ed25519Signer(Identity(consortium, member).uri, INSECURE_RECORD_KEY),
            clock=self.clock,
            random_bytes=random_bytes or CountingBytes(),
        )
        self.identity = LogIdentity(
            origin_of(consortium, member), LOG_ID, Ed25519Key(INSECURE_LOG_KEY), fake_sign_head
        )

    def outbox(self, anchor: Anchor) -> Outbox:
        return Outbox(self.units, anchor, self.identity)

    def append(
        self, kind: RecordKind = RecordKind.ACCESS, run_id: bytes = RUN, **fields: bytes
    ) -> AppendedRecord:
        with self.units.write() as unit:
            return self.log.append(unit.log, kind, fields, run_id=run_id, requester="statistics")

    def close(self) -> None:
        self.database.close()


def fake_sign_head(log_id: bytes, size: int, root: bytes) -> bytes:
    return sha256(log_id + size.to_bytes(8, "big") + root).digest()


def member_card(member: str = MEMBER, consortium: str = CONSORTIUM) -> MemberCard:
    """The card that goes with `Member`; keys it does not use are empty."""
    return MemberCard(
        version=1,
        consortium=consortium,
        member=member,
        position=0,
        title_en="Tax office north",
        title_zh="北区税务局",
        roles=(MemberRole.OWNER,),
        tls_ca=b"",
        record_key=Ed25519Key(INSECURE_RECORD_KEY).public,
        log_key=Ed25519Key(INSECURE_LOG_KEY).public,
        log_id=LOG_ID,
        anchor_address=b"",
        mask_x25519=b"",
        mask_mlkem=b"",
        hpke_key=b"",
        paillier_n=b"",
        paillier_proof=(),
    )
