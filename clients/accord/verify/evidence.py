"""A bundle with every statement in it decoded, for the checks to read.

Decoding is strict and says nothing about truth: signatures, digests and meaning are the
checks' business.
"""

from concurrent.futures import Executor
from dataclasses import dataclass
from functools import lru_cache

from accord.domain import codec
from accord.domain.bundle import Bundle, LogProof, RecordEvidence
from accord.domain.card import MemberCard, PersonCard, Trust
from accord.domain.contribution import GuardStatement, Values
from accord.domain.grant import Grant
from accord.domain.ids import Identity
from accord.domain.question import Question
from accord.domain.record import Record, RecordKind
from accord.domain.signed import Signed
from accord.ledger.checkpoint import Checkpoint, parse_checkpoint
from accord.ledger.evm.anchor_proof import (
    AnchoredHead,
    AnchorProof,
    ChainTrust,
    chain_trust,
    verify_anchor,
)
from accord.ledger.records import parse_entry
from accord.privacy.tally.context import TallyContext, context_of
from accord.query.plan import Plan
from accord.verify.expectation import Expectation

_of_cards = Expectation("E-VER-102")
_of_records = Expectation("E-VER-106")
_of_anchors = Expectation("E-VER-108")

# Whose anchoring a run waits for (directly, or because a later record of the log is).
ANCHORED_KINDS = (RecordKind.APPLY, RecordKind.ACCEPT, RecordKind.ACCESS, RecordKind.RELEASE)


@dataclass(frozen=True, slots=True)
class RecordItem:
    """One record of the bundle, taken apart."""

    record: Record
    evidence: RecordEvidence

    @property
    def key(self) -> tuple[RecordKind, str]:
        """What it is: kind and member."""
        return self.record.kind, self.record.member


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the checks read.

    Attributes:
        envelope: The file itself, as signed by the requester's node.
        minimum_bits: Least size of the requester's modulus.
        near: Computes powers, in threads.
        stewards: In the order of ``bundle.steward_cards``, as are all tuples here.
    """

    envelope: Signed
    bundle: Bundle
    trust: Trust
    minimum_bits: int
    near: Executor
    question: Question
    plan: Plan
    person: PersonCard
    cards: tuple[MemberCard, ...]
    grants: tuple[Grant, ...]
    stewards: tuple[PersonCard, ...]
    records: tuple[RecordItem, ...]
    statement: GuardStatement
    values: tuple[Values, ...]

    @property
    def digest(self) -> bytes:
        """Digest of the signed question, to which everything else is bound."""
        return self.bundle.question.digest

    @property
    def context(self) -> TallyContext:
        """The tally of this question; an `AccordError` if there cannot be one."""
        return context_of(self.question, self.digest)

    @property
    def n(self) -> int:
        """The requester's Paillier modulus."""
        return int.from_bytes(self.card(self.question.requester).paillier_n)

    def card(self, member: str) -> MemberCard:
        """The carried card of a member.

        Raises:
            VerificationError: E-VER-102; there is none.
        """
        for card in self.cards:
            if card.member == member:
                return card
        raise _of_cards.error(member, "no_card")

    def node(self, member: str) -> str:
        """SPIFFE name of a member's node in the trusted consortium."""
        return Identity(self.trust.consortium, member).uri

    def record(self, kind: RecordKind, member: str) -> RecordItem:
        """The only record of that kind by that member.

        Raises:
            VerificationError: E-VER-106; there is none.
        """
        for item in self.records:
            if item.key == (kind, member):
                return item
        raise _of_records.error(member, f"no_{kind}")

    def field(self, kind: RecordKind, member: str, name: str) -> bytes:
        """A disclosed field; that it opens its commitment is check 6."""
        return self.record(kind, member).evidence.disclosed[name].value


def open_evidence(
    envelope: Signed, bundle: Bundle, trust: Trust, minimum_bits: int, near: Executor
) -> Evidence:
    """Decode every statement of a bundle.

    Raises:
        RequestError: E-MSG-001; one of them is not the canonical encoding of what stands there.
    """
    question = bundle.question.unsafe_open(Question)
    return Evidence(
        envelope=envelope,
        bundle=bundle,
        trust=trust,
        minimum_bits=minimum_bits,
        near=near,
        question=question,
        plan=codec.decode(Plan, question.plan),
        person=bundle.person_card.unsafe_open(PersonCard),
        cards=tuple(card.unsafe_open(MemberCard) for card in bundle.cards),
        grants=tuple(grant.unsafe_open(Grant) for grant in bundle.grants),
        stewards=tuple(card.unsafe_open(PersonCard) for card in bundle.steward_cards),
        records=tuple(_open_record(evidence) for evidence in bundle.records),
        statement=bundle.statement.unsafe_open(GuardStatement),
        values=tuple(values.unsafe_open(Values) for values in bundle.values),
    )


def anchored_head(evidence: Evidence, item: RecordItem) -> AnchoredHead | None:
    """What the record's anchor shows; None if it needs none and has none.

    Raises:
        VerificationError: E-VER-108 it needs one; E-CHN-001 the one it has does not hold.
        RequestError: E-MSG-001; what it has is no anchor proof.
    """
    proof = item.evidence.proof
    if proof is None or not proof.anchor:
        if item.record.kind in ANCHORED_KINDS:
            raise _of_anchors.error(item.record.member, f"unanchored_{item.record.kind}")
        return None
    return _verified_anchor(proof.anchor, chain_trust(evidence.trust))


def anchored_block(evidence: Evidence, kind: RecordKind, member: str) -> AnchoredHead:
    """The head that holds a record which must be anchored; errors as in `anchored_head`."""
    head = anchored_head(evidence, evidence.record(kind, member))
    if head is None:  # only other kinds may do without
        raise _of_anchors.error(member, f"unanchored_{kind}")
    return head


def checkpoint_of(proof: LogProof) -> Checkpoint:
    """The checkpoint of a proof; whether the log signed it is check 7.

    Raises:
        VerificationError: E-LOG-004; it is none.
    """
    return parse_checkpoint(proof.checkpoint)[0]


@lru_cache(maxsize=64)  # several records share one head, and several checks ask for it
def _verified_anchor(anchor: bytes, trust: ChainTrust) -> AnchoredHead:
    return verify_anchor(codec.decode(AnchorProof, anchor), trust)


def _open_record(evidence: RecordEvidence) -> RecordItem:
    return RecordItem(parse_entry(evidence.entry)[1], evidence)
