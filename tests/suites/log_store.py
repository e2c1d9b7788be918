"""What every `LedgerUnits` with its `LogStore` and `HeadStore` keeps.

Subclass and provide the fixture ``units``.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from accord.domain.errors import AccordError
from accord.domain.record import RecordKind, check_disclosed
from accord.ledger import merkle
from accord.ledger.heads import Head, HeadState, LedgerUnits
from accord.ledger.log import AppendedRecord, Log, NewRecord
from accord.ledger.merkle import Frontier
from accord.ledger.reading import (
    check_stored,
    consistency,
    disclose_field,
    inclusion,
    read_fields,
    read_leaf,
    root_at,
)
from accord.ledger.records import parse_entry
from accord.ledger.signatures import Ed25519Signer
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import INSECURE_RECORD_KEY, CountingBytes

RUN, OTHER_RUN = b"run-of-16-bytes!", b"another-16-bytes"


def head(size: int, state: HeadState = HeadState.FINAL) -> Head:
    return Head(size, bytes([size]) * 32, b"note", b"signature", state, b"raw", b"hash", b"proof")


class LogStoreSuite:
    @pytest.fixture
    def log(self) -> Log:
        signer = Ed25519Signer("spiffe://testland/tax_north/node", INSECURE_RECORD_KEY)
        random_bytes = CountingBytes()
        return Log(
            "testland", "tax_north", signer=signer, clock=FakeClock(), random_bytes=random_bytes
        )

    @staticmethod
    def fill(units: LedgerUnits, log: Log, count: int) -> list[AppendedRecord]:
        records = [
            NewRecord(RecordKind.ACCESS, {"place": str(place).encode()}, RUN, "statistics")
            for place in range(count)
        ]
        with units.write() as unit:
            return log.append_all(unit.log, records)

    def test_a_new_log_is_empty(self, units: LedgerUnits) -> None:
        with units.read() as unit:
            assert unit.log.size() == 0
            assert unit.log.leaves(0, 10) == []
            assert root_at(unit.log, 0) == merkle.EMPTY_ROOT
            assert unit.heads.latest() is unit.heads.latest_final() is None

    def test_what_is_appended_can_be_read(self, units: LedgerUnits, log: Log) -> None:
        fields = {"purpose": b"statistics", "table": b"income"}
        with units.write() as unit:
            appended = log.append(
                unit.log, RecordKind.ACCEPT, fields, run_id=RUN, requester="office"
            )
        with units.read() as unit:
            leaf = read_leaf(unit.log, 0)
            assert (leaf.kind, leaf.run_id, leaf.body) == (RecordKind.ACCEPT, RUN, appended.entry)
            assert read_fields(unit.log, 0) == fields
            assert leaf.sequenced_at == FakeClock().now()
            opened = disclose_field(unit.log, 0, "purpose")
        _, record = parse_entry(leaf.body)
        assert record == appended.record
        assert (record.index, record.member, record.run_id) == (0, "tax_north", RUN)
        assert (record.minute.second, record.minute.microsecond) == (0, 0)
        assert check_disclosed(record, "purpose", opened) == b"statistics"

    def test_no_field_stands_in_the_entry(self, units: LedgerUnits, log: Log) -> None:
        with units.write() as unit:
            appended = log.append(unit.log, RecordKind.ACCESS, {"rows": b"a guessable value"})
        assert b"a guessable value" not in appended.entry
        assert appended.opening.record_key not in appended.entry

    def test_a_transaction_that_fails_leaves_nothing(self, units: LedgerUnits, log: Log) -> None:
        self.fill(units, log, 3)

        @contextmanager
        def failing() -> Iterator[None]:
            with units.write() as unit:
                assert log.append(unit.log, RecordKind.ACCESS, {}).leaf_index == 3
                yield

        with pytest.raises(RuntimeError), failing():
            raise RuntimeError("the business change failed")
        with units.read() as unit:
            assert unit.log.size() == 3
        assert self.fill(units, log, 1)[0].leaf_index == 3

    def test_every_root_and_proof_is_that_of_rfc_9162(self, units: LedgerUnits, log: Log) -> None:
        count = 21
        leaves = [merkle.leaf_hash(made.entry) for made in self.fill(units, log, count)]
        roots = [Frontier().root()]
        frontier = Frontier()
        for leaf in leaves:
            frontier, _ = frontier.append(leaf)
            roots.append(frontier.root())
        with units.read() as unit:
            for size in range(1, count + 1):
                assert root_at(unit.log, size) == roots[size]
                for index in range(size):
                    proof = inclusion(unit.log, index, size)
                    merkle.verify_inclusion(leaves[index], index, size, proof, roots[size])
                    grown = consistency(unit.log, index + 1, size)
                    ends = (roots[index + 1], roots[size])
                    merkle.verify_consistency(index + 1, size, grown, *ends)

    def test_leaves_come_in_order_and_by_run(self, units: LedgerUnits, log: Log) -> None:
        self.fill(units, log, 3)
        with units.write() as unit:
            log.append(unit.log, RecordKind.REFUSE, {}, run_id=OTHER_RUN)
        with units.read() as unit:
            assert [leaf.leaf_index for leaf in unit.log.leaves(1, 2)] == [1, 2]
            assert [leaf.leaf_index for leaf in unit.log.leaves(2, 9)] == [2, 3]
            assert [leaf.leaf_index for leaf in unit.log.leaves_of_run(RUN)] == [0, 1, 2]
            assert [leaf.leaf_index for leaf in unit.log.leaves_of_run(OTHER_RUN)] == [3]

    def test_what_the_log_does_not_hold_is_refused(self, units: LedgerUnits, log: Log) -> None:
        self.fill(units, log, 3)
        with units.read() as unit:
            for ask in (
                lambda: read_leaf(unit.log, 3),
                lambda: root_at(unit.log, 4),
                lambda: root_at(unit.log, -1),
                lambda: inclusion(unit.log, 2, 2),
                lambda: inclusion(unit.log, 0, 4),
                lambda: consistency(unit.log, 0, 3),
                lambda: consistency(unit.log, 3, 2),
            ):
                with pytest.raises(AccordError, match="E-LOG-009"):
                    ask()
            for ask_opening in (
                lambda: read_fields(unit.log, 3),
                lambda: disclose_field(unit.log, 0, "no such field"),
            ):
                with pytest.raises(AccordError, match="E-LOG-010"):
                    ask_opening()

    def test_erasing_a_record_leaves_its_proof(self, units: LedgerUnits, log: Log) -> None:
        made = self.fill(units, log, 3)
        with units.write() as unit:
            unit.log.erase_opening(1)
        with units.read() as unit:
            with pytest.raises(AccordError, match="E-LOG-010"):
                read_fields(unit.log, 1)
            assert read_fields(unit.log, 2) == {"place": b"2"}
            proof, root = inclusion(unit.log, 1, 3), root_at(unit.log, 3)
            check_stored(unit.log, 3, root)
        merkle.verify_inclusion(merkle.leaf_hash(made[1].entry), 1, 3, proof, root)

    def test_threads_that_append_leave_no_gap(self, units: LedgerUnits, log: Log) -> None:
        threads, each, indexes = 8, 5, list[int]()

        def work() -> None:
            for _ in range(each):
                with units.write() as unit:
                    indexes.append(log.append(unit.log, RecordKind.ACCESS, {}).leaf_index)

        workers = [threading.Thread(target=work) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert sorted(indexes) == list(range(threads * each))
        with units.read() as unit:
            check_stored(unit.log, threads * each, root_at(unit.log, threads * each))

    def test_a_leaf_is_covered_by_the_smallest_final_head(self, units: LedgerUnits) -> None:
        for each in (head(2), head(4), head(6, HeadState.SUPERSEDED), head(8, HeadState.SIGNED)):
            with units.write() as unit:
                unit.heads.put(each)
        with units.read() as unit:
            covering = [unit.heads.covering(index) for index in range(6)]
            assert [each and each.size for each in covering] == [2, 2, 4, 4, None, None]
            assert unit.heads.latest() == head(8, HeadState.SIGNED)
            assert unit.heads.latest_final() == head(4)

    def test_a_head_is_replaced_by_its_next_state(self, units: LedgerUnits) -> None:
        made = head(5, HeadState.INTEGRATED)
        for each in (made, replace(made, state=HeadState.SIGNED), replace(made, proof=b"p2")):
            with units.write() as unit:
                unit.heads.put(each)
            with units.read() as unit:
                assert unit.heads.latest() == each

    def test_a_superseded_head_is_not_the_latest(self, units: LedgerUnits) -> None:
        with units.write() as unit:
            unit.heads.put(head(5, HeadState.SUPERSEDED))
        with units.read() as unit:
            assert unit.heads.latest() is None
