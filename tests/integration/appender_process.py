"""One member's log as a process of its own, appending until it is killed.

python -m tests.integration.appender_process URL ADDRESS anchors on the ledger at
ADDRESS and prints the index of each record once it is committed.
"""

import os
import sys
from dataclasses import replace

from accord.ledger.evm.client import LedgerClient
from accord.ledger.evm_anchor import EvmAnchor
from accord.ledger.outbox import Outbox
from accord.ledger.publisher import Pace, Publisher
from tests.fakes.ledger import Member
from tests.unit.ledger.evm import evm_consortium


def evm_anchor(address: str) -> EvmAnchor:
    trust = evm_consortium.trust_in(evm_consortium.founding())
    return EvmAnchor(LedgerClient(address, trust), evm_consortium.insecure_key(0))


def evm_outbox(member: Member, anchor: EvmAnchor) -> Outbox:
    log_id = evm_consortium.member(0).log_id
    identity = replace(member.identity, log_id=log_id, sign_head=anchor.sign_head)
    return Outbox(member.units, anchor, identity)


def append(url: str, address: str) -> None:
    member = Member(url, os.urandom)
    pace = Pace(retry_first_s=0.01, retry_last_s=0.1)
    publisher = Publisher(evm_outbox(member, evm_anchor(address)), member.progress, pace)
    member.database.on_append(publisher.wake)
    publisher.start()
    while True:
        print(member.append().leaf_index, flush=True)  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    append(*sys.argv[1:])
