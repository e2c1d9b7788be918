"""What the node lists: runs, grants, tables, its own health."""

from dataclasses import dataclass

from accord.client.progress import Step, step_from_wire
from accord.domain import codec
from accord.domain.catalogue import Table
from accord.domain.errors import AccordError, from_code
from accord.domain.grant import Grant
from accord.domain.signed import Signed
from accord.wire.v1 import person_pb2 as wire


@dataclass(frozen=True, slots=True)
class Run:
    """One of the analyst's runs.

    Attributes:
        state: running, finished, refused, failed, interrupted, cancelled or dry_run.
        asked: RFC 3339, UTC.
        expires: Until when it may be resumed if it is interrupted; RFC 3339, UTC.
    """

    run_id: bytes
    sql: str
    purpose: str
    state: str
    asked: str
    expires: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A cancelled run.

    Attributes:
        record: The abort record, as ``MEMBER#INDEX``.
        told: Owners and guard that have recorded it.
        missed: Those that could not be reached.
    """

    record: str
    told: tuple[str, ...]
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunDetail:
    """One run with its steps.

    Attributes:
        bundle: Bytes of the evidence bundle; empty unless finished.
        block: Ledger block of the release; 0 unless finished.
        question: As the analyst signed it (canonical CBOR of a Signed).
    """

    run: Run
    steps: tuple[Step, ...]
    bundle: bytes
    block: int
    question: bytes


@dataclass(frozen=True, slots=True)
class GrantState:
    """A grant of this member, and how it stands."""

    grant: Grant
    signed: Signed
    runs_used: int
    revoked: bool


@dataclass(frozen=True, slots=True)
class TableState:
    """A table as this member's node sees it.

    Attributes:
        published: Parts that publish exactly this table.
        differing: Parts that publish another description under this name.
    """

    table: Table
    published: tuple[str, ...]
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a run found wrong with this member's own data.

    Attributes:
        at: RFC 3339, UTC.
        code: What the requester was told.
        text: In detail: file, rows, rows at fault by column.
        run_id: 16 bytes, or empty.
    """

    at: str
    table: str
    code: str
    text: str
    run_id: bytes


@dataclass(frozen=True, slots=True)
class Published:
    """A published part; ``rows`` is the steward's own number."""

    table: str
    rows: int
    epoch: int
    record: str


@dataclass(frozen=True, slots=True)
class Health:
    """How a node stands.

    Attributes:
        sequenced: Records in its log.
        final: Records that are final on the ledger.
        ledger: Why the ledger does not answer; None if it does.
        peers: Member to whether its node answers.
    """

    member: str
    sequenced: int
    final: int
    ledger: AccordError | None
    peers: dict[str, bool]


def run_from_wire(message: wire.RunSummary) -> Run:
    """One line of ``ListRuns``."""
    return Run(
        message.run_id,
        message.sql,
        message.purpose,
        message.state,
        message.asked,
        message.expires,
    )


def steps_from_wire(message: wire.ShowRunResponse) -> tuple[Step, ...]:
    """The known steps of a run."""
    steps = (step_from_wire(step) for step in message.steps)
    return tuple(step for step in steps if step is not None)


def grant_from_wire(message: wire.GrantSummary) -> GrantState:
    """One line of ``ListGrants``.

    Raises:
        RequestError: E-MSG-001; no grant.
    """
    signed = codec.decode(Signed, message.grant)
    grant = codec.decode(Grant, signed.body)
    return GrantState(grant, signed, message.runs_used, message.revoked)


def table_from_wire(message: wire.TableSummary) -> TableState:
    """One line of ``ListTables``.

    Raises:
        RequestError: E-MSG-001; no table.
    """
    table = codec.decode(Table, message.table)
    return TableState(table, tuple(message.published), tuple(message.differing))


def health_from_wire(message: wire.StatusResponse) -> Health:
    """The answer of ``Status``."""
    refusal = message.ledger
    ledger = None
    if refusal.code:
        ledger = from_code(refusal.code, dict(refusal.facts), refusal.record)
    peers = {peer.member: peer.reachable for peer in message.peers}
    return Health(message.member, message.sequenced, message.final, ledger, peers)
