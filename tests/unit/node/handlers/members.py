"""Members of a small consortium as handlers see them, without network, chain or large keys."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import shake_256
from typing import Any

from accord.domain import codec
from accord.domain.bundle import RecordEvidence
from accord.domain.card import MemberCard, PersonCard
from accord.domain.grant import Grant
from accord.domain.ids import Identity, MemberRole, PersonRole
from accord.domain.question import Question
from accord.domain.record import Record, RecordKind, commit_all, disclose
from accord.domain.run import APPLY, GRANT, PERSON_CARD, QUESTION, Asked
from accord.domain.signed import Signed
from accord.ledger.gate import Gate
from accord.ledger.log import Log
from accord.ledger.progress import Progress
from accord.ledger.records import sign_record
from accord.ledger.signatures import Ed25519Signer, public_key
from accord.ledger.store.database import Database
from accord.ledger.store.log_store import SqlLedgerUnits
from accord.node.keys import NodeKeys
from accord.node.member import Member
from accord.node.store.repository import StoredGrant
from accord.privacy.pair_keys import generate_mask_key
from accord.privacy.sealing import generate_sealing_key
from accord.query.compile import compile_question
from tests.fakes.clock import FakeClock
from tests.unit.query.tables import INCOME, TABLES

CONSORTIUM = "testland"
NOW = datetime(2026, 1, 31, 8, 0, 30, tzinfo=UTC)
RUN = b"run-of-16-bytes!"
STATS, BUREAU, OWNERS = "statistics", "bureau", INCOME.parts
ORDER = (STATS, BUREAU, *OWNERS)
SQL = "SELECT region, AVG(wages) FROM income WHERE age >= 60 GROUP BY region"


def insecure(name: str) -> Callable[[int], bytes]:
    """INSECURE_TESTING randomness that follows from ``name``."""
    drawn = 0

    def random_bytes(count: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return shake_256(f"INSECURE_TESTING {name} {drawn}".encode()).digest(count)

    return random_bytes


def keys_of(name: str, version: int = 1) -> NodeKeys:
    random_bytes = insecure(f"{name}{version}")
    nothing: Any = None  # what these tests never use
    return NodeKeys(
        record=random_bytes(32),
        log=random_bytes(32),
        anchor=b"",
        mask=generate_mask_key(random_bytes),
        sealing=generate_sealing_key(random_bytes),
        decryption=nothing,
        tls=nothing,
    )


def card_of(name: str, keys: NodeKeys) -> MemberCard:
    return MemberCard(
        version=1,
        consortium=CONSORTIUM,
        member=name,
        position=ORDER.index(name),
        title_en=name,
        title_zh=name,
        roles=(MemberRole.GUARD,) if name in (BUREAU, OWNERS[-1]) else (),
        tls_ca=b"",
        record_key=public_key(keys.record),
        log_key=public_key(keys.log),
        log_id=name.encode().ljust(32),
        anchor_address=b"",
        mask_x25519=keys.mask.x25519_public,
        mask_mlkem=keys.mask.mlkem_public,
        hpke_key=keys.sealing.public_bytes,
        paillier_n=b"",
        paillier_proof=(),
    )


KEYS = {name: keys_of(name) for name in ORDER}
CARDS = {name: card_of(name, KEYS[name]) for name in ORDER}


def member(name: str, keys: NodeKeys | None = None, cards: Any = None) -> Member:
    """One member with a database of its own."""
    keys = keys or KEYS[name]
    database = Database("sqlite://")
    database.create_tables()
    signer = Ed25519Signer(Identity(CONSORTIUM, name).uri, keys.record)
    clock = FakeClock(NOW)
    return Member(
        name=name,
        consortium=CONSORTIUM,
        keys=keys,
        signer=signer,
        cards=cards or CARDS,
        signed_cards=(),
        database=database,
        log=Log(CONSORTIUM, name, signer=signer, clock=clock, random_bytes=insecure(f"{name} log")),
        gate=Gate(SqlLedgerUnits(database), name, Progress()),
        clock=clock,
        random_bytes=insecure(f"{name} run"),
        anchor_timeout_s=1,
        max_unanchored_age=timedelta(hours=1),
    )


class Person:
    """A person of one member, with the card that member has signed."""

    def __init__(self, of: str, role: PersonRole, name: str, until: datetime | None = None) -> None:
        key = insecure(f"{of}/{name}")(32)
        self.identity = Identity(CONSORTIUM, of, role, name)
        self.signer = Ed25519Signer(self.identity.uri, key)
        self.sealing = generate_sealing_key(insecure(f"{of}/{name}/box"))
        until = until or NOW + timedelta(days=300)
        box = self.sealing.public_bytes
        card = PersonCard(1, CONSORTIUM, of, name, role, public_key(key), box, until)
        node = Ed25519Signer(Identity(CONSORTIUM, of).uri, KEYS[of].record)
        self.card = node.sign(PERSON_CARD, codec.encode(card))


ANA = Person(STATS, PersonRole.ANALYST, "ana")


def question(**changes: Any) -> Question:
    made = Question(
        version=1,
        run_id=RUN,
        requester=STATS,
        analyst="ana",
        sql=SQL,
        plan=codec.encode(compile_question(SQL, TABLES)),
        purpose="pension review",
        table_digest=INCOME.digest(),
        owners=OWNERS,
        guard=BUREAU,
        grants={owner: bytes(32) for owner in OWNERS},
        minimum=10,
        asked=NOW.replace(second=0),
        expires=NOW + timedelta(minutes=10),
        dry_run=False,
    )
    return replace(made, **changes)


def asked(of: Question, person: Person = ANA) -> Asked:
    signed = person.signer.sign(QUESTION, codec.encode(of))
    node = Ed25519Signer(Identity(CONSORTIUM, STATS).uri, KEYS[STATS].record)
    countersigned = node.sign(APPLY, signed.body)
    return Asked(signed, countersigned, person.card, INCOME, application(of, signed.digest))


def application(of: Question, digest: bytes) -> RecordEvidence:
    """The requester's record that it asks, as it stands in its log."""
    node = Ed25519Signer(Identity(CONSORTIUM, STATS).uri, KEYS[STATS].record)
    commitments = commit_all(bytes(32), {"question": digest})
    record = Record(1, RecordKind.APPLY, CONSORTIUM, STATS, 0, of.run_id, STATS, NOW, commitments)
    disclosed = {"question": disclose(bytes(32), "question", digest)}
    return RecordEvidence(sign_record(record, node), None, disclosed)


def grant(**changes: Any) -> Grant:
    made = Grant(
        version=1,
        grant_id=RUN,
        owner=OWNERS[0],
        to=STATS,
        table="income",
        columns=("age", "region", "wages"),
        purpose="Pension Review",
        legal_basis="Statistics Act, section 5",
        issued=NOW.replace(second=0),
        until=NOW.replace(second=0) + timedelta(days=30),
        minimum=10,
        max_runs=5,
        single_source=False,
    )
    return replace(made, **changes)


def stored(of: Grant, *, revoked: bool = False, runs_used: int = 0) -> StoredGrant:
    signed = Signed(GRANT, codec.encode(of), "", "ed25519", b"")
    return StoredGrant(signed, of, signed, revoked, runs_used)
