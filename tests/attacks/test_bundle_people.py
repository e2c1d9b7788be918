"""Bundles sealed again after a lie about who may what: checks 1 to 5 each stop some alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from accord.domain import codec
from accord.domain.bundle import Bundle
from accord.domain.card import MemberCard
from accord.domain.ids import Identity, PersonRole
from accord.domain.question import Question
from accord.domain.run import BUNDLE, MEMBER_CARD
from accord.ledger.signatures import Ed25519Signer
from accord.query.plan import Measure, Plan
from accord.query.plan_rows import Comparison, Condition
from tests.simulation.cached import honest_bundle, valley, verify
from tests.simulation.consortium import NOW, REQUESTER, Consortium, SimPerson
from tests.simulation.run import run_question, seal
from tests.simulation.tampering import (
    STRANGER,
    Case,
    Cases,
    asked,
    changed,
    check_fails_at,
    lied,
    only_for,
    put,
    renamed,
    replaced,
    swap,
    with_question,
)


def sealed_by_north() -> bytes:
    return codec.encode(valley().members["north"].sign(BUNDLE, honest_bundle()))


def sealed_under_another_name() -> bytes:
    signer = renamed(valley().requester.signer, Identity("valley", "archive").uri)
    return codec.encode(signer.sign(BUNDLE, codec.encode(honest_bundle())))


def second_reading(bundle: Bundle) -> Bundle:
    statement = replace(bundle.statement, body=bundle.statement.body + b"\0")
    return replace(bundle, statement=statement)


def forged_card(bundle: Bundle) -> Bundle:
    """A man in the middle: a card of its own for north, self-signed."""
    card = bundle.cards[0].unsafe_open(MemberCard)
    signer = Ed25519Signer(bundle.cards[0].signer, STRANGER)
    forged = signer.sign(MEMBER_CARD, codec.encode(replace(card, record_key=signer.public)))
    return replace(bundle, cards=put(bundle.cards, 0, forged))


def stranger_signs(analyst: SimPerson) -> SimPerson:
    return SimPerson(analyst.card, Ed25519Signer(analyst.signer.name, STRANGER))


def as_person(member: str, role: PersonRole) -> SimPerson:
    return valley().members[member].persons[role]


def self_made_card(bundle: Bundle) -> Bundle:
    """The analyst issues itself a card."""
    analyst = as_person(REQUESTER, PersonRole.ANALYST)
    forged = analyst.signer.sign("person_card", analyst.card.body)
    return replace(bundle, person_card=forged)


def planned(change: Callable[[Plan], Plan]) -> Case:
    """Another plan in the question, signed as it should be."""

    def other(question: Question) -> Question:
        return replace(question, plan=codec.encode(change(codec.decode(Plan, question.plan))))

    return lambda: seal(valley(), with_question(valley(), other)(honest_bundle()))


def shifted(plan: Plan) -> Plan:
    """Sums above another value than the column's minimum: an offset of one's own choice."""
    term = plan.terms[0]
    return replace(plan, terms=(replace(term, minimum=term.minimum - 1),))


def of_unasked_sums(plan: Plan) -> Plan:
    """A sum that no column of the answer shows, but whoever opens the sums."""
    alone = Measure(None, ("pay",), (0,), plan.measures[-2].bound)
    return replace(plan, measures=(*plan.measures, replace(alone, arm=None, present=())))


def counting_null_as_zero(plan: Plan) -> Plan:
    """Sums over rows that may be NULL, as if they were not."""
    changed = tuple(replace(each, present=()) if each.terms else each for each in plan.measures)
    return replace(plan, measures=changed)


def one_person(plan: Plan) -> Plan:
    where = Condition("person", Comparison.EQUAL, ("p17",))
    return replace(plan, where=where, columns=("pay", "person", "region"))


def relabelled(plan: Plan) -> Plan:
    return replace(plan, groups=(replace(plan.groups[0], labels=("hills", "east", "shore")),))


def in_other_units(plan: Plan) -> Plan:
    return replace(plan, outputs=put(plan.outputs, 3, replace(plan.outputs[3], digits=1)))


def of_another_filter(plan: Plan) -> Plan:
    assert isinstance(plan.where, Condition)
    return replace(plan, where=replace(plan.where, literals=(31,)))


def with_text_literal(plan: Plan) -> Plan:
    assert isinstance(plan.where, Condition)
    return replace(plan, where=replace(plan.where, literals=("thirty",)))


def of_three_values(bundle: Bundle) -> Bundle:
    """A table whose column has three values, and the variance over it: the rows of each."""
    columns = tuple(
        replace(each, minimum=0, maximum=2) if each.name == "pay" else each
        for each in bundle.table.columns
    )
    table = replace(bundle.table, columns=columns)

    def other(question: Question) -> Question:
        plan = codec.decode(Plan, question.plan)
        measures = tuple(
            replace(each, bound=2 ** len(each.terms)) if each.terms else each
            for each in plan.measures
        )
        terms = (replace(plan.terms[0], minimum=0, maximum=2),)
        plan = replace(plan, measures=measures, terms=terms)
        return replace(question, plan=codec.encode(plan), table_digest=table.digest())

    return replace(with_question(valley(), other)(bundle), table=table)


def granted(**changes: object) -> Case:
    return lied(grant=only_for("south", replaced(**changes)))


def granted_by(member: str, role: PersonRole) -> Case:
    return lied(steward=only_for("south", lambda _: as_person(member, role)))


def larger_table(bundle: Bundle) -> Bundle:
    return replace(bundle, table=replace(bundle.table, max_rows=512))


CASES: Cases = {
    "sealed by another member": (1, sealed_by_north),
    "sealed under another member's name": (1, sealed_under_another_name),
    "words on inspection changed": (1, changed(replaced(by_inspection_only="All is proven."))),
    "statement with a second reading": (1, changed(second_reading)),
    "forged member card": (2, changed(forged_card)),
    "member left out": (2, changed(lambda b: replace(b, cards=b.cards[:-1]))),
    "members in another order": (2, changed(lambda b: replace(b, cards=swap(b.cards)))),
    "asked by a steward": (3, lied(analyst=lambda _: as_person(REQUESTER, PersonRole.STEWARD))),
    "asked from elsewhere": (3, lied(analyst=lambda _: as_person("north", PersonRole.ANALYST))),
    "signed by a stranger": (3, lied(analyst=stranger_signs)),
    "card that the analyst made": (3, changed(self_made_card)),
    "something else countersigned": (3, lied(countersigned=lambda _: codec.encode("else"))),
    "another analyst named": (3, asked(analyst="somebody")),
    "dry run": (3, asked(dry_run=True)),
    "run id of another length": (3, asked(run_id=b"short")),
    "expired before it was asked": (3, asked(expires=NOW - timedelta(days=1))),
    "card expired": (3, asked(asked=NOW.replace(year=2031), expires=NOW.replace(year=2032))),
    "another table": (4, changed(larger_table)),
    "owner left out": (4, asked(owners=("north", "south"))),
    "guard chosen by the requester": (4, asked(guard="archive")),
    "plan that is none": (1, asked(plan=b"\xf6")),
    "plan of another table": (4, planned(replaced(table="health"))),
    "plan with an offset of its own": (4, planned(shifted)),
    "plan that singles out one person": (4, planned(one_person)),
    "plan that relabels groups": (4, planned(relabelled)),
    "plan that lets the guard count less": (4, planned(lambda p: replace(p, counts=p.counts[:1]))),
    "plan with a sum that nobody asked for": (4, planned(of_unasked_sums)),
    "plan that counts NULL as zero": (4, planned(counting_null_as_zero)),
    "plan that counts the rows of each value": (4, changed(of_three_values)),
    "plan in other units": (4, planned(in_other_units)),
    "plan that hides a column": (4, planned(replaced(columns=("pay", "region")))),
    "plan of another filter": (4, planned(of_another_filter)),
    "plan with a literal of another type": (4, planned(with_text_literal)),
    "grant for fewer columns": (5, granted(columns=("age", "region"))),
    "grant for another purpose": (5, granted(purpose="marketing")),
    "grant for another member": (5, granted(to="archive")),
    "grant for another table": (5, granted(table="health")),
    "grant that had expired": (5, granted(until=NOW)),
    "grant for no run": (5, granted(max_runs=0)),
    "grant of another version": (5, granted(version=2)),
    "grant signed by an analyst": (5, granted_by("south", PersonRole.ANALYST)),
    "grant signed by no owner's steward": (5, granted_by("archive", PersonRole.STEWARD)),
    "grant signed by another owner's steward": (5, granted_by("west", PersonRole.STEWARD)),
    "grant issued after its steward's card": (5, granted(issued=NOW.replace(year=2030))),
    "minimum below a grant's": (5, asked(minimum=10)),
    "grant left out": (5, changed(lambda b: replace(b, grants=b.grants[1:]))),
    "steward's card left out": (5, changed(lambda b: replace(b, steward_cards=()))),
    "other grants named": (5, asked(grants=dict.fromkeys(("north", "south", "west"), b""))),
}


@pytest.mark.parametrize("name", CASES)
def test_the_right_check_stops(name: str) -> None:
    number, case = CASES[name]

    check_fails_at(number, case())


def test_a_modulus_whose_proof_was_made_for_another_name_is_refused() -> None:
    """The trust file names the card; the card's own claim is checked all the same."""
    world = Consortium(seed=2, proof_name={REQUESTER: "north"})

    failed = verify(run_question(world), world.trust).failed

    assert failed is not None
    assert failed.error is not None
    assert (failed.number, failed.error.code) == (2, "E-CRY-003")


def test_without_sql_compiler_the_report_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare install cannot hold the plan against the SQL; everything else is still checked."""
    monkeypatch.setattr("accord.verify.checks.plan.find_spec", lambda _: None)
    data = lied()()

    report = verify(data)

    assert report.verified is not None
    assert not report.verified.recompiled
    for name in (
        "plan in other units",
        "plan that lets the guard count less",
        "plan with a sum that nobody asked for",
        "plan that counts NULL as zero",
        "plan that counts the rows of each value",
    ):
        check_fails_at(4, CASES[name][1]())
