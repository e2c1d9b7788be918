"""Checks on a question that every receiver makes before it looks any further."""

from collections.abc import Mapping
from datetime import datetime

from accord.domain import codec
from accord.domain.card import MemberCard, PersonCard
from accord.domain.catalogue_check import check_table
from accord.domain.errors import AccordError, RefusalError, VerificationError
from accord.domain.grant import check_words
from accord.domain.ids import PROTOCOL_VERSION, RUN_ID_BYTES, Identity, PersonRole
from accord.domain.question import Question
from accord.domain.record import RecordKind
from accord.domain.run import APPLY, PERSON_CARD, QUESTION, Asked
from accord.ledger.signatures import verify_signed
from accord.node.handlers.evidence import open_record


def check_asked(
    asked: Asked, cards: Mapping[str, MemberCard], caller: str, run_id: bytes, now: datetime
) -> Question:
    """Return the question if analyst and requester's node have signed and recorded it.

    Raises:
        RequestError: E-CAT-001, E-GRT-009; table or purpose are malformed.
        RefusalError: E-RUN-015; another member sent it, or no analyst of it signed.
        VerificationError: E-RUN-012; run, protocol version, table or application record
            does not fit; E-SIG, E-REC; what the application record says does not hold.
    """
    question = codec.decode(Question, asked.question.body)
    if caller != question.requester or caller not in cards:
        raise RefusalError("E-RUN-015", signer=asked.question.signer)
    if question.run_id != run_id or len(run_id) != RUN_ID_BYTES:
        raise VerificationError("E-RUN-012", member=caller, thing="run id")
    if question.version != PROTOCOL_VERSION:
        raise VerificationError("E-RUN-012", member=caller, thing="protocol version")
    check_words(question.purpose, "--purpose")
    check_table(asked.table)
    if asked.table.digest() != question.table_digest:
        raise VerificationError("E-RUN-012", member=caller, thing="table")
    _check_signatures(asked, question, cards[caller], now)
    applied = open_record(asked.application, cards[caller], RecordKind.APPLY, run_id)
    if applied["question"] != asked.question.digest:
        raise VerificationError("E-RUN-012", member=caller, thing="application")
    return question


def _check_signatures(
    asked: Asked, question: Question, requester: MemberCard, now: datetime
) -> None:
    node = Identity(requester.consortium, requester.member).uri
    try:
        verify_signed(asked.person_card, requester.record_key, PERSON_CARD)
        verify_signed(asked.countersignature, requester.record_key, APPLY)
        person = codec.decode(PersonCard, asked.person_card.body)
        verify_signed(asked.question, person.signing_key, QUESTION)
    except AccordError as error:
        raise RefusalError("E-RUN-015", signer=asked.question.signer, detail=str(error)) from None
    identity = Identity(requester.consortium, requester.member, person.role, person.person)
    fits = (
        person.role == PersonRole.ANALYST
        and person.member == requester.member
        and person.consortium == requester.consortium
        and person.person == question.analyst
        and now < person.until
        and asked.question.signer == identity.uri
        and asked.countersignature.signer == node
        and asked.countersignature.body == asked.question.body
    )
    if not fits:
        raise RefusalError("E-RUN-015", signer=asked.question.signer)
