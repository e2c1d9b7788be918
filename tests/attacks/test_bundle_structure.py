"""One value changed, added or left out anywhere in a bundle, and sealed again: never valid.

Where a value lies under a signature of somebody else than the requester, the change breaks
it; where it does not, a check must notice.
"""

from dataclasses import replace

import pytest

from accord.domain import codec
from accord.domain.bundle import Bundle, RecordEvidence
from accord.domain.errors import RequestError
from accord.domain.record import RecordKind
from accord.ledger.evm.anchor_proof import AnchorProof
from accord.ledger.records import parse_entry, sign_record
from tests.simulation.cached import honest_bundle, valley, verify
from tests.simulation.consortium import REQUESTER
from tests.simulation.mutations import mutations
from tests.simulation.run import seal
from tests.simulation.tampering import proof_of, with_proof, with_record

PARTS = 4


def is_refused(bundle: Bundle) -> bool:
    try:
        return not verify(seal(valley(), bundle)).valid
    except RequestError as error:
        return error.code in {"E-VER-001", "E-VER-002", "E-VER-003"}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_changed_value_is_valid(part: int) -> None:
    changes = list(mutations(honest_bundle()))[part::PARTS]

    valid = [path for path, changed in changes if not is_refused(changed)]

    assert len(changes) > 100
    assert not valid


def test_no_changed_value_in_an_anchor_is_valid() -> None:
    bundle = honest_bundle()
    anchor = codec.decode(AnchorProof, proof_of(bundle, RecordKind.RELEASE, REQUESTER).anchor)

    for path, changed in mutations(anchor):
        forged = with_proof(RecordKind.RELEASE, REQUESTER, anchor=codec.encode(changed))
        assert is_refused(forged(bundle)), path


@pytest.mark.parametrize("index", [-1, 1 << 62, 1 << 1000, 1 << 2000], ids=lambda n: hex(n)[:6])
def test_a_record_with_an_absurd_index_is_refused(index: int) -> None:
    """The requester signs its own records: it may write any number into them."""

    def renumbered(item: RecordEvidence) -> RecordEvidence:
        record = replace(parse_entry(item.entry)[1], index=index)
        assert item.proof is not None
        proof = replace(item.proof, leaf_index=index)
        return replace(item, entry=sign_record(record, valley().requester.signer), proof=proof)

    forged = with_record(RecordKind.APPLY, REQUESTER, renumbered)

    assert is_refused(forged(honest_bundle()))
