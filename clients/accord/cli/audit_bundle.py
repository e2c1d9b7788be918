"""A recomputed part beside the bundle of its answer."""

from accord.client.replay import Comparison
from accord.domain import codec
from accord.domain.bundle import Bundle
from accord.domain.card import Trust
from accord.domain.contribution import Values
from accord.domain.errors import VerificationError
from accord.domain.question import Question
from accord.domain.signed import Signed
from accord.verify.bundle import verify_bundle


def compare_with_bundle(comparison: Comparison, data: bytes, trust: Trust) -> bool:
    """Whether a bundle that verifies holds the same records and the same ciphertexts.

    Raises:
        VerificationError: E-CLI-009 a check of the bundle fails; E-AUD-006 it is about
            another run.
        RequestError: E-VER-001 to E-VER-003; it is no bundle of this consortium.
    """
    failed = verify_bundle(data, trust).failed
    if failed is not None:
        name = failed.sentence()
        raise VerificationError("E-CLI-009", number=failed.number, name=name, file="--bundle")
    bundle = codec.decode(Signed, data).unsafe_open(Bundle)
    if bundle.question.unsafe_open(Question).run_id != comparison.run_id:
        raise VerificationError("E-AUD-006", owner=comparison.owner, thing="bundle")
    entries = {record.entry for record in bundle.records}
    sent = [values.unsafe_open(Values) for values in bundle.values]
    ciphertexts = [each.ciphertexts for each in sent if each.sender == comparison.owner]
    recorded = {comparison.access, comparison.contributed} <= entries
    return recorded and ciphertexts == [comparison.values]
