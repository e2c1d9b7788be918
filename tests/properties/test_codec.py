"""For any value and any bytes: what we write is read again, and nothing else is."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from accord.domain import codec
from accord.domain.bundle import Bundle
from accord.domain.cbor_scan import MAX_INTEGER_BITS, check_cbor
from accord.domain.errors import RequestError
from accord.domain.question import Question
from accord.domain.signed import Signed
from accord.query.plan import Plan

LARGEST = 2**MAX_INTEGER_BITS - 1
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-LARGEST, LARGEST), st.text(), st.binary(max_size=400)
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=60
)


@given(values)
def test_everything_that_is_encoded_passes_the_scan(value: object) -> None:
    check_cbor(codec.encode(value))


@given(st.binary(max_size=400), st.sampled_from([Signed, Bundle, Question, Plan, bytes]))
def test_any_bytes_are_decoded_or_refused(data: bytes, kind: type[Any]) -> None:
    read_or_refuse(kind, data)


@given(
    st.lists(st.sampled_from([bytes([head]) for head in range(256)]), max_size=60).map(b"".join),
    st.binary(max_size=40),
)
def test_any_heads_are_decoded_or_refused(heads: bytes, tail: bytes) -> None:
    read_or_refuse(Signed, heads + tail)


def read_or_refuse(kind: type[Any], data: bytes) -> None:
    """No other exception than the refusal, and what is read is what was written."""
    try:
        value = codec.decode(kind, data)
    except RequestError as error:
        assert error.code == "E-MSG-001"  # noqa: PT017 - either way is right
    else:
        assert codec.encode(value) == data
