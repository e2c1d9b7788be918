"""Recomputing one owner's messages of one run, bit for bit, and comparing with its records.

First everything that the comparison rests on is checked: cards against the trust file, the
owner's records through to the chain, question and decision against those records.  Then
extract, seed and pair keys are held against their commitments, and the messages that follow
from them against the digests that the owner recorded before it sent them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from accord.domain import codec
from accord.domain.bundle import RecordEvidence
from accord.domain.card import MemberCard, Trust
from accord.domain.card_check import open_member_card
from accord.domain.contribution import Decision, GuardStatement, digest_of
from accord.domain.errors import AccordError, VerificationError
from accord.domain.inspection import (
    INSPECTED_ACCESS,
    INSPECTED_CONTRIBUTED,
    INSPECTION_VERSION,
    Replay,
)
from accord.domain.question import Question
from accord.domain.record import RecordKind, check_disclosed
from accord.domain.run import STATEMENT
from accord.domain.signed import Signed
from accord.ledger.evm.anchor_proof import AnchoredHead, AnchorProof, chain_trust, verify_anchor
from accord.ledger.records import open_entry
from accord.ledger.signatures import verify_signed
from accord.ledger.verify import verify_log_proof
from accord.privacy.modulus import verify_modulus
from accord.privacy.paillier import EncryptionKey
from accord.privacy.tally.context import context_of
from accord.privacy.tally.encryption import Secrets
from accord.privacy.tally.owner import OwnerInput, OwnerTally
from accord.query.plan import Extract

INPUTS: Final = ("extract", "seed", "pair_keys")  # of the messages, as they are committed


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was recomputed and whether it is what the owner recorded.

    Attributes:
        equal: What (`INPUTS`, counts, values) to whether it is the same.  Values are
            compared only where the owner sent some and the counts are the same, since the
            decision on them rests on the counts.
        values: The recomputed ciphertexts of the second round, empty where there are none.
        access, contributed: Bytes of the owner's log entries compared with.
    """

    run_id: bytes
    owner: str
    equal: Mapping[str, bool]
    values: tuple[bytes, ...]
    access: bytes
    contributed: bytes

    @property
    def differing(self) -> tuple[str, ...]:
        """What is not as recorded."""
        return tuple(name for name, same in self.equal.items() if not same)


def compare_replay(
    replay: Replay, cards: Sequence[Signed], trust: Trust, run_id: bytes, owner: str
) -> Comparison:
    """Check what was handed over, and recompute.

    Raises:
        VerificationError: E-CRD, a card; E-SIG, E-REC, E-LOG, E-CHN, a record; E-AUD-006,
            the parts do not belong together.
        RequestError: E-MSG-001; a part does not decode.
    """
    named = (replay.version, replay.run_id, replay.owner)
    _expect(owner, "run or owner", holds=named == (INSPECTION_VERSION, run_id, owner))
    known = [open_member_card(card, trust, verify_signed, verify_modulus) for card in cards]
    by_member = {card.member: card for card in known}
    _expect(owner, "cards", holds=by_member.keys() == trust.members.keys())
    records = _Records(by_member[owner], trust, run_id)
    access = records.open(replay.access, RecordKind.ACCESS, INSPECTED_ACCESS)
    question = _question(replay, access)
    contributed, decision = _decision(replay, question, by_member, records)
    return _compare(replay, question, by_member, {**contributed, **access}, decision)


@dataclass(frozen=True, slots=True)
class _Records:
    """Opens an owner's records of one run, through to the chain."""

    card: MemberCard
    trust: Trust
    run_id: bytes

    def open(
        self, evidence: RecordEvidence, kind: RecordKind, names: tuple[str, ...]
    ) -> dict[str, bytes]:
        record = open_entry(evidence.entry, self.card)
        belongs = (record.kind, record.run_id) == (kind, self.run_id)
        disclosed = set(evidence.disclosed) == set(names)
        _expect(self.card.member, f"{kind} record", holds=belongs and disclosed)
        if evidence.proof is None:
            raise VerificationError("E-AUD-006", owner=self.card.member, thing=f"{kind} proof")
        verify_log_proof(evidence.entry, evidence.proof, self.card, self._anchored)
        return {
            name: check_disclosed(record, name, opening)
            for name, opening in evidence.disclosed.items()
        }

    def _anchored(self, proof: bytes) -> AnchoredHead:
        return verify_anchor(codec.decode(AnchorProof, proof), chain_trust(self.trust))


