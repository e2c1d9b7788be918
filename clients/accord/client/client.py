"""The SDK: one person's view of the node of their own member.

    with Client.open(load_profile(folder), clock) as client:
        finished = client.ask("SELECT COUNT(*) FROM income", "pension review 2026")
        print(finished.bundle.answer.rows)

Everything a person signs is signed here: the node never holds a person's key.
"""

from types import TracebackType
from typing import Self

from accord.client.analyst import AnalystCalls, Finished
from accord.client.auditor import AuditCalls
from accord.client.calls import CALL_S, header_of
from accord.client.profile import Profile
from accord.client.steward import StewardCalls
from accord.client.summaries import Health, TableState, health_from_wire, table_from_wire
from accord.client.transport import connect
from accord.domain.ports import Clock
from accord.query.refinement import Quantile, may_ask_quantile
from accord.wire.v1 import person_pb2 as wire
from accord.wire.v1.person_pb2_grpc import StatusServiceStub

__all__ = ["Client", "Finished"]


class Client(AnalystCalls, StewardCalls, AuditCalls):
    """Calls for one person; use as a context manager."""

    @classmethod
    def open(cls, profile: Profile, clock: Clock) -> "Client":
        """A client for the node that ``profile`` names; connects at the first call."""
        return cls(profile, connect(profile), clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._remote.channel.close()

    def quantile(self, sql: str) -> Quantile | None:
        """The median or quantile that a question asks for; None if it asks for none.

        Raises:
            AccordError: E-SQL-nnn; it asks for one that cannot be refined.
        """
        if not may_ask_quantile(sql):
            return None
        from accord.query.quantile import parse_quantile  # noqa: PLC0415 - sqlglot is large

        tables = {state.table.name: state.table for state in self.tables()}
        return parse_quantile(sql, tables)

    def tables(self) -> tuple[TableState, ...]:
        """Tables of the consortium as the node sees them."""
        request = wire.ListTablesRequest(header=header_of())
        answer = self._remote.call(self._status.ListTables, request, CALL_S)
        return tuple(table_from_wire(table) for table in answer.tables)

    def status(self) -> Health:
        """Health of the node, its ledger and its peers."""
        request = wire.StatusRequest(header=header_of())
        return health_from_wire(self._remote.call(self._status.Status, request, CALL_S))

    @property
    def _status(self) -> StatusServiceStub:
        return StatusServiceStub(self._remote.channel)
