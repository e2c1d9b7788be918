"""What an analyst signs is what the analyst typed: checks on the node's draft and outcome.

The node compiles the question, so the client must not sign blindly.  The plan itself is
not compared here: every owner compiles the SQL again and refuses another plan (E-RUN-007).
"""

from datetime import datetime

from accord.domain import codec
from accord.domain.bundle import Bundle
from accord.domain.errors import VerificationError
from accord.domain.ids import PROTOCOL_VERSION, RUN_ID_BYTES, Identity
from accord.domain.question import Question
from accord.domain.run import BUNDLE, Outcome
from accord.domain.signed import Signed


def check_draft(
    draft: Question,
    *,
    sql: str,
    purpose: str,
    dry_run: bool,
    analyst: Identity,
    now: datetime,
) -> None:
    """Check that ``draft`` says what the analyst typed, for the analyst's own member.

    Raises:
        VerificationError: E-CLI-001, naming what differs.
    """
    holds = {
        "sql": draft.sql == sql,
        "purpose": draft.purpose == purpose,
        "dry_run": draft.dry_run == dry_run,
        "requester": draft.requester == analyst.member,
        "analyst": draft.analyst == analyst.person,
        "expires": draft.expires > now,
        "version": draft.version == PROTOCOL_VERSION,
        "run_id": len(draft.run_id) == RUN_ID_BYTES,
    }
    for thing, same in holds.items():
        if not same:
            raise VerificationError("E-CLI-001", thing=thing, member=analyst.member)


def check_outcome(outcome: Outcome, question: Signed, run_id: bytes, member: str) -> Bundle:
    """Return the bundle of ``outcome`` if it is about the signed question.

    Whether the bundle *holds* is for `accord.verify` to say.

    Raises:
        VerificationError: E-CLI-008; another run or question.
        RequestError: E-MSG-001; no bundle.
    """
    signed = codec.decode(Signed, outcome.bundle)
    bundle = codec.decode(Bundle, signed.body)
    same = (
        signed.kind == BUNDLE
        and outcome.run_id == run_id
        and bundle.question.digest == question.digest
    )
    if not same:
        raise VerificationError("E-CLI-008", member=member)
    return bundle
