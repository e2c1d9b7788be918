"""Calls of data stewards: what is published, and who may ask."""

from pathlib import Path
from typing import Final

from accord.client.calls import CALL_S, Calls, header_of
from accord.client.grants import Terms, make_grant
from accord.client.summaries import Finding, GrantState, Published, grant_from_wire
from accord.domain import codec
from accord.domain.errors import RequestError
from accord.domain.grant import Grant
from accord.domain.run import GRANT, REVOKE
from accord.wire.v1 import person_pb2 as wire
from accord.wire.v1.person_pb2_grpc import StewardServiceStub

PUBLISH_S: Final = 900.0  # the whole data version is examined


class StewardCalls(Calls):
    """What a steward asks of the own node."""

    def publish(self, description: Path) -> Published:
        """Publish a part under its description; relative paths in it start from its folder.

        Raises:
            RequestError: E-CLI-002 it cannot be read; else what is wrong with it or its data.
        """
        try:
            text = description.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problem = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise RequestError("E-CLI-002", file=str(description), problem=problem) from None
        folder = str(description.resolve().parent)
        request = wire.PublishRequest(header=header_of(), description=text, folder=folder)
        answer = self._remote.call(self._steward.Publish, request, PUBLISH_S)
        return Published(answer.table, answer.rows, answer.epoch, answer.record)

    def grant(self, terms: Terms, grant_id: bytes) -> tuple[Grant, str]:
        """Sign and register a grant; returns it and its record.

        Args:
            terms: What is allowed.
            grant_id: 16 random bytes.

        Raises:
            RequestError: The terms name something that does not exist.
        """
        grant = make_grant(terms, self.profile.identity.member, grant_id, self._clock.now())
        signed = self.profile.signer.sign(GRANT, codec.encode(grant))
        request = wire.GrantRequest(
            header=header_of(),
            grant=codec.encode(signed),
            person_card=codec.encode(self.profile.card),
        )
        answer = self._remote.call(self._steward.Grant, request, CALL_S)
        return grant, answer.record

    def grants(self) -> tuple[GrantState, ...]:
        """All grants of this member."""
        request = wire.ListGrantsRequest(header=header_of())
        answer = self._remote.call(self._steward.ListGrants, request, CALL_S)
        return tuple(grant_from_wire(grant) for grant in answer.grants)

    def revoke(self, grant_id: bytes) -> str:
        """End a grant for good; returns the record."""
        signed = self.profile.signer.sign(REVOKE, codec.encode(grant_id))
        request = wire.RevokeRequest(
            header=header_of(),
            revocation=codec.encode(signed),
            person_card=codec.encode(self.profile.card),
        )
        return self._remote.call(self._steward.Revoke, request, CALL_S).record

    def findings(self, limit: int = 50) -> tuple[Finding, ...]:
        """What runs found wrong with this member's data, newest first; 1 to 1000."""
        request = wire.ListFindingsRequest(header=header_of(), limit=limit)
        answer = self._remote.call(self._steward.ListFindings, request, CALL_S)
        return tuple(
            Finding(found.at, found.table, found.code, found.text, found.run_id)
            for found in answer.findings
        )

    @property
    def _steward(self) -> StewardServiceStub:
        return StewardServiceStub(self._remote.channel)
