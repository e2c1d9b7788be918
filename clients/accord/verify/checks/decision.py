"""Check 10: the guard decided, on exactly what the owners had recorded."""

from accord.domain.record import RecordKind
from accord.domain.run import STATEMENT
from accord.ledger.signatures import verify_signed
from accord.privacy.tally.checks import check_statement
from accord.verify.evidence import Evidence
from accord.verify.expectation import Expectation

_expect = Expectation("E-VER-110")


def check_guard(evidence: Evidence) -> None:
    """Check 10: the guard's signed statement is about this run and the recorded counts."""
    guard, statement = evidence.question.guard, evidence.bundle.statement
    verify_signed(statement, evidence.card(guard).record_key, STATEMENT)
    _expect(statement.signer == evidence.node(guard), guard, "signer")
    recorded = evidence.field(RecordKind.GUARD, guard, "statement")
    _expect(recorded == statement.digest, guard, "other_statement")
    check_statement(evidence.context, evidence.statement)
    decision = evidence.statement.decision
    for owner, counts in decision.counts.items():
        recorded = evidence.field(RecordKind.ACCESS, owner, "counts")
        _expect(recorded == counts, owner, "other_counts")
    for owner, version in decision.data_versions.items():
        recorded = evidence.field(RecordKind.ACCESS, owner, "data_version")
        _expect(recorded == version, owner, "other_data")
