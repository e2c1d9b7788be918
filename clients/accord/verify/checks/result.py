"""Checks 12, 13 and 14: the number is what the ciphertexts hold."""

from accord.privacy.verify import unpack_openings, verify_opening
from accord.query.finish import finish
from accord.query.sums import check_moments
from accord.verify.evidence import Evidence
from accord.verify.expectation import Expectation

_expect_sums = Expectation("E-VER-113")
_expect_answer = Expectation("E-VER-114")


def check_opening(evidence: Evidence) -> None:
    """Check 12: the product of all ciphertexts is (1 + mN) r^N mod N^2, at every place."""
    verify_opening(evidence.n, evidence.values, evidence.bundle.openings, evidence.near)


def check_sums(evidence: Evidence) -> None:
    """Check 13: the opened numbers unpack to one contribution of each owner, in its bounds."""
    decision, bundle = evidence.statement.decision, evidence.bundle
    moments = unpack_openings(evidence.context, decision, evidence.n, bundle.openings)
    _expect_sums(moments == bundle.moments, evidence.question.requester, "moments")
    check_moments(evidence.plan, moments, len(evidence.question.owners))


def check_answer(evidence: Evidence) -> None:
    """Check 14: the answer follows from the sums; every count in it reaches the minimum."""
    question, plan, bundle = evidence.question, evidence.plan, evidence.bundle
    counts = [place for place, measure in enumerate(plan.measures) if not measure.terms]
    for cell in bundle.moments:
        smallest = min((cell.moments[place] for place in counts), default=question.minimum)
        _expect_answer(smallest >= question.minimum, f"{cell.cell}", "small_cell")
    same = finish(plan, bundle.moments) == bundle.answer
    _expect_answer(same, question.requester, "answer")
