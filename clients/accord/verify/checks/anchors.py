"""Checks 8 and 9: the records were final on the chain, in the order that protects."""

from typing import Final

from accord.domain.question import CLOCK_TOLERANCE, LONGEST_VALIDITY
from accord.domain.record import RecordKind
from accord.verify.evidence import Evidence, anchored_block, anchored_head, checkpoint_of
from accord.verify.expectation import Expectation

_expect_anchor = Expectation("E-VER-108")
_expect_order = Expectation("E-VER-109")

_OF_OWNERS: Final = (RecordKind.ACCEPT, RecordKind.ACCESS)


def check_anchors(evidence: Evidence) -> None:
    """Check 8: the trusted chain holds the heads of the logs: seal, receipt, event.

    Asked of apply, accept, access and release; of the others if they bring a proof.
    """
    for item in evidence.records:
        head, proof = anchored_head(evidence, item), item.evidence.proof
        if head is None or proof is None:
            continue
        card, checkpoint = evidence.card(item.record.member), checkpoint_of(proof)
        anchored = (head.log_id, head.size, head.root)
        covers = anchored == (card.log_id, checkpoint.size, checkpoint.root)
        _expect_anchor(covers, card.member, "other_head")


def check_order(evidence: Evidence) -> None:
    """Check 9: each access record was in a block before the release; times fit the question."""
    question = evidence.question
    released = anchored_block(evidence, RecordKind.RELEASE, question.requester).block_number
    for owner in question.owners:
        accessed = anchored_block(evidence, RecordKind.ACCESS, owner).block_number
        _expect_order(accessed < released, owner, "released_first")
        order = [evidence.record(kind, owner).record.index for kind in _OF_OWNERS]
        order.append(evidence.record(RecordKind.CONTRIBUTED, owner).record.index)
        _expect_order(order[0] < order[1] < order[2], owner, "log_order")
    kinds = (RecordKind.APPLY, RecordKind.RELEASE)
    apply, release = (evidence.record(kind, question.requester).record for kind in kinds)
    _expect_order(apply.index < release.index, question.requester, "log_order")
    _check_times(evidence)


def _check_times(evidence: Evidence) -> None:
    """Differences only: a sum could leave the calendar."""
    question = evidence.question
    holds = question.expires - question.asked
    _expect_order(holds <= LONGEST_VALIDITY, question.requester, "long_validity")
    for item in evidence.records:
        record = item.record
        early = question.asked - record.minute
        _expect_order(early <= CLOCK_TOLERANCE, record.member, "before_asked")
        if record.kind in _OF_OWNERS:
            late = record.minute - question.expires
            _expect_order(late <= CLOCK_TOLERANCE, record.member, "after_expiry")
