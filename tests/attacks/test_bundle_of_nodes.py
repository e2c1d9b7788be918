"""A bundle that running nodes have made: what the simulation stands for is the real thing."""

from dataclasses import replace
from typing import Any

from accord.domain import codec
from accord.domain.bundle import Bundle
from accord.domain.errors import RequestError
from accord.domain.record import RecordKind
from accord.domain.run import BUNDLE, Outcome
from accord.domain.trust_file import load_trust
from accord.ledger.records import parse_entry
from accord.verify.bundle import verify_bundle
from accord.verify.report import Report
from tests.consortium.lab import STATS
from tests.consortium.tables import spread
from tests.consortium.world import Consortium
from tests.simulation.tampering import flip

SQL = "SELECT region, COUNT(*), COUNT(profit), AVG(profit) FROM evidence GROUP BY region"


def ask(consortium: Consortium) -> tuple[Outcome, Bundle]:
    done = consortium.ask(SQL)
    assert done.outcome is not None
    assert done.bundle is not None
    return done.outcome, done.bundle


def verify(consortium: Consortium, data: bytes) -> Report:
    return verify_bundle(data, load_trust(consortium.lab.folder / "trust.json"))


def is_refused(consortium: Consortium, data: bytes) -> bool:
    try:
        return not verify(consortium, data).valid
    except RequestError as error:
        return error.code in {"E-VER-001", "E-VER-002", "E-VER-003"}


def test_a_bundle_of_running_nodes_passes_every_check_and_no_change_does(
    consortium: Consortium,
) -> None:
    consortium.add(spread("evidence"))
    outcome, bundle = ask(consortium)

    report = verify(consortium, outcome.bundle)

    assert report.failed is None, report.failed
    assert report.verified is not None
    assert report.verified.answer == bundle.answer
    assert report.verified.released_in_block == outcome.released_in_block
    assert report.verified.records == 12

    for place in range(0, len(outcome.bundle), 997):
        assert is_refused(consortium, flip(outcome.bundle, place)), f"byte {place}"


def test_two_runs_cannot_be_mixed_even_by_the_node_that_coordinated_both(
    consortium: Consortium,
) -> None:
    """Every part of the second run is genuine; the requester's node seals the mixture."""
    consortium.add(spread("evidence"))
    (_, first), (_, second) = ask(consortium), ask(consortium)
    signer = consortium.members[STATS].signer
    mixtures: dict[int, dict[str, Any]] = {
        6: {"records": second.records},
        10: {"statement": second.statement},
        11: {"values": second.values},
        12: {"openings": second.openings},
    }

    for number, parts in mixtures.items():
        mixed = replace(first, **parts)
        failed = verify(consortium, codec.encode(signer.sign(BUNDLE, codec.encode(mixed)))).failed

        assert failed is not None
        assert failed.number == number


def test_what_the_release_waits_for_is_on_the_chain_before_it(consortium: Consortium) -> None:
    consortium.add(spread("evidence"))
    _, bundle = ask(consortium)

    proofs = {
        (record.kind, record.member): evidence.proof
        for evidence in bundle.records
        for record in [parse_entry(evidence.entry)[1]]
    }

    for (kind, member), proof in proofs.items():
        waited_for = kind not in (RecordKind.GUARD, RecordKind.CONTRIBUTED)
        assert not waited_for or (proof is not None and proof.anchor), (kind, member)
