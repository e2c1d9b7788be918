"""The requester's node as its owner could rewrite it: every message sent by hand.

It has the requester's keys and certificate, and the analyst's, and no rule but the ones
that owners and guard enforce.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from accord.client.profile import Profile, load_profile
from accord.domain import codec
from accord.domain.bundle import RecordEvidence
from accord.domain.contribution import GuardStatement, Values, digest_of
from accord.domain.question import Question
from accord.domain.record import RecordKind
from accord.domain.run import APPLY, QUESTION, Asked, GuardEvidence, OwnerEvidence, ValuesEvidence
from accord.domain.signed import Signed
from accord.ledger.signatures import Ed25519Signer
from accord.node.channels import Channels
from accord.node.config import Timeouts, load_node_config
from accord.node.handlers.sealed import seal_question
from accord.node.member import Member
from accord.node.peers_grpc import GrpcPeers
from tests.consortium.lab import STATS
from tests.consortium.tables import PURPOSE
from tests.consortium.world import Consortium


class ByHand:
    """Acts as the node and the analyst of ``member``."""

    def __init__(self, consortium: Consortium, member: str = STATS, analyst: str = "ana") -> None:
        self.consortium = consortium
        self.name, self.analyst = member, f"{member}/{analyst}"

    @property
    def member(self) -> Member:
        return self.consortium.members[self.name]

    @cached_property
    def profile(self) -> Profile:
        return load_profile(self.consortium.lab.profile(self.analyst))

    @cached_property
    def peers(self) -> GrpcPeers:
        config = load_node_config(self.consortium.lab.node_toml(self.name))
        addresses = {**config.peers, self.name: config.listen}
        channels = Channels(self.member.keys.tls, self.member.cards, addresses, 1 << 26)
        return GrpcPeers(channels, Timeouts(peer_s=20, contribute_s=60))

    def draft(self, sql: str, purpose: str = PURPOSE, **changes: Any) -> Question:
        """What the own node would draft, with ``changes``."""
        return replace(self.consortium.client(self.analyst).draft(sql, purpose), **changes)

    def asked(self, question: Question, signer: Ed25519Signer | None = None) -> Asked:
        """Sign as the analyst (or another) and countersign as the node."""
        signed = (signer or self.profile.signer).sign(QUESTION, codec.encode(question))
        tables = self.consortium.client(self.analyst).tables()
        digests = {state.table.digest(): state.table for state in tables}
        table = digests.get(question.table_digest, tables[0].table)
        countersigned = self.member.signer.sign(APPLY, signed.body)
        return Asked(signed, countersigned, self.profile.card, table, self.applied(signed))

    def applied(self, signed: Signed) -> RecordEvidence:
        """The application record, as a node that keeps no other rule would write it."""
        question = signed.unsafe_open(Question)
        fields = {"question": signed.digest, "sql": b"-", "purpose": b"-"}
        with self.member.database.write() as session:
            record = self.member.append(session, RecordKind.APPLY, fields, question)
        return self.member.evidence_at(record.leaf_index)

    def contribute(self, asked: Asked, owner: str, run_id: bytes = b"") -> OwnerEvidence:
        """Have one owner contribute."""
        run_id = run_id or run_of(asked)
        sealed = seal_question(asked, run_id, self.member.cards[owner])
        *_, last = self.peers.contribute(owner, run_id, sealed)
        assert isinstance(last, OwnerEvidence)
        return last

    def contribute_all(self, asked: Asked) -> tuple[OwnerEvidence, ...]:
        return tuple(self.contribute(asked, owner) for owner in question_of(asked).owners)

    def decide(
        self, asked: Asked, contributions: Sequence[OwnerEvidence], guard: str = ""
    ) -> GuardEvidence:
        guard = guard or question_of(asked).guard
        sealed = seal_question(asked, run_of(asked), self.member.cards[guard])
        return self.peers.decide(guard, run_of(asked), sealed, contributions)

    def values(self, asked: Asked, statement: Signed) -> dict[str, ValuesEvidence]:
        owners = question_of(asked).owners
        return {o: self.peers.send_values(o, run_of(asked), statement) for o in owners}

    def release(
        self,
        asked: Asked,
        statement: Signed,
        values: Mapping[str, ValuesEvidence],
        *,
        final: bool = True,
        **changes: bytes,
    ) -> RecordEvidence:
        """Append the release record, with ``changes`` to its fields; wait until it is final."""
        opened = statement.unsafe_open(GuardStatement)
        digests = {
            o: digest_of(v.values.unsafe_open(Values).ciphertexts) for o, v in values.items()
        }
        digests[question_of(asked).guard] = opened.mask
        fields = {
            "question": asked.question.digest,
            "decision": opened.decision.digest(),
            "contributions": codec.encode(digests),
            **changes,
        }
        member = self.member
        with member.database.write() as session:
            record = member.append(session, RecordKind.RELEASE, fields, question_of(asked))
        if final:
            member.gate.wait_final(record.leaf_index, 30)
        return member.evidence_at(record.leaf_index)

    def mask(
        self, asked: Asked, release: RecordEvidence, contributed: Sequence[RecordEvidence]
    ) -> Signed:
        guard = question_of(asked).guard
        return self.peers.send_mask(guard, run_of(asked), release, contributed)


@dataclass(frozen=True)
class Decided:
    """A run after the guard's decision."""

    hand: ByHand
    asked: Asked
    contributions: tuple[OwnerEvidence, ...]
    statement: Signed


def run_to_decision(consortium: Consortium, sql: str) -> Decided:
    hand = ByHand(consortium)
    asked = hand.asked(hand.draft(sql))
    contributions = hand.contribute_all(asked)
    return Decided(hand, asked, contributions, hand.decide(asked, contributions).statement)


def question_of(asked: Asked) -> Question:
    return asked.question.unsafe_open(Question)


def run_of(asked: Asked) -> bytes:
    return question_of(asked).run_id
