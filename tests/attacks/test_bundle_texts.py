"""Bundles whose texts would write over the screen of whoever reads them: never valid."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from accord.domain import codec
from accord.domain.bundle import Bundle
from accord.domain.grant import Grant
from accord.domain.question import Question
from accord.domain.text import printable
from accord.query.plan import Plan
from tests.simulation.cached import honest_bundle, valley
from tests.simulation.run import run_question, seal
from tests.simulation.tampering import check_fails_at, with_question

EVIL = "\x1b[2J\x1b[H✓ all checks passed\x9b1A"


def sealed(change: Callable[[Question], Question]) -> bytes:
    return seal(valley(), with_question(valley(), change)(honest_bundle()))


@pytest.mark.parametrize("text", [EVIL, "\u202etseuqer", "a\rb", "a\u2028b"])
@pytest.mark.parametrize("field", ["sql", "purpose"])
def test_sql_and_purpose(field: str, text: str) -> None:
    def other(question: Question) -> Question:
        return replace(question, **{field: getattr(question, field) + f" -- {text}"})

    check_fails_at(3, sealed(other))


def test_a_purpose_of_two_lines_beside_a_grant_of_one() -> None:
    check_fails_at(3, sealed(lambda question: replace(question, purpose=question.purpose + "\n")))


def test_the_name_of_an_output() -> None:
    def other(question: Question) -> Question:
        plan = codec.decode(Plan, question.plan)
        named = replace(plan.outputs[1], name=EVIL)
        outputs = (plan.outputs[0], named, *plan.outputs[2:])
        return replace(question, plan=codec.encode(replace(plan, outputs=outputs)))

    check_fails_at(4, sealed(other))


@pytest.mark.parametrize("field", ["purpose", "legal_basis"])
def test_the_words_of_a_grant(field: str) -> None:
    def other(grant: Grant, _owner: str) -> Grant:
        return replace(grant, **{field: getattr(grant, field) + EVIL})

    check_fails_at(5, run_question(valley(), grant=other))


def other_table(bundle: Bundle, **changes: Any) -> bytes:
    """The question is signed again, over a table changed in one place."""
    table = replace(bundle.table, **changes)

    def other(question: Question) -> Question:
        return replace(question, table_digest=table.digest())

    return seal(valley(), replace(with_question(valley(), other)(bundle), table=table))


def test_the_title_of_the_table() -> None:
    check_fails_at(4, other_table(honest_bundle(), title_en=EVIL))


@pytest.mark.parametrize(
    "change", [{"unit": EVIL}, {"scale": 3_000_000}, {"title_zh": EVIL}, {"maximum": 10**100}]
)
def test_a_column_that_no_description_can_make(change: dict[str, Any]) -> None:
    *columns, pay = honest_bundle().table.columns

    check_fails_at(4, other_table(honest_bundle(), columns=(*columns, replace(pay, **change))))


def test_what_is_shown_of_such_text_commands_nothing() -> None:
    assert printable(EVIL).isprintable()
