"""Check 3: who asked."""

from accord.domain.card import PersonCard
from accord.domain.card_check import open_person_card
from accord.domain.ids import PROTOCOL_VERSION, RUN_ID_BYTES, Identity, PersonRole
from accord.domain.run import APPLY, QUESTION
from accord.domain.text import is_plain
from accord.ledger.signatures import verify_signed
from accord.verify.evidence import Evidence
from accord.verify.expectation import Expectation

_expect = Expectation("E-VER-103")


def check_question(evidence: Evidence) -> None:
    """Check 3: an analyst of the requester signed the question, its node countersigned it."""
    bundle, question = evidence.bundle, evidence.question
    requester = evidence.card(question.requester)
    open_person_card(bundle.person_card, requester, verify_signed)
    verify_signed(bundle.question, evidence.person.signing_key, QUESTION)
    verify_signed(bundle.countersignature, requester.record_key, APPLY)
    same = bundle.countersignature.body == bundle.question.body
    _expect(same, requester.member, "other_question")
    by_node = bundle.countersignature.signer == evidence.node(requester.member)
    _expect(by_node, requester.member, "signer")
    _check_analyst(evidence, evidence.person)
    _check_form(evidence)


def _check_analyst(evidence: Evidence, person: PersonCard) -> None:
    question = evidence.question
    _expect(person.role == PersonRole.ANALYST, person.person, "role")
    name = Identity(person.consortium, person.member, person.role, person.person).uri
    named = (question.analyst, evidence.bundle.question.signer) == (person.person, name)
    _expect(named, person.person, "signer")
    _expect(question.asked < person.until, person.person, "card_expired")


def _check_form(evidence: Evidence) -> None:
    question = evidence.question
    _expect(not question.dry_run, question.analyst, "dry_run")
    whole = (question.version, len(question.run_id)) == (PROTOCOL_VERSION, RUN_ID_BYTES)
    _expect(whole, question.analyst, "run_id")
    plain = is_plain(question.sql, besides="\n\t") and is_plain(question.purpose)
    _expect(plain, question.analyst, "unprintable")
    _expect(question.asked < question.expires, question.analyst, "expiry")
