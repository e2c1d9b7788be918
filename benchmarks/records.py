"""Records through signature, log and outbox, onto disk: how many per second of one core.

The log is a SQLite file whose transactions survive a loss of power.  Every batch is
signed, appended and committed; then the outbox signs the log's head and hands it to a
chain that answers at once, since no block is waited for.
"""

from collections.abc import Iterator
from tempfile import TemporaryDirectory

from accord.domain.record import RecordKind
from accord.ledger.log import NewRecord
from benchmarks.report import Row, processor_s
from tests.fakes.anchor import FakeChain
from tests.fakes.ledger import RUN, Member

REACH = 5000.0
FIELDS = {name: bytes(32) for name in ("question", "extract", "seed", "pair_keys", "counts")}
NEW = NewRecord(RecordKind.ACCESS, FIELDS, RUN, "statistics")
TRANSACTIONS = {500: 6, 20: 50, 1: 400}
"""Records per transaction and how many transactions are measured."""


def rows() -> Iterator[Row]:
    """Batches, small batches, and one record at a time."""
    for batch, transactions in TRANSACTIONS.items():
        name = f"records: signed, logged, committed, handed on, {batch} per transaction"
        row = Row(name, per_second(batch, transactions), "per second and core")
        yield row.at_least(REACH)


def per_second(batch: int, transactions: int) -> float:
    """Records per processor second."""
    with TemporaryDirectory() as folder:
        member = Member(f"sqlite:///{folder}/log.sqlite")
        outbox = member.outbox(FakeChain())

        def append() -> None:
            for _ in range(transactions):
                with member.units.write() as unit:
                    member.log.append_all(unit.log, [NEW] * batch)
            while outbox.step() is not None:
                pass

        append()  # prepares statements
        seconds = processor_s(append)
        _check_final(member, 2 * batch * transactions)
        member.close()
    return batch * transactions / seconds


def _check_final(member: Member, records: int) -> None:
    with member.units.read() as unit:
        head = unit.heads.latest_final()
    if head is None or head.size != records:
        raise ValueError("a record got lost")