def _question(replay: Replay, access: Mapping[str, bytes]) -> Question:
    question = codec.decode(Question, replay.question.body)
    same = (access["question"], access["data_version"]) == (
        replay.question.digest,
        replay.data_version,
    )
    belongs = question.run_id == replay.run_id and replay.owner in question.owners
    _expect(replay.owner, "question", holds=same and belongs)
    return question


def _decision(
    replay: Replay, question: Question, cards: Mapping[str, MemberCard], records: _Records
) -> tuple[dict[str, bytes], Decision | None]:
    """The contributed record's fields, and the decision that the owner acted on."""
    if replay.statement is None or replay.contributed is None:
        neither = replay.statement is None and replay.contributed is None
        _expect(replay.owner, "decision", holds=neither)
        return {}, None
    fields = records.open(replay.contributed, RecordKind.CONTRIBUTED, INSPECTED_CONTRIBUTED)
    _expect(replay.owner, "guard", holds=question.guard in cards)
    verify_signed(replay.statement, cards[question.guard].record_key, STATEMENT)
    decision = replay.statement.unsafe_open(GuardStatement).decision
    named = (fields["question"], fields["decision"])
    _expect(replay.owner, "decision", holds=named == (replay.question.digest, decision.digest()))
    return fields, decision


def _compare(
    replay: Replay,
    question: Question,
    cards: Mapping[str, MemberCard],
    recorded: Mapping[str, bytes],
    decision: Decision | None,
) -> Comparison:
    secrets, extract = Secrets(replay.seed, replay.pair_keys), codec.decode(Extract, replay.extract)
    given = {"extract": codec.digest("extract", extract), **secrets.commitments()}
    equal = {name: given[name] == recorded[name] for name in INPUTS}
    tally = _tally(replay, question, cards, extract, secrets)
    counts = _made(lambda: tally().counts().ciphertexts)
    equal["counts"] = counts is not None and digest_of(counts) == recorded["counts"]
    values = None
    if decision is not None and equal["counts"]:
        values = _made(lambda: tally().values(decision).ciphertexts)
        equal["values"] = values is not None and digest_of(values) == recorded["values"]
    return Comparison(
        run_id=replay.run_id,
        owner=replay.owner,
        equal=equal,
        values=values or (),
        access=replay.access.entry,
        contributed=replay.contributed.entry if replay.contributed else b"",
    )


def _tally(
    replay: Replay,
    question: Question,
    cards: Mapping[str, MemberCard],
    extract: Extract,
    secrets: Secrets,
) -> Callable[[], OwnerTally]:
    own = OwnerInput(replay.owner, extract, replay.data_version, replay.single_source)
    return lambda: OwnerTally(
        context_of(question, replay.question.digest),
        own,
        secrets,
        guard_key=_key(cards[question.guard]),
        requester_key=_key(cards[question.requester]),
    )


def _made(make: Callable[[], tuple[bytes, ...]]) -> tuple[bytes, ...] | None:
    """Ciphertexts, or None where none follow: an extract of another shape, a missing key."""
    try:
        return make()
    except (AccordError, KeyError):
        return None


def _key(card: MemberCard) -> EncryptionKey:
    return EncryptionKey(int.from_bytes(card.paillier_n))


def _expect(owner: str, thing: str, *, holds: bool) -> None:
    if not holds:
        raise VerificationError("E-AUD-006", owner=owner, thing=thing)
