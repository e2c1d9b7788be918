"""What this member's own log says of a run."""

from accord.domain.errors import RefusalError
from accord.domain.record import RecordKind
from accord.ledger.log import Leaf
from accord.ledger.records import parse_entry
from accord.ledger.store.log_store import SqlLogStore
from accord.node.store.repository import Session


def find_record(session: Session, run_id: bytes, kind: RecordKind) -> Leaf | None:
    """The run's first record of one kind."""
    leaves = SqlLogStore(session).leaves_of_run(run_id)
    return next((leaf for leaf in leaves if leaf.kind is kind), None)


def find_abort(session: Session, run_id: bytes, requester: str) -> Leaf | None:
    """The record that ``requester`` ended the run.

    Whoever else takes part knows the run id, too, and must not end another's run by it.
    """
    leaf = find_record(session, run_id, RecordKind.ABORT)
    return leaf if leaf and parse_entry(leaf.body)[1].requester == requester else None


def check_not_cancelled(session: Session, run_id: bytes, requester: str) -> None:
    """Nothing of a run is answered once its end is in the log.

    Raises:
        RefusalError: E-RUN-019.
    """
    if find_abort(session, run_id, requester) is not None:
        raise RefusalError("E-RUN-019")
