"""A member's node that takes its records as final as soon as they are committed.

For measuring: the rest is the node as shipped, with its keys, database, log, signatures
and mutual TLS.  There is no ledger, so its bundles lack proofs and do not verify.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from accord.domain.bundle import LogProof, RecordEvidence
from accord.domain.record import RecordKind
from accord.ledger.evm.anchor_proof import AnchoredHead
from accord.ledger.gate import Gate
from accord.node import bootstrap
from accord.node.config import load_node_config
from accord.node.handlers.evidence import EvidenceChecker
from accord.node.server import NodeServer
from accord.node.wiring import Parts, add_services

HEAD = AnchoredHead(bytes(32), 1, 1, bytes(32), 0, bytes(32), datetime.now(UTC))


def run_node(config: Path, stop: threading.Event, ready: Callable[[], None]) -> None:
    """The entry of a process: as `accord.cli.lab_child.run_node_task`, without blocks."""
    changes: list[tuple[object, str, object]] = [
        (Gate, "wait_final", lambda *_: None),
        (Gate, "check_anchoring", lambda *_: None),
        (Gate, "evidence", lambda _, leaf_index: LogProof(leaf_index, (), b"", b"")),
        (EvidenceChecker, "open_final", _open_as_final),
        (bootstrap, "add_services", _add_services),
        (bootstrap, "_start_publisher", lambda *_: None),
    ]
    for place, name, changed in changes:
        setattr(place, name, changed)
    bootstrap.run_node(load_node_config(config), stop, ready)


def _open_as_final(
    checker: EvidenceChecker,
    evidence: RecordEvidence,
    member: str,
    kind: RecordKind,
    run_id: bytes,
) -> tuple[dict[str, bytes], AnchoredHead]:
    return checker.open(evidence, member, kind, run_id), HEAD


def _add_services(server: NodeServer, parts: Parts) -> None:
    add_services(server, replace(parts, anchored=lambda _: HEAD))
