"""One question from signature to bundle, in the order the protocol fixes.

Honest by default.  A hook replaces one value at the moment it is made, before it is
signed, recorded or committed to, so that everything behind it is consistent with the
lie: a verifier then sees exactly one thing wrong.  Liars may hold any key but the
ledger's: what an attacker can do with fewer is a part of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from accord.domain import codec
from accord.domain.answer import CellMoments
from accord.domain.bundle import (
    BUNDLE_VERSION,
    BY_INSPECTION_ONLY,
    Bundle,
    LogProof,
    RecordEvidence,
)
from accord.domain.card import PersonCard
from accord.domain.catalogue import Table
from accord.domain.contribution import Decision, GuardStatement, Opening, Values, digest_of
from accord.domain.grant import Grant
from accord.domain.ids import PersonRole
from accord.domain.question import Question
from accord.domain.record import RecordKind
from accord.domain.run import APPLY, BUNDLE, GRANT, QUESTION, STATEMENT, VALUES
from accord.domain.signed import Signed
from accord.ledger.log import AppendedRecord
from accord.privacy.opening import multiply_ciphertexts
from accord.privacy.tally.context import TallyContext, context_of
from accord.privacy.tally.guard import GuardTally
from accord.privacy.tally.owner import OwnerInput, OwnerTally
from accord.query.compile import compile_question
from accord.query.finish import finish
from accord.query.plan import Extract, Plan
from tests.simulation.ciphertexts import (
    add_moments,
    encrypt_values,
    pack_values,
    secrets_of,
)
from tests.simulation.consortium import (
    GUARD,
    OWNERS,
    REQUESTER,
    Consortium,
    SimMember,
    SimPerson,
)
from tests.simulation.data import SQL, measure, payroll, rows_of
from tests.simulation.papers import honest_grant, honest_question

T = TypeVar("T")
Hooks = Mapping[str, Callable[..., Any]]


@dataclass(slots=True)
class _Recorded:
    """A record, and its proof once the log was anchored."""

    member: SimMember
    made: AppendedRecord
    proof: LogProof | None = None


@dataclass(slots=True)
class Run:
    """One run; `bundle` may be called once.

    Attributes:
        hooks: By hook point; called with the honest value and where it is used.
    """

    world: Consortium
    hooks: Hooks = field(default_factory=dict[str, Callable[..., Any]])
    sql: str = SQL
    requester: str = REQUESTER
    recorded: list[_Recorded] = field(default_factory=list, init=False)

    def bundle(self) -> Bundle:
        """Ask, agree, record, count, decide, contribute, release, open."""
        table: Table = self._hook("table", payroll(OWNERS))
        grants = {owner: self._grant(owner) for owner in OWNERS}
        analyst: SimPerson = self._hook("analyst", self._person(self.requester, PersonRole.ANALYST))
        asked = self._ask(table, analyst, grants)
        question = asked.unsafe_open(Question)
        context = context_of(question, asked.digest)
        extracts = {owner: self._extract(owner, context.plan) for owner in OWNERS}

        self._record(self.requester, RecordKind.APPLY, asked, sql=b"-", purpose=b"-")
        statement = self._count(context, asked, extracts, grants)
        values = self._contribute(context, asked, extracts, statement)
        openings, moments = self._open(context, extracts, statement, values)

        honest = Bundle(
            version=BUNDLE_VERSION,
            question=asked,
            countersignature=self._countersign(asked),
            person_card=analyst.card,
            cards=tuple(member.signed_card for member in self.world.members.values()),
            table=table,
            grants=tuple(grants.values()),
            steward_cards=tuple(self._steward(owner).card for owner in OWNERS),
            records=tuple(self._evidence(recorded) for recorded in self.recorded),
            statement=statement,
            values=values,
            openings=openings,
            moments=moments,
            answer=finish(context.plan, moments),
            by_inspection_only=BY_INSPECTION_ONLY,
        )
        bundle: Bundle = self._hook("bundle", honest)
        return bundle

    def _hook(self, point: str, honest: T, *where: Any) -> T:
        hook = self.hooks.get(point)
        return honest if hook is None else hook(honest, *where)

    @property
    def _asker(self) -> SimMember:
        return self.world.members[self.requester]

    def _person(self, member: str, role: PersonRole) -> SimPerson:
        return self.world.members[member].persons[role]

    def _steward(self, owner: str) -> SimPerson:
        return self._hook("steward", self._person(owner, PersonRole.STEWARD), owner)

    def _grant(self, owner: str) -> Signed:
        grant = honest_grant(self.world, owner, self.requester)
        return self._steward(owner).signer.sign(
            GRANT, codec.encode(self._hook("grant", grant, owner))
        )

    def _ask(self, table: Table, analyst: SimPerson, grants: Mapping[str, Signed]) -> Signed:
        plan: Plan = self._hook("plan", compile_question(self.sql, {table.name: table}))
        name = analyst.card.unsafe_open(PersonCard).person
        question = honest_question(self.world, self.requester, name, self.sql, plan, table, grants)
        return analyst.signer.sign(QUESTION, codec.encode(self._hook("question", question)))

    def _countersign(self, asked: Signed) -> Signed:
        body = self._hook("countersigned", asked.body)
        return self._asker.signer.sign(APPLY, body)

    def _extract(self, owner: str, plan: Plan) -> Extract:
        return measure(plan, rows_of(OWNERS.index(owner)))

    def _record(self, member: str, kind: RecordKind, asked: Signed, **fields: bytes) -> None:
        question = asked.unsafe_open(Question)
        fields = self._hook("fields", {"question": asked.digest, **fields}, kind, member)
        made = self.world.members[member].append(kind, fields, question.run_id, question.requester)
        self.recorded.append(_Recorded(self.world.members[member], made))

    def _anchor(self, name: str) -> None:
        """Anchor the log's head and prove this run's records against it."""
        member = self.world.members[name]
        size, root = member.head()
        block = self._hook("block", None, name)
        anchor = self.world.chain.anchor(member.card.log_id, size, root, block)
        for recorded in self.recorded:
            if recorded.member is member and recorded.proof is None:
                recorded.proof = member.prove(recorded.made, size, codec.encode(anchor))

    def _evidence(self, recorded: _Recorded) -> RecordEvidence:
        return recorded.member.evidence(recorded.made, recorded.proof)

    def _count(
        self,
        context: TallyContext,
        asked: Signed,
        extracts: Mapping[str, Extract],
        grants: Mapping[str, Signed],
    ) -> Signed:
        """The first round, to the guard's signed and recorded statement."""
        guard_key = self.world.members[GUARD].decryption
        requester_key = self._asker.decryption.encryption_key
        tallies = {
            owner: OwnerTally(
                context,
                OwnerInput(owner, extracts[owner], _version(owner), single_source=False),
                secrets_of(self.world, owner, context),
                guard_key=guard_key.encryption_key,
                requester_key=requester_key,
            )
            for owner in OWNERS
        }
        for owner, tally in tallies.items():
            fields = {
                RecordKind.ACCEPT: {
                    "grant": grants[owner].digest,
                    "minimum": codec.encode(grants[owner].unsafe_open(Grant).minimum),
                },
                RecordKind.ACCESS: {"data_version": _version(owner), **tally.commitments()},
            }
            for kind in self._hook("owner_order", tuple(fields), owner):
                self._record(owner, kind, asked, **fields[kind])
            self._anchor(owner)
        guard = GuardTally(
            context, guard_key, secrets_of(self.world, GUARD, context), requester_key=requester_key
        )
        counts = {owner: tallies[owner].counts() for owner in context.count_ring}
        verdict = guard.decide(counts, {owner: _version(owner) for owner in OWNERS})
        decision = self._hook("decision", verdict.statement.decision)
        mask = digest_of(self._encrypt(GUARD, context, decision, None))
        statement = self._hook("statement", GuardStatement(1, decision, mask))
        signed = self._sign(GUARD, STATEMENT, statement)
        self._record(GUARD, RecordKind.GUARD, asked, statement=signed.digest, reasons=b"-")
        return signed

    def _contribute(
        self,
        context: TallyContext,
        asked: Signed,
        extracts: Mapping[str, Extract],
        statement: Signed,
    ) -> tuple[Signed, ...]:
        """The second round, with both records and the release between owners and guard."""
        decision = statement.unsafe_open(GuardStatement).decision
        values: dict[str, Signed] = {}
        digests: dict[str, bytes] = {}
        for sender in context.value_ring:
            extract = extracts.get(sender)
            ciphertexts = self._encrypt(sender, context, decision, extract)
            honest = Values(
                1, context.run_id, sender, context.question, decision.digest(), ciphertexts
            )
            sent: Values = self._hook("values", honest, sender)
            digests[sender] = digest_of(sent.ciphertexts)
            values[sender] = self._sign(sender, VALUES, sent)
            if extract is not None:
                recorded = {"decision": decision.digest(), "values": digests[sender]}
                self._record(sender, RecordKind.CONTRIBUTED, asked, **recorded)
        self._record(
            self.requester,
            RecordKind.RELEASE,
            asked,
            decision=decision.digest(),
            contributions=codec.encode(digests),
        )
        self._anchor(self.requester)
        self._anchor(GUARD)  # nobody waits for it, but then its record comes with a proof
        return tuple(values.values())

    def _encrypt(
        self, sender: str, context: TallyContext, decision: Decision, extract: Extract | None
    ) -> tuple[bytes, ...]:
        key = self._asker.decryption.encryption_key
        plaintexts = pack_values(context, decision, key.n, extract)
        told = self._hook("plaintexts", plaintexts, sender)
        return encrypt_values(self.world, sender, context, decision, told, key)

    def _open(
        self,
        context: TallyContext,
        extracts: Mapping[str, Extract],
        statement: Signed,
        values: tuple[Signed, ...],
    ) -> tuple[tuple[Opening, ...], tuple[CellMoments, ...]]:
        """Openings by the requester's key; moments as the owners really hold them."""
        key = self._asker.decryption
        columns = [signed.unsafe_open(Values).ciphertexts for signed in values]
        products = [multiply_ciphertexts(key.n, place) for place in zip(*columns, strict=True)]
        openings = tuple(key.open_ciphertext(product) for product in products)
        allowed = statement.unsafe_open(GuardStatement).decision.allowed
        moments = add_moments(allowed, tuple(extracts.values()))
        return self._hook("openings", openings), self._hook("moments", moments)

    def _sign(self, member: str, kind: str, value: object) -> Signed:
        return self._hook("signer", self.world.members[member], kind, member).sign(kind, value)


def seal(world: Consortium, bundle: Bundle, requester: str = REQUESTER) -> bytes:
    """The file, sealed by the requester's node, who is the attacker in most tests."""
    return codec.encode(world.members[requester].sign(BUNDLE, bundle))


def run_question(world: Consortium, **hooks: Callable[..., Any]) -> bytes:
    """One whole run; the file it leaves behind."""
    return seal(world, Run(world, hooks).bundle())


def _version(owner: str) -> bytes:
    return codec.digest_bytes("simulated-version", owner.encode())
