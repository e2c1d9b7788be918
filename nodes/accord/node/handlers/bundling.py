"""From the guard's mask to the answer, and the evidence bundle that shows how it came about."""

from collections.abc import Mapping

from accord.domain import codec
from accord.domain.bundle import BUNDLE_VERSION, BY_INSPECTION_ONLY, Bundle, RecordEvidence
from accord.domain.contribution import GuardStatement, Values
from accord.domain.question import Question
from accord.domain.run import BUNDLE, Asked
from accord.domain.signed import Signed
from accord.node.handlers.coordinate import Opened
from accord.node.member import Member
from accord.node.runs import FoundGrant
from accord.query.finish import finish
from accord.query.plan import Plan


def make_bundle(
    member: Member, asked: Asked, found: Mapping[str, FoundGrant], opened: Opened, apply: int
) -> Signed:
    """Open the sum, finish the answer, and sign everything that shows how it came about."""
    question = codec.decode(Question, asked.question.body)
    statement = opened.guard.statement.unsafe_open(GuardStatement)
    mask = opened.mask.unsafe_open(Values)
    openings, moments = opened.tally.open(opened.partial, mask, statement)
    grants = [found[owner] for owner in question.owners]
    bundle = Bundle(
        version=BUNDLE_VERSION,
        question=asked.question,
        countersignature=asked.countersignature,
        person_card=asked.person_card,
        cards=member.signed_cards,
        table=asked.table,
        grants=tuple(grant.signed for grant in grants),
        steward_cards=tuple(grant.steward_card for grant in grants),
        records=_records(member, opened, apply),
        statement=opened.guard.statement,
        values=(*(given.values for given in opened.values), opened.mask),
        openings=openings,
        moments=moments,
        answer=finish(codec.decode(Plan, question.plan), moments),
        by_inspection_only=BY_INSPECTION_ONLY,
    )
    return member.sign(BUNDLE, bundle)


def _records(member: Member, opened: Opened, apply: int) -> tuple[RecordEvidence, ...]:
    return (
        member.evidence_at(apply),
        *(given.accept for given in opened.contributions),
        *(given.access for given in opened.contributions),
        opened.guard.record,
        *(given.record for given in opened.values),
        member.evidence_at(opened.release),
    )
