"""One member's log as a process of its own, made to die at a chosen moment.

python -m tests.integration.outbox_process URL CHAIN MOMENT appends one record and works
through the outbox against the chain in the file CHAIN; it dies by SIGKILL at MOMENT.
"""

import os
import signal
import sys
from pathlib import Path

from accord.domain.record import RecordKind
from accord.ledger.anchor import PreparedAnchor, ProvenHead
from tests.fakes.anchor import FakeChain
from tests.fakes.ledger import RUN, Member

MOMENTS = ("append", "prepare", "before_send", "after_send", "proof")


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DyingChain(FakeChain):
    """Kills its own process at one moment."""

    def __init__(self, path: Path, moment: str) -> None:
        super().__init__(path)
        self._moment = moment
        if moment in {"before_send", "after_send"}:
            setattr(self, moment, die)

    def prepare(self, log_id: bytes, size: int, root: bytes) -> PreparedAnchor:
        if self._moment == "prepare":
            die()
        return super().prepare(log_id, size, root)

    def proof(self, tx_hash: bytes) -> ProvenHead | None:
        proof = super().proof(tx_hash)
        if self._moment == "proof" and proof is not None:
            die()
        return proof


def step(url: str, chain: str, moment: str) -> None:
    member = Member(url)
    with member.units.write() as unit:
        member.log.append(unit.log, RecordKind.ACCESS, {"moment": moment.encode()}, run_id=RUN)
        if moment == "append":
            die()
    outbox = member.outbox(DyingChain(Path(chain), moment))
    while outbox.step() is not None:
        pass


if __name__ == "__main__":
    step(*sys.argv[1:])
