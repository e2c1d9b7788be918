"""Bundles sealed again after a lie about the records: checks 6 to 9 each stop some alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accord.domain import codec
from accord.domain.bundle import Bundle, RecordEvidence
from accord.domain.record import RecordKind
from accord.domain.signed import Signed
from accord.ledger.checkpoint import make_checkpoint, parse_checkpoint
from accord.ledger.evm.anchor_proof import AnchorProof
from accord.ledger.signatures import Ed25519Key
from tests.simulation.cached import valley
from tests.simulation.consortium import GUARD, NOW, REQUESTER
from tests.simulation.run import run_question
from tests.simulation.tampering import (
    STRANGER,
    Cases,
    changed,
    check_fails_at,
    flip,
    lied,
    lied_fields,
    only_for,
    proof_of,
    put,
    replaced,
    with_proof,
    with_record,
    without_record,
)

ACCESS, RELEASE = RecordKind.ACCESS, RecordKind.RELEASE


def copied(bundle: Bundle) -> Bundle:
    return replace(bundle, records=(*bundle.records, bundle.records[0]))


def of_another_run(bundle: Bundle) -> Bundle:
    other = codec.decode(Signed, run_question(valley())).unsafe_open(Bundle)
    return replace(bundle, records=put(bundle.records, 1, other.records[1]))


def hidden(item: RecordEvidence) -> RecordEvidence:
    return replace(item, disclosed={"question": item.disclosed["question"]})


def falsified(item: RecordEvidence) -> RecordEvidence:
    wrong = replace(item.disclosed["counts"], value=bytes(32))
    return replace(item, disclosed={**item.disclosed, "counts": wrong})


def unsigned(item: RecordEvidence) -> RecordEvidence:
    entry = codec.decode(Signed, item.entry)
    return replace(item, entry=codec.encode(replace(entry, signature=flip(entry.signature))))


def without_seed(fields: dict[str, bytes]) -> dict[str, bytes]:
    return {name: value for name, value in fields.items() if name != "seed"}


def by_a_stranger(bundle: Bundle) -> Bundle:
    """The right tree, signed by whoever wants it to be so."""
    checkpoint, _ = parse_checkpoint(proof_of(bundle, ACCESS, "north").checkpoint)
    note = make_checkpoint(checkpoint, Ed25519Key(STRANGER))
    return with_proof(ACCESS, "north", checkpoint=note)(bundle)


def off_the_path(bundle: Bundle) -> Bundle:
    hashes = proof_of(bundle, ACCESS, "north").hashes
    return with_proof(ACCESS, "north", hashes=(*hashes, bytes(32)))(bundle)


def sealed_by_a_stranger(bundle: Bundle) -> Bundle:
    anchor = codec.decode(AnchorProof, proof_of(bundle, RELEASE, REQUESTER).anchor)
    forged = codec.encode(valley().chain.resealed(anchor, STRANGER))
    return with_proof(RELEASE, REQUESTER, anchor=forged)(bundle)


def anchored_elsewhere(bundle: Bundle) -> Bundle:
    anchor = proof_of(bundle, ACCESS, "south").anchor
    return with_proof(ACCESS, "north", anchor=anchor)(bundle)


def answered_late() -> bytes:
    """Owners that answer an hour after the question has expired."""
    clock = valley().clock
    clock.moment = NOW + timedelta(minutes=90)
    try:
        return run_question(valley())
    finally:
        clock.moment = NOW


def in_one_block(honest: int | None, _member: str) -> int | None:
    return 1_000_000 if honest is None else honest


CASES: Cases = {
    "record left out": (6, changed(without_record(RecordKind.GUARD, GUARD))),
    "record twice": (6, changed(copied)),
    "record of another run": (6, changed(of_another_run)),
    "field hidden": (6, changed(with_record(ACCESS, "west", hidden))),
    "field falsified": (6, changed(with_record(ACCESS, "west", falsified))),
    "entry that nobody signed": (6, changed(with_record(ACCESS, "west", unsigned))),
    "another question accepted": (
        6,
        lied_fields(RecordKind.ACCEPT, lambda f: {**f, "question": b""}),
    ),
    "another grant accepted": (6, lied_fields(RecordKind.ACCEPT, lambda f: {**f, "grant": b""})),
    "no commitment to the seed": (6, lied_fields(ACCESS, without_seed)),
    "access without proof": (7, changed(with_record(ACCESS, "north", replaced(proof=None)))),
    "another place in the log": (7, changed(with_proof(ACCESS, "north", leaf_index=70_000))),
    "path that leads elsewhere": (7, changed(off_the_path)),
    "checkpoint by a stranger": (7, changed(by_a_stranger)),
    "release not anchored": (8, changed(with_proof(RELEASE, REQUESTER, anchor=b""))),
    "access not anchored": (8, changed(with_proof(ACCESS, "west", anchor=b""))),
    "anchor that is none": (8, changed(with_proof(ACCESS, "west", anchor=b"\xf6"))),
    "block sealed by a stranger": (8, changed(sealed_by_a_stranger)),
    "anchor of another log": (8, changed(anchored_elsewhere)),
    "released before an owner's record": (9, lied(block=only_for("north", lambda _: 1_000_000))),
    "released in the same block": (9, lied(block=in_one_block)),
    "measured before it was accepted": (9, lied(owner_order=lambda kinds, _: kinds[::-1])),
    "answered after it had expired": (9, answered_late),
    "recorded before it was asked": (
        9,
        lied(question=replaced(asked=NOW + timedelta(hours=1), expires=NOW + timedelta(hours=2))),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_right_check_stops(name: str) -> None:
    number, case = CASES[name]

    check_fails_at(number, case())
