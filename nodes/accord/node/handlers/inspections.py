"""An owner hands an inspector what a replay needs: checked, recorded, and only then sealed.

Each owner enforces its own consent, and asks the other owners of the run for theirs: of a
sum whose other parts are all inspected, the last one is no secret.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from accord.domain import codec
from accord.domain.bundle import RecordEvidence
from accord.domain.card import MemberCard, PersonCard
from accord.domain.card_check import open_person_card
from accord.domain.errors import FaultError, RefusalError, RequestError, VerificationError
from accord.domain.ids import Identity, MemberRole
from accord.domain.inspection import (
    INSPECTED_ACCESS,
    INSPECTED_CONTRIBUTED,
    INSPECTING_ROLES,
    INSPECTION,
    INSPECTION_VERSION,
    MIN_UNINSPECTED,
    REPLAY,
    Consent,
    Inspection,
    Replay,
)
from accord.domain.question import CLOCK_TOLERANCE, Question, independent_owners
from accord.domain.record import RecordKind
from accord.domain.run import sealing_context
from accord.domain.signed import Signed
from accord.ledger.permits import InspectPermit
from accord.ledger.reading import disclose_field, read_leaf
from accord.ledger.signatures import verify_signed
from accord.ledger.store.log_store import SqlLogStore
from accord.node.handlers.consents import find_consents
from accord.node.handlers.pair_keys import PairKeys
from accord.node.member import Member
from accord.node.peers import Peers
from accord.node.runs import ACCEPTED, OWNER, OwnerRun
from accord.node.store import repository
from accord.privacy.sealing import seal
from accord.privacy.tally.context import context_of


@dataclass(frozen=True, slots=True)
class Inspect:
    """Handler of InspectionService.Inspect."""

    member: Member
    peers: Peers
    pair_keys: PairKeys

    def __call__(self, caller: str, run_id: bytes, signed: Signed, person_card: Signed) -> bytes:
        """A `Replay` of our part, sealed to the inspector.

        Raises:
            RefusalError: E-AUD-001 to E-AUD-004; recorded.
            RequestError: E-RUN-011; we have answered no such run.
        """
        with self.member.refusals_recorded(run_id, caller, {"inspection": signed.digest}):
            person = self._check_inspector(caller, run_id, signed, person_card)
            run = self._load(run_id)
            question = codec.decode(Question, run.asked.question.body)
            consent = self._check_consent(run_id, caller)
            others = self._check_uninspected(question, caller)
            replay = self._replay(run, question)
            fields = {
                "question": run.asked.question.digest,
                "inspection": signed.digest,
                "consent": consent.digest,
                "others": codec.digest("consents", others),
                "replay": codec.digest("replay", replay),
            }
            with self.member.database.write() as session:
                record = self.member.append(session, RecordKind.INSPECT, fields, question)
            timeout_s = self.member.anchor_timeout_s
            permit = self.member.gate.inspect_permit(record.leaf_index, timeout_s)
        return seal_replay(replay, permit, person)

    def _check_inspector(
        self, caller: str, run_id: bytes, signed: Signed, person_card: Signed
    ) -> PersonCard:
        card = self.member.cards[caller]
        person = open_person_card(person_card, card, verify_signed)
        verify_signed(signed, person.signing_key, INSPECTION)
        check_inspector(person, card)
        now, said = self.member.clock.now(), codec.decode(Inspection, signed.body)
        named = (said.version, said.run_id, said.owner)
        identity = Identity(person.consortium, person.member, person.role, person.person)
        if named != (INSPECTION_VERSION, run_id, self.member.name) or signed.signer != identity.uri:
            raise VerificationError("E-RUN-012", member=caller, thing="inspection")
        if now >= person.until or abs(now - said.asked) > CLOCK_TOLERANCE:
            raise RefusalError("E-AUD-004", name=identity.uri)
        return person

    def _load(self, run_id: bytes) -> OwnerRun:
        with self.member.database.read() as session:
            stored = repository.find_run(session, run_id, OWNER)
        if stored is None or stored.state == ACCEPTED:
            raise RequestError("E-RUN-011", run=run_id.hex())
        return codec.decode(OwnerRun, stored.body)

    def _check_consent(self, run_id: bytes, auditor: str) -> Signed:
        """The consent to this auditor that holds longest."""
        with self.member.database.read() as session:
            given = find_consents(session, run_id)
        fitting = [one for one in given if one.unsafe_open(Consent).to == auditor]
        own = self.member.name
        if not fitting:
            raise RefusalError("E-AUD-001", owner=own, auditor=auditor, run=run_id.hex())
        best = max(fitting, key=lambda one: one.unsafe_open(Consent).until)
        until = best.unsafe_open(Consent).until
        if self.member.clock.now() >= until:
            raise RefusalError("E-AUD-002", owner=own, until=codec.format_time(until))
        return best

    def _check_uninspected(self, question: Question, auditor: str) -> dict[str, list[Signed]]:
        """Two owners stay uninspected, or all consent to this auditor.

        A consent that has expired may have been used, and counts as an inspection.
        """
        others = self._others(question)
        inspected = {self.member.name, *(owner for owner, given in others.items() if given)}
        left = set(independent_owners(question.requester, question.owners)) - inspected
        missing = [o for o, given in others.items() if not self._consented(given, auditor)]
        if len(left) < MIN_UNINSPECTED and missing:
            raise RefusalError("E-AUD-003", missing=", ".join(missing))
        return others

    def _others(self, question: Question) -> dict[str, list[Signed]]:
        """What the other owners say they have consented to; one that is away stops this."""
        names = [owner for owner in question.owners if owner != self.member.name]

        def ask(owner: str) -> list[Signed]:
            told = self.peers.list_consents(owner, question.run_id)
            about = [one.unsafe_open(Consent) for one in told]
            if any((one.run_id, one.owner) != (question.run_id, owner) for one in about):
                raise VerificationError("E-RUN-012", member=owner, thing="consent")
            return list(told)

        with ThreadPoolExecutor(len(names), "consents") as pool:
            return dict(zip(names, pool.map(ask, names), strict=True))

    def _consented(self, given: list[Signed], auditor: str) -> bool:
        consents, now = (one.unsafe_open(Consent) for one in given), self.member.clock.now()
        return any(one.to == auditor and now < one.until for one in consents)

    def _replay(self, run: OwnerRun, question: Question) -> Replay:
        context = context_of(question, run.asked.question.digest)
        answered = bool(run.statement)
        return Replay(
            version=INSPECTION_VERSION,
            run_id=question.run_id,
            owner=self.member.name,
            question=run.asked.question,
            statement=codec.decode(Signed, run.statement) if answered else None,
            extract=codec.encode(run.extract),
            seed=run.seed,
            pair_keys=self.pair_keys.run_keys(context),
            data_version=run.data_version,
            single_source=run.single_source,
            access=self._evidence(run.access, INSPECTED_ACCESS),
            contributed=self._evidence(run.contributed, INSPECTED_CONTRIBUTED)
            if answered
            else None,
        )

    def _evidence(self, leaf_index: int, names: tuple[str, ...]) -> RecordEvidence:
        self.member.gate.wait_final(leaf_index, self.member.anchor_timeout_s)
        with self.member.database.read() as session:
            store = SqlLogStore(session)
            leaf = read_leaf(store, leaf_index)
            fields = {name: disclose_field(store, leaf_index, name) for name in names}
        return RecordEvidence(leaf.body, self.member.gate.evidence(leaf_index), fields)


def check_inspector(person: PersonCard, member: MemberCard) -> None:
    """An officer or regulator of an auditor.

    Raises:
        RefusalError: E-AUD-004.
    """
    if person.role not in INSPECTING_ROLES or MemberRole.AUDITOR not in member.roles:
        identity = Identity(person.consortium, person.member, person.role, person.person)
        raise RefusalError("E-AUD-004", name=identity.uri)


def seal_replay(replay: Replay, permit: InspectPermit, person: PersonCard) -> bytes:
    """Seal a replay to the inspector; needs the permit that the final record makes.

    Raises:
        FaultError: E-INT-001; no permit, or the permit of another run.
    """
    if not isinstance(permit, InspectPermit) or permit.run_id != replay.run_id:
        raise FaultError("E-INT-001", detail="a replay without the inspect permit of its run")
    context = sealing_context(REPLAY, replay.run_id)
    return seal(person.hpke_key, codec.encode(replay), context)
