"""Check 11: what was added is what was recorded."""

from accord.domain import codec
from accord.domain.contribution import digest_of
from accord.domain.record import RecordKind
from accord.domain.run import VALUES
from accord.ledger.signatures import verify_signed
from accord.privacy.verify import verify_contributions
from accord.verify.evidence import Evidence
from accord.verify.expectation import Expectation

_expect = Expectation("E-VER-111")


def check_contributions(evidence: Evidence) -> None:
    """Check 11: ciphertexts are signed, bound to the decision, and named by the records.

    The release record was final before the guard sent its mask, and it names the mask.
    """
    question, statement = evidence.question, evidence.statement
    senders = tuple(values.sender for values in evidence.values)
    _expect(senders == (*question.owners, question.guard), question.requester, "senders")
    _check_signatures(evidence)
    verify_contributions(evidence.context, statement.decision, evidence.n, evidence.values)
    digests = {values.sender: digest_of(values.ciphertexts) for values in evidence.values}
    _expect(digests[question.guard] == statement.mask, question.guard, "other_mask")
    decision = statement.decision.digest()
    for owner in question.owners:
        recorded = [
            evidence.field(RecordKind.CONTRIBUTED, owner, name) for name in ("decision", "values")
        ]
        _expect(recorded == [decision, digests[owner]], owner, "other_values")
    named = evidence.field(RecordKind.RELEASE, question.requester, "contributions")
    released = codec.decode(dict[str, bytes], named) == digests
    _expect(released, question.requester, "other_release")
    about = evidence.field(RecordKind.RELEASE, question.requester, "decision")
    _expect(about == decision, question.requester, "other_release")


def _check_signatures(evidence: Evidence) -> None:
    for values, signed in zip(evidence.values, evidence.bundle.values, strict=True):
        verify_signed(signed, evidence.card(values.sender).record_key, VALUES)
        _expect(signed.signer == evidence.node(values.sender), values.sender, "signer")
