"""Permits for tests; genuine, that is, behind each stands a record in a log."""

from accord.domain.record import RecordKind
from accord.ledger.permits import AccessPermit, SendPermit
from tests.fakes.anchor import FakeChain
from tests.fakes.ledger import RUN, Member


def permit_for_tests(run_id: bytes = RUN) -> AccessPermit:
    """Append an accept record to a log in memory and return its permit."""
    member = Member()
    try:
        return member.gate.access_permit(member.append(RecordKind.ACCEPT, run_id).leaf_index)
    finally:
        member.close()


def send_permit_for_tests(run_id: bytes = RUN) -> SendPermit:
    """Append an access record to a log in memory, anchor it, and return its permit."""
    member = Member()
    try:
        appended = member.append(RecordKind.ACCESS, run_id)
        outbox = member.outbox(FakeChain())
        while outbox.step() is not None:
            pass
        return member.gate.send_permit(appended.leaf_index, timeout_s=0.0)
    finally:
        member.close()
