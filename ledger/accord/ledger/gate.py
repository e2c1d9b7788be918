"""The gate: nothing happens before its record is where it must be.

The only maker of permits.  It reads the log in transactions of its own, so a record that
is not committed, or was rolled back, opens nothing.
"""

import time
from datetime import datetime, timedelta

from accord.domain.bundle import LogProof
from accord.domain.errors import FaultError, UnavailableError
from accord.domain.record import RecordKind
from accord.ledger.heads import Head, LedgerUnits
from accord.ledger.log import Leaf
from accord.ledger.permits import (
    _MINT,  # pyright: ignore[reportPrivateUsage] - the gate is the mint's one owner
    AccessPermit,
    InspectPermit,
    SendPermit,
)
from accord.ledger.progress import Progress
from accord.ledger.reading import inclusion, read_leaf

_LOOK_AGAIN_S = 1.0  # another process may run the publisher


class Gate:
    """Guards one member's log."""

    def __init__(self, units: LedgerUnits, member: str, progress: Progress) -> None:
        self._units = units
        self._member = member
        self._progress = progress

    def access_permit(self, leaf_index: int) -> AccessPermit:
        """Permit to measure, for the committed accept record at ``leaf_index``.

        Raises:
            RequestError: E-LOG-009; the log does not hold it.
            FaultError: E-LOG-016; it is no accept record of a run.
        """
        leaf = self._leaf(leaf_index, RecordKind.ACCEPT)
        return AccessPermit(leaf.run_id, leaf_index, self._member, _MINT)

    def send_permit(self, leaf_index: int, timeout_s: float) -> SendPermit:
        """Permit to send, once the access record at ``leaf_index`` is final.

        Raises:
            RequestError: E-LOG-009; the log does not hold it.
            FaultError: E-LOG-016; it is no access record of a run.
            UnavailableError: E-LOG-017; it was not final in time, asking again works.
            VerificationError: E-LOG-012; chain and log disagree.
        """
        leaf = self._leaf(leaf_index, RecordKind.ACCESS)
        self.wait_final(leaf_index, timeout_s)
        return SendPermit(leaf.run_id, leaf_index, self._member, _MINT)

    def inspect_permit(self, leaf_index: int, timeout_s: float) -> InspectPermit:
        """Permit to hand over a replay, once the inspect record at ``leaf_index`` is final.

        Raises:
            RequestError: E-LOG-009; the log does not hold it.
            FaultError: E-LOG-016; it is no inspect record of a run.
            UnavailableError: E-LOG-017; it was not final in time, asking again works.
            VerificationError: E-LOG-012; chain and log disagree.
        """
        leaf = self._leaf(leaf_index, RecordKind.INSPECT)
        self.wait_final(leaf_index, timeout_s)
        return InspectPermit(leaf.run_id, leaf_index, self._member, _MINT)

    def wait_final(self, leaf_index: int, timeout_s: float) -> None:
        """Return once the leaf is covered by a final head.

        Raises:
            UnavailableError: E-LOG-017; it was not in time.
            VerificationError: E-LOG-012; chain and log disagree.
        """
        until = time.monotonic() + timeout_s
        while True:
            count = self._progress.count
            if self.final_head(leaf_index) is not None:
                return
            left_s = until - time.monotonic()
            if left_s <= 0:
                raise UnavailableError("E-LOG-017", member=self._member, index=leaf_index)
            self._progress.wait_beyond(count, min(left_s, _LOOK_AGAIN_S))

    def final_head(self, leaf_index: int) -> Head | None:
        """The first final head that covers the leaf; None if there is none yet."""
        with self._units.read() as unit:
            return unit.heads.covering(leaf_index)

    def evidence(self, leaf_index: int) -> LogProof:
        """Proof of the leaf against the first final head that covers it.

        Raises:
            RequestError: E-LOG-009; the log does not hold the leaf.
            UnavailableError: E-LOG-017; it is not final yet.
        """
        with self._units.read() as unit:
            read_leaf(unit.log, leaf_index)
            head = unit.heads.covering(leaf_index)
            if head is None:
                raise UnavailableError("E-LOG-017", member=self._member, index=leaf_index)
            hashes = inclusion(unit.log, leaf_index, head.size)
        return LogProof(leaf_index, hashes, head.note, head.proof)

    def check_anchoring(self, now: datetime, max_unanchored_age: timedelta) -> None:
        """Refuse new work when records have waited too long for the chain.

        Raises:
            UnavailableError: E-LOG-018; the oldest waiting record is too old.
            VerificationError: E-LOG-012; anchoring has stopped for good.
        """
        self._progress.check()
        with self._units.read() as unit:
            final = unit.heads.latest_final()
            waiting = unit.log.leaves(final.size if final else 0, 1)
        if waiting and now - waiting[0].sequenced_at > max_unanchored_age:
            minutes = int((now - waiting[0].sequenced_at).total_seconds() // 60)
            raise UnavailableError("E-LOG-018", member=self._member, minutes=minutes)

    def _leaf(self, leaf_index: int, kind: RecordKind) -> Leaf:
        with self._units.read() as unit:
            leaf = read_leaf(unit.log, leaf_index)
        if leaf.kind is not kind or not leaf.run_id:
            raise FaultError("E-LOG-016", index=leaf_index, kind=kind.value)
        return leaf
