"""Calls around inspections: what was answered, consent, and the material of a replay."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from accord.client.calls import CALL_S, Calls, header_of
from accord.domain import codec
from accord.domain.inspection import (
    CONSENT,
    INSPECTION,
    INSPECTION_VERSION,
    REPLAY,
    Consent,
    Inspection,
    Replay,
)
from accord.domain.run import sealing_context
from accord.domain.signed import Signed
from accord.privacy.sealing import open_sealed
from accord.wire.v1 import audit_pb2 as wire
from accord.wire.v1.audit_pb2_grpc import AuditServiceStub

REPLAY_S: Final = 600.0  # the owner's record of the inspection becomes final first


@dataclass(frozen=True, slots=True)
class AnsweredRun:
    """A run in which this member took part as an owner.

    Attributes:
        asked: RFC 3339, UTC.
        state: accepted, recorded or contributed.
        consents: Consents to inspect it, in the order they were given.
    """

    run_id: bytes
    requester: str
    table: str
    purpose: str
    asked: str
    state: str
    consents: tuple[Consent, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an inspector was given.

    Attributes:
        cards: Every member's card as the own node knows them; checked before use.
    """

    replay: Replay
    cards: tuple[Signed, ...]


class AuditCalls(Calls):
    """What stewards, officers and regulators ask of the own node."""

    def answered(self, limit: int = 50) -> tuple[AnsweredRun, ...]:
        """Runs this member has answered, newest first; ``limit`` from 1 to 1000."""
        request = wire.ListAnsweredRequest(header=header_of(), limit=limit)
        answer = self._remote.call(self._audit.ListAnswered, request, CALL_S)
        return tuple(_answered_from_wire(run) for run in answer.runs)

    def consent(self, run_id: bytes, to: str, until: datetime) -> str:
        """Sign and record a consent; returns the record.

        Args:
            run_id: One run that this member has answered.
            to: Member with the role auditor.
            until: Aware; whole seconds.

        Raises:
            RequestError: E-AUD-005; it could never be used.
        """
        identity, now = self.profile.identity, self._clock.now()
        consent = Consent(
            version=INSPECTION_VERSION,
            run_id=run_id,
            owner=identity.member,
            to=to,
            issued=now.astimezone(UTC).replace(microsecond=0),
            until=until.astimezone(UTC).replace(microsecond=0),
        )
        request = wire.ConsentRequest(
            header=header_of(run_id),
            consent=codec.encode(self.profile.signer.sign(CONSENT, codec.encode(consent))),
            person_card=codec.encode(self.profile.card),
        )
        return self._remote.call(self._audit.Consent, request, CALL_S).record

    def fetch_replay(self, run_id: bytes, owner: str) -> Delivery:
        """Ask an owner for what a replay of its part needs; see `accord.client.replay`.

        Raises:
            RefusalError: E-AUD-001 to E-AUD-004; the owner refused, and has recorded it.
            RequestError: E-RUN-011; the owner has answered no such run.
            UnavailableError: The owner or another owner of the run is away.
        """
        now = self._clock.now().astimezone(UTC).replace(microsecond=0)
        inspection = Inspection(INSPECTION_VERSION, run_id, owner, now)
        signed = self.profile.signer.sign(INSPECTION, codec.encode(inspection))
        request = wire.ReplayRequest(
            header=header_of(run_id),
            owner=owner,
            inspection=codec.encode(signed),
            person_card=codec.encode(self.profile.card),
        )
        answer = self._remote.call(self._audit.Replay, request, REPLAY_S)
        context = sealing_context(REPLAY, run_id)
        data = open_sealed(self.profile.sealing, answer.sealed_replay, context)
        cards = tuple(codec.decode(Signed, card) for card in answer.cards)
        return Delivery(codec.decode(Replay, data), cards)

    @property
    def _audit(self) -> AuditServiceStub:
        return AuditServiceStub(self._remote.channel)


def _answered_from_wire(message: wire.AnsweredRun) -> AnsweredRun:
    signed = (codec.decode(Signed, consent) for consent in message.consents)
    return AnsweredRun(
        run_id=message.run_id,
        requester=message.requester,
        table=message.table,
        purpose=message.purpose,
        asked=message.asked,
        state=message.state,
        consents=tuple(one.unsafe_open(Consent) for one in signed),
    )
