"""Check 5: every owner had agreed."""

from accord.domain.card import PersonCard
from accord.domain.card_check import open_person_card
from accord.domain.grant import GRANT_VERSION, Grant, canonical_purpose
from accord.domain.ids import Identity, PersonRole
from accord.domain.run import GRANT
from accord.domain.signed import Signed
from accord.domain.text import is_plain
from accord.ledger.signatures import verify_signed
from accord.verify.evidence import Evidence
from accord.verify.expectation import Expectation

_expect = Expectation("E-VER-105")


def check_grants(evidence: Evidence) -> None:
    """Check 5: one grant per owner, by a steward of that owner, that covers this question."""
    question = evidence.question
    _expect(
        tuple(grant.owner for grant in evidence.grants) == question.owners,
        evidence.plan.table,
        "one_each",
    )
    _expect(set(question.grants) == set(question.owners), evidence.plan.table, "one_each")
    stewards = dict(zip(map(_name, evidence.stewards), evidence.stewards, strict=True))
    signers = {signed.signer for signed in evidence.bundle.grants}
    _expect(
        set(stewards) == signers and len(evidence.stewards) == len(stewards),
        evidence.plan.table,
        "stewards",
    )
    for card, signed in zip(evidence.stewards, evidence.bundle.steward_cards, strict=True):
        _check_steward(evidence, card, signed)
    for grant, signed in zip(evidence.grants, evidence.bundle.grants, strict=True):
        _check_signer(grant, signed, stewards[signed.signer])
        _expect(signed.digest == question.grants[grant.owner], grant.owner, "other_grant")
        _check_scope(evidence, grant)
        _check_validity(evidence, grant)
    applied = max(grant.minimum for grant in evidence.grants)
    _expect(question.minimum == applied >= 1, question.requester, "minimum")


def _name(card: PersonCard) -> str:
    return Identity(card.consortium, card.member, card.role, card.person).uri


def _check_steward(evidence: Evidence, card: PersonCard, signed: Signed) -> None:
    _expect(card.member in evidence.question.owners, card.person, "steward")
    open_person_card(signed, evidence.card(card.member), verify_signed)
    _expect(card.role == PersonRole.STEWARD, card.person, "steward")


def _check_signer(grant: Grant, signed: Signed, steward: PersonCard) -> None:
    verify_signed(signed, steward.signing_key, GRANT)
    _expect(steward.member == grant.owner, grant.owner, "steward")
    _expect(grant.issued < steward.until, grant.owner, "card_expired")


def _check_scope(evidence: Evidence, grant: Grant) -> None:
    question, plan = evidence.question, evidence.plan
    _expect(grant.version == GRANT_VERSION, grant.owner, "other_grant")
    _expect(grant.to == question.requester, grant.owner, "grantee")
    _expect(grant.table == plan.table, grant.owner, "granted_table")
    _expect(set(plan.columns) <= set(grant.columns), grant.owner, "granted_columns")
    _expect(is_plain(grant.purpose + grant.legal_basis), grant.owner, "unprintable")
    purposes = canonical_purpose(grant.purpose), canonical_purpose(question.purpose)
    _expect(purposes[0] == purposes[1], grant.owner, "purpose")


def _check_validity(evidence: Evidence, grant: Grant) -> None:
    """A steward's clock and an analyst's need not agree: issued is not compared to asked."""
    _expect(evidence.question.asked < grant.until, grant.owner, "grant_expired")
    _expect(grant.max_runs >= 1, grant.owner, "no_runs")
