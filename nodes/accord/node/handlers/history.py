"""An analyst's own runs, and what runs found wrong with our data, as this node kept them."""

from dataclasses import dataclass

from accord.domain import codec
from accord.domain.errors import RequestError
from accord.node.member import Member
from accord.node.runs import REQUESTER, Begun, RequesterRun
from accord.node.store import repository
from accord.node.store.repository import Session, StoredRun
from accord.wire.v1 import person_pb2 as wire
from accord.wire.v1 import types_pb2 as types

_DEFAULT_LIMIT = 50
_MAX_LIMIT = 1000


def shown(limit: int) -> int:
    """How many entries one answer lists for the ``limit`` that was asked for; 0 is none given."""
    return min(limit or _DEFAULT_LIMIT, _MAX_LIMIT)


@dataclass(frozen=True, slots=True)
class History:
    """Handlers of AnalystService.ListRuns and ShowRun, and StewardService.ListFindings.

    An analyst sees only own runs.
    """

    member: Member

    def runs(self, analyst: str, limit: int) -> list[wire.RunSummary]:
        """Newest first."""
        with self.member.database.read() as session:
            most = shown(limit)
            kept = repository.list_runs(session, REQUESTER, analyst, most)
        return [_summary(run, codec.decode(RequesterRun, run.body)) for run in kept]

    def findings(self, limit: int) -> list[wire.Finding]:
        """What runs found wrong with our own data, newest first; for our stewards alone."""
        with self.member.database.read() as session:
            most = shown(limit)
            kept = repository.list_findings(session, most)
        return [
            wire.Finding(
                at=codec.format_time(finding.at),
                table=finding.table,
                code=finding.code,
                text=finding.text,
                run_id=finding.run_id or b"",
            )
            for finding in kept
        ]

    def show(self, analyst: str, run_id: bytes) -> wire.ShowRunResponse:
        """One run with its steps.

        Raises:
            RequestError: E-RUN-011; there is no such run of this analyst.
        """
        with self.member.database.read() as session:
            run, body = load_own_run(session, run_id, analyst)
            steps = repository.list_steps(session, run_id)
        return wire.ShowRunResponse(
            summary=_summary(run, body),
            steps=[types.Progress.FromString(step) for step in steps],
            sealed_outcome=body.sealed_outcome,
            question=codec.encode(codec.decode(Begun, body.begun).question),
        )


def load_own_run(session: Session, run_id: bytes, analyst: str) -> tuple[StoredRun, RequesterRun]:
    """A run that ``analyst`` has asked.

    Raises:
        RequestError: E-RUN-011; there is no such run of this analyst.
    """
    run = repository.find_run(session, run_id, REQUESTER)
    if run is None or run.person != analyst:
        raise RequestError("E-RUN-011", run=run_id.hex())
    return run, codec.decode(RequesterRun, run.body)


def _summary(run: StoredRun, body: RequesterRun) -> wire.RunSummary:
    return wire.RunSummary(
        run_id=run.run_id,
        sql=body.sql,
        purpose=body.purpose,
        state=run.state,
        asked=body.asked,
        expires=body.expires,
    )
