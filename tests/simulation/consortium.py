"""Members with real keys, cards and logs, in one process and in milliseconds."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from accord.domain import codec
from accord.domain.bundle import LogProof, RecordEvidence
from accord.domain.card import MemberCard, PersonCard, Trust
from accord.domain.ids import Identity, MemberRole, PersonRole
from accord.domain.record import DISCLOSED, RecordKind, disclose
from accord.domain.run import MEMBER_CARD, PERSON_CARD
from accord.domain.signed import Signed
from accord.ledger.checkpoint import Checkpoint, make_checkpoint, origin_of
from accord.ledger.log import AppendedRecord, Log
from accord.ledger.reading import inclusion, root_at
from accord.ledger.signatures import Ed25519Key, Ed25519Signer
from accord.ledger.store.database import Database
from accord.ledger.store.log_store import SqlLedgerUnits
from accord.privacy.modulus import encode_modulus
from accord.privacy.paillier import DecryptionKey, generate_key
from accord.privacy.pair_keys import (
    MaskKey,
    PairContext,
    PairSecret,
    decapsulate,
    encapsulate,
    generate_mask_key,
)
from accord.privacy.parameters import INSECURE_TESTING_KEY_BITS
from accord.privacy.sealing import generate_sealing_key
from tests.simulation.chain import SealedChain

NOW = datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)
CHAIN_ID = 20_260_302
OWNERS = ("north", "south", "west")
REQUESTER, GUARD = "statistics", "bureau"
MEMBERS = (*OWNERS, REQUESTER, GUARD, "archive")
_ROLES = {GUARD: (MemberRole.GUARD,), "archive": (MemberRole.GUARD, MemberRole.AUDITOR)}


@dataclass(slots=True)
class SettableClock:
    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


@dataclass(slots=True)
class SimPerson:
    """A person, its card as the member signed it, and its key."""

    card: Signed
    signer: Ed25519Signer


@dataclass(slots=True)
class SimMember:
    """One member: everything its node would hold."""

    name: str
    signer: Ed25519Signer
    log_key: Ed25519Key
    decryption: DecryptionKey
    mask: MaskKey
    card: MemberCard
    signed_card: Signed
    persons: dict[PersonRole, SimPerson]
    units: SqlLedgerUnits
    log: Log

    def sign(self, kind: str, value: object) -> Signed:
        return self.signer.sign(kind, codec.encode(value))

    def append(
        self, kind: RecordKind, fields: dict[str, bytes], run_id: bytes, requester: str
    ) -> AppendedRecord:
        with self.units.write() as unit:
            return self.log.append(unit.log, kind, fields, run_id=run_id, requester=requester)

    def evidence(self, made: AppendedRecord, proof: LogProof | None) -> RecordEvidence:
        key, fields = made.opening.record_key, made.opening.fields
        names = [name for name in DISCLOSED[made.record.kind] if name in fields]
        return RecordEvidence(made.entry, proof, {n: disclose(key, n, fields[n]) for n in names})

    def prove(self, made: AppendedRecord, size: int, anchor: bytes) -> LogProof:
        with self.units.read() as unit:
            hashes, root = inclusion(unit.log, made.leaf_index, size), root_at(unit.log, size)
        origin = origin_of(self.card.consortium, self.name)
        note = make_checkpoint(Checkpoint(origin, size, root), self.log_key)
        return LogProof(made.leaf_index, hashes, note, anchor)

    def head(self) -> tuple[int, bytes]:
        with self.units.read() as unit:
            size = unit.log.size()
            return size, root_at(unit.log, size)


@dataclass(slots=True)
class Consortium:
    """A founded consortium; everything in it follows from ``seed`` but the KEM's randomness."""

    name: str = "valley"
    seed: int = 1
    key_bits: int = INSECURE_TESTING_KEY_BITS
    proof_name: dict[str, str] = field(default_factory=dict[str, str])
    clock: SettableClock = field(default_factory=SettableClock)
    members: dict[str, SimMember] = field(init=False)
    chain: SealedChain = field(init=False)
    random: Random = field(init=False)
    secrets: dict[tuple[str, str], PairSecret] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - repeatable keys, for tests alone
        self.chain = SealedChain(
            seal_key=self.random.randbytes(32),
            chain_id=CHAIN_ID,
            genesis_hash=self.random.randbytes(32),
            contract=self.random.randbytes(20),
            start=NOW,
        )
        self.members = {name: self._found(name, place) for place, name in enumerate(MEMBERS)}

    @property
    def trust(self) -> Trust:
        """What an outsider gets."""
        return Trust(
            version=1,
            consortium=self.name,
            chain_id=self.chain.chain_id,
            genesis_hash=self.chain.genesis_hash,
            contract=self.chain.contract,
            code_hash=bytes(32),
            seal_key=self.chain.public_key,
            members={member.name: member.signed_card.digest for member in self.members.values()},
        )

    @property
    def requester(self) -> SimMember:
        return self.members[REQUESTER]

    def pair_keys(
        self, own: str, ring: tuple[str, ...], run_id: bytes, roster: bytes
    ) -> dict[str, bytes]:
        """K_ij of one run for ``own``, by the real key exchange, both sides of it."""
        return {
            other: self._secret(*sorted((own, other), key=MEMBERS.index)).run_key(run_id, roster)
            for other in ring
            if other != own
        }

    def _secret(self, earlier: str, later: str) -> PairSecret:
        key = (earlier, later)
        if key not in self.secrets:
            first, second = self.members[earlier], self.members[later]
            digests = first.signed_card.digest, second.signed_card.digest
            context = PairContext(self.name, *digests)
            self.secrets[key], sent = encapsulate(
                first.mask, second.card.mask_x25519, second.card.mask_mlkem, context
            )
            got = decapsulate(second.mask, first.card.mask_x25519, sent, context)
            assert got == self.secrets[key]
        return self.secrets[key]

    def _found(self, name: str, position: int) -> SimMember:
        signer = Ed25519Signer(Identity(self.name, name).uri, self.random.randbytes(32))
        log_key = Ed25519Key(self.random.randbytes(32))
        decryption = generate_key(self.random.randbytes, self._bits(name))
        mask = generate_mask_key(self.random.randbytes)
        card = MemberCard(
            version=1,
            consortium=self.name,
            member=name,
            position=position,
            title_en=name.title(),
            title_zh=name.title(),
            roles=_ROLES.get(name, (MemberRole.OWNER,)),
            tls_ca=b"no TLS in a simulation",
            record_key=signer.public,
            log_key=log_key.public,
            log_id=self.random.randbytes(32),
            anchor_address=self.random.randbytes(20),
            mask_x25519=mask.x25519_public,
            mask_mlkem=mask.mlkem_public,
            hpke_key=generate_sealing_key(self.random.randbytes).public_bytes,
            paillier_n=encode_modulus(decryption.n),
            paillier_proof=decryption.prove_square_free(self.proof_name.get(name, name)),
        )
        database = Database("sqlite://")
        database.create_tables()
        roles = (PersonRole.ANALYST, PersonRole.STEWARD)
        return SimMember(
            name=name,
            signer=signer,
            log_key=log_key,
            decryption=decryption,
            mask=mask,
            card=card,
            signed_card=signer.sign(MEMBER_CARD, codec.encode(card)),
            persons={role: self._person(name, signer, role) for role in roles},
            units=SqlLedgerUnits(database),
            log=Log(
                member=name,
                consortium=self.name,
                signer=signer,
                clock=self.clock,
                random_bytes=self.random.randbytes,
            ),
        )

    def _bits(self, name: str) -> int:
        """Only two keys are ever encrypted under; the others may stay small."""
        return self.key_bits if name in (REQUESTER, GUARD) else INSECURE_TESTING_KEY_BITS

    def _person(self, member: str, node: Ed25519Signer, role: PersonRole) -> SimPerson:
        name = f"{role.value}_one"
        uri = Identity(self.name, member, role, name).uri
        signer = Ed25519Signer(uri, self.random.randbytes(32))
        card = PersonCard(
            version=1,
            consortium=self.name,
            member=member,
            person=name,
            role=role,
            signing_key=signer.public,
            hpke_key=generate_sealing_key(self.random.randbytes).public_bytes,
            until=NOW.replace(year=2027),
        )
        return SimPerson(node.sign(PERSON_CARD, codec.encode(card)), signer)
