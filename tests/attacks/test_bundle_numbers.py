"""Bundles sealed again after a lie about the numbers: checks 10 to 14 each stop some alone."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from accord.domain import codec
from accord.domain.answer import CellMoments
from accord.domain.bundle import Bundle
from accord.domain.contribution import Decision, GuardStatement, Opening, Values
from accord.domain.ids import Identity
from accord.domain.question import Question
from accord.domain.record import RecordKind
from accord.domain.run import STATEMENT, VALUES
from accord.query.finish import finish
from accord.query.plan import Plan
from accord.verify.checks.table import CHECKS
from tests.attacks import test_bundle_people as people
from tests.attacks import test_bundle_records as records
from tests.simulation.cached import valley, verify
from tests.simulation.consortium import GUARD
from tests.simulation.tampering import (
    Cases,
    changed,
    check_fails_at,
    lied,
    lied_fields,
    only_for,
    put,
    renamed,
    replaced,
    swap,
)


def forged(bundle: Bundle) -> Bundle:
    statement = bundle.statement.unsafe_open(GuardStatement)
    return replace(bundle, statement=valley().requester.sign(STATEMENT, statement))


def under_another_name(bundle: Bundle) -> Bundle:
    signer = renamed(valley().members[GUARD].signer, Identity("valley", "archive").uri)
    return replace(bundle, statement=signer.sign(STATEMENT, bundle.statement.body))


def resting_on_other_counts(decision: Decision) -> Decision:
    return replace(decision, counts={**decision.counts, "north": bytes(32)})


def resting_on_other_data(decision: Decision) -> Decision:
    return replace(decision, data_versions={**decision.data_versions, "west": bytes(32)})


def releasing_a_small_cell(decision: Decision) -> Decision:
    return replace(decision, allowed=b"\1" * len(decision.allowed))


def about_a_cell_more(decision: Decision) -> Decision:
    return replace(decision, allowed=decision.allowed + b"\0")


def naming_another_mask(fields: dict[str, bytes]) -> dict[str, bytes]:
    named = codec.decode(dict[str, bytes], fields["contributions"])
    return {**fields, "contributions": codec.encode({**named, GUARD: bytes(32)})}


def naming_nothing(fields: dict[str, bytes]) -> dict[str, bytes]:
    return {**fields, "contributions": b"\xf6"}


def replaced_field(name: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda fields: {**fields, name: bytes(32)}


def squared(values: Values) -> Values:
    """A ciphertext that is a good one, and not what was announced."""
    size, n = len(values.ciphertexts[0]), int.from_bytes(valley().requester.card.paillier_n)
    first = pow(int.from_bytes(values.ciphertexts[0]), 2, n * n)
    return replace(values, ciphertexts=put(values.ciphertexts, 0, first.to_bytes(size)))


def signed_by(member: str, sender: str) -> Callable[[Bundle], Bundle]:
    """Some member's values under another member's signature."""

    def change(bundle: Bundle) -> Bundle:
        place = [values.unsafe_open(Values).sender for values in bundle.values].index(sender)
        other = valley().members[member].signer.sign(VALUES, bundle.values[place].body)
        return replace(bundle, values=put(bundle.values, place, other))

    return change


def one_row_more(bundle: Bundle) -> Bundle:
    """Opening, sums and answer all tell the same lie: one row more in the first cell."""
    first = bundle.openings[0]
    m = (int.from_bytes(first.m) + 1).to_bytes(len(first.m))
    cell = bundle.moments[0]
    moments = put(
        bundle.moments,
        0,
        CellMoments(cell.cell, put(cell.moments, 0, cell.moments[0] + 1)),
    )
    return _finished(
        replace(bundle, openings=put(bundle.openings, 0, replace(first, m=m)), moments=moments)
    )


def other_sums(bundle: Bundle) -> Bundle:
    """The openings are true; sums and answer tell another story."""
    cell = bundle.moments[0]
    told = CellMoments(cell.cell, put(cell.moments, 0, cell.moments[0] + 1))
    return _finished(replace(bundle, moments=put(bundle.moments, 0, told)))


def withheld_kept(bundle: Bundle) -> Bundle:
    """A cell less than was opened."""
    return _finished(replace(bundle, moments=bundle.moments[1:]))


def _finished(bundle: Bundle) -> Bundle:
    plan = codec.decode(Plan, bundle.question.unsafe_open(Question).plan)
    return replace(bundle, answer=finish(plan, bundle.moments))


def other_randomness(openings: tuple[Opening, ...]) -> tuple[Opening, ...]:
    first = openings[0]
    r = (int.from_bytes(first.r) ^ 2).to_bytes(len(first.r))
    return put(openings, 0, replace(first, r=r))


def opened_longer(openings: tuple[Opening, ...]) -> tuple[Opening, ...]:
    return put(openings, 0, replace(openings[0], m=b"\0" + openings[0].m))


def twice(plaintexts: tuple[int, ...]) -> tuple[int, ...]:
    """An owner that counts itself twice, canary and all."""
    return tuple(2 * plaintext for plaintext in plaintexts)


def out_of_bounds(plaintexts: tuple[int, ...]) -> tuple[int, ...]:
    """A number that overflows its slot into the guard bit."""
    return (plaintexts[0] + (1 << 9), *plaintexts[1:])


def dearer(bundle: Bundle) -> Bundle:
    rows = put(bundle.answer.rows, 0, put(bundle.answer.rows[0], 3, "999.00000000"))
    return replace(bundle, answer=replace(bundle.answer, rows=rows))


CASES: Cases = {
    "statement by the requester": (10, changed(forged)),
    "statement under another name": (10, changed(under_another_name)),
    "another statement recorded": (10, lied_fields(RecordKind.GUARD, replaced_field("statement"))),
    "lower minimum": (10, lied(decision=replaced(minimum=1))),
    "other counts than recorded": (10, lied(decision=resting_on_other_counts)),
    "other data than recorded": (10, lied(decision=resting_on_other_data)),
    "cell that the plan does not have": (10, lied(decision=about_a_cell_more)),
    "other values recorded": (11, lied_fields(RecordKind.CONTRIBUTED, replaced_field("values"))),
    "other decision recorded": (
        11,
        lied_fields(RecordKind.CONTRIBUTED, replaced_field("decision")),
    ),
    "released another decision": (11, lied_fields(RecordKind.RELEASE, replaced_field("decision"))),
    "released another mask": (11, lied_fields(RecordKind.RELEASE, naming_another_mask)),
    "released nothing readable": (11, lied_fields(RecordKind.RELEASE, naming_nothing)),
    "another mask than stated": (11, lied(values=only_for(GUARD, squared))),
    "values for another decision": (11, lied(values=only_for("west", replaced(decision=b"")))),
    "values by somebody else": (11, changed(signed_by("south", "north"))),
    "values in another order": (11, changed(lambda b: replace(b, values=swap(b.values)))),
    "values of one owner left out": (11, changed(lambda b: replace(b, values=b.values[1:]))),
    "one row more, everywhere": (12, changed(one_row_more)),
    "other randomness": (12, lied(openings=other_randomness)),
    "opening of another length": (12, lied(openings=opened_longer)),
    "opening left out": (12, changed(lambda b: replace(b, openings=b.openings[1:]))),
    "owner counted twice": (13, lied(plaintexts=only_for("north", twice))),
    "number beyond its bound": (13, lied(plaintexts=only_for("north", out_of_bounds))),
    "other sums": (13, changed(other_sums)),
    "released cell kept back": (13, changed(withheld_kept)),
    "another answer": (14, changed(dearer)),
    "withheld count changed": (
        14,
        changed(lambda b: replace(b, answer=replace(b.answer, withheld=0))),
    ),
    "small cell released": (14, lied(decision=releasing_a_small_cell)),
}


@pytest.mark.parametrize("name", CASES)
def test_the_right_check_stops(name: str) -> None:
    number, case = CASES[name]

    check_fails_at(number, case())


def test_every_numbered_check_has_an_attacker_that_it_alone_stops() -> None:
    tables = (people.CASES, records.CASES, CASES)

    stopped = {number for table in tables for number, _ in table.values()}

    assert stopped == {check.number for check in CHECKS}


OWN_CODES = {
    "E-VER-101": people.CASES["words on inspection changed"],
    "E-VER-102": people.CASES["member left out"],
    "E-VER-103": people.CASES["dry run"],
    "E-VER-104": people.CASES["owner left out"],
    "E-VER-105": people.CASES["grant for fewer columns"],
    "E-VER-106": records.CASES["record twice"],
    "E-VER-107": records.CASES["another place in the log"],
    "E-VER-108": records.CASES["access not anchored"],
    "E-VER-109": records.CASES["released in the same block"],
    "E-VER-110": CASES["statement under another name"],
    "E-VER-111": CASES["another mask than stated"],
    "E-VER-112": CASES["one row more, everywhere"],
    "E-VER-113": CASES["other sums"],
    "E-VER-114": CASES["another answer"],
}


@pytest.mark.parametrize("code", OWN_CODES)
def test_a_failed_check_is_named_by_its_code(code: str) -> None:
    number, case = OWN_CODES[code]

    failed = verify(case()).failed

    assert failed is not None
    assert failed.error is not None
    assert (failed.number, failed.code) == (number, code)
    # The equation of an opening belongs to the cryptography, and so does its error.
    assert failed.error.code == ("E-CRY-005" if code == "E-VER-112" else code)
