"""Owner or guard hears that the requester has cancelled a run."""

from dataclasses import dataclass

from accord.domain import codec
from accord.domain.errors import RequestError, VerificationError
from accord.domain.record import RecordKind
from accord.domain.run import CANCELLATION, Cancellation
from accord.domain.signed import Signed
from accord.ledger.records import parse_entry
from accord.ledger.signatures import verify_signed
from accord.ledger.store.log_store import SqlLogStore
from accord.node.handlers.run_records import find_abort
from accord.node.member import Member
from accord.node.store.repository import Session


@dataclass(frozen=True, slots=True)
class Abort:
    """Handler of RunService.Abort."""

    member: Member

    def __call__(self, caller: str, run_id: bytes, cancellation: Signed) -> str:
        """Record it once and return the record; also of a run that has not come here yet.

        Raises:
            RequestError: E-RUN-011; the run is another member's.
            VerificationError: E-SIG, E-RUN-012; the caller did not sign this.
        """
        cancelled = self._open(caller, run_id, cancellation)
        with self.member.database.write() as session:
            self._check_known(session, caller, run_id)
            leaf = find_abort(session, run_id, caller)
            if leaf is not None:
                return self.member.place(leaf.leaf_index)
            fields = {"question": cancelled.question, "code": b"E-RUN-019"}
            record = self.member.log.append(
                SqlLogStore(session), RecordKind.ABORT, fields, run_id=run_id, requester=caller
            )
        return self.member.place(record.leaf_index)

    def _open(self, caller: str, run_id: bytes, cancellation: Signed) -> Cancellation:
        verify_signed(cancellation, self.member.cards[caller].record_key, CANCELLATION)
        cancelled = codec.decode(Cancellation, cancellation.body)
        if (cancellation.signer, cancelled.run_id) != (self.member.uri(caller), run_id):
            raise VerificationError("E-RUN-012", member=caller, thing="cancellation")
        return cancelled

    def _check_known(self, session: Session, caller: str, run_id: bytes) -> None:
        """A run that we take part in is ended by its own requester only."""
        leaves = SqlLogStore(session).leaves_of_run(run_id)
        requesters = {parse_entry(leaf.body)[1].requester for leaf in leaves}
        if requesters - {caller}:
            raise RequestError("E-RUN-011", run=run_id.hex())
