"""Bytes that make a decoder compute or multiply before anybody has checked them.

Each is refused by its form.  Were it not, the test would not fail but hang: the first
takes minutes without letting go of the interpreter, the second builds 4**60 conditions.
"""

from dataclasses import replace

import pytest

from accord.domain import codec
from accord.domain.errors import RequestError
from accord.domain.question import Question
from accord.domain.run import QUESTION
from accord.domain.signed import Signed
from accord.query.plan import Plan
from accord.query.plan_rows import Compound
from tests.simulation.cached import honest_bundle, valley, verify
from tests.simulation.run import seal

SHAREABLE, REFERENCE = b"\xd8\x1c", b"\xd8\x1d"  # tags 28 and 29


def rational(length: int) -> bytes:
    """Tag 30 over two numbers of that many bytes without a common divisor."""
    head = b"\xc2\x5a" + length.to_bytes(4, "big")
    return b"\xd8\x1e\x82" + head + b"\x7f" * length + head + b"\x80" * (length - 1) + b"\x01"


def laughs(depth: int) -> bytes:
    """A condition that refers to itself four times per level."""
    operands, junction = b"\x68operands", b"\x68junction\x63and"
    data = SHAREABLE + b"\xa2" + operands + b"\x80" + junction
    for level in range(depth):
        back = REFERENCE + codec.encode(depth - level)
        data = SHAREABLE + b"\xa2" + operands + b"\x84" + data + back * 3 + junction
    return data


def colliding_keys(count: int) -> bytes:
    """A map whose integer keys all have one hash."""
    pairs = (codec.encode(number * (2**61 - 1)) + b"\x00" for number in range(count))
    return b"\xba" + count.to_bytes(4, "big") + b"".join(pairs)


@pytest.mark.parametrize("kind", [Signed, Compound, Question, bytes])
@pytest.mark.parametrize(
    ("data", "why"),
    [
        (rational(2_000_000), "a tag"),
        (laughs(60), "a tag"),
        (colliding_keys(200_000), "a key that is no text"),
        (b"\x81" * 1_000_000 + b"\x00", "too deep"),
        (b"\x9b" + b"\xff" * 8, "cut short"),
        (b"\x5b" + b"\xff" * 8, "beyond the data"),
    ],
    ids=["rational", "laughs", "keys", "depth", "array", "bytes"],
)
def test_a_bomb_is_refused_before_the_decoder_sees_it(kind: type, data: bytes, why: str) -> None:
    with pytest.raises(RequestError) as caught:
        codec.decode(kind, data)

    assert caught.value.code == "E-MSG-001"
    assert why in caught.value.detail


def test_a_bomb_in_the_plan_of_a_bundle_fails_a_check() -> None:
    """The requester signs it as it would sign any plan."""
    bundle = honest_bundle()
    question = codec.decode(Question, bundle.question.body)
    where = b"\x65where"
    plan = codec.encode(replace(codec.decode(Plan, question.plan), where=None))
    bomb = plan.replace(where + b"\xf6", where + laughs(60))
    assert bomb != plan
    evil = replace(question, plan=bomb)
    signed = replace(bundle.question, body=codec.encode(evil))
    assert signed.kind == QUESTION

    report = verify(seal(valley(), replace(bundle, question=signed)))

    assert not report.valid
