"""Check 1: the file is one piece, sealed by the requester's node."""

from accord.domain.bundle import BY_INSPECTION_ONLY
from accord.domain.run import BUNDLE
from accord.ledger.signatures import verify_signed
from accord.verify.evidence import Evidence
from accord.verify.expectation import Expectation

_expect = Expectation("E-VER-101")


def check_envelope(evidence: Evidence) -> None:
    """Check 1: signed by the node of the member that the question names as requester.

    That each statement inside has exactly one reading belongs to this check, too: it is
    what `accord.verify.evidence.open_evidence` has shown before.
    """
    requester = evidence.question.requester
    verify_signed(evidence.envelope, evidence.card(requester).record_key, BUNDLE)
    _expect(evidence.envelope.signer == evidence.node(requester), requester, "signer")
    known = evidence.bundle.by_inspection_only == BY_INSPECTION_ONLY
    _expect(known, requester, "inspection")
