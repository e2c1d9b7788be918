import pytest
import rlp
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.ledger.evm.rlp_decode import (
    MalformedError,
    RlpItem,
    as_bytes,
    as_int,
    as_list,
    decode,
    decode_list,
    encode_int,
)

items = st.recursive(
    st.binary(max_size=80), lambda inner: st.lists(inner, max_size=5).map(tuple), max_leaves=12
)


def depth(item: RlpItem) -> int:
    return 1 if isinstance(item, bytes) else 1 + max(map(depth, item), default=0)


@settings(deadline=None)
@given(items.filter(lambda item: depth(item) <= 8))
def test_what_another_implementation_encodes_decodes_to_the_same(item: RlpItem) -> None:
    assert decode(rlp.encode(item)) == item


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_bytes_are_either_the_one_encoding_or_refused(data: bytes) -> None:
    try:
        item = decode(data)
    except MalformedError:
        return
    assert rlp.encode(item) == data


@pytest.mark.parametrize(
    "malformed",
    (
        " 8100 817f b800 b90038" + "61" * 56 + " b837" + "61" * 55 + " 83616263ff 836162"
        " c1 c28361 f800 c0c0 b8 bfffffffffffffffff c1c1c1c1c1c1c1c1c1c1c1"
    ).split(" "),
)
def test_each_other_form_is_refused(malformed: str) -> None:
    with pytest.raises(MalformedError):
        decode(bytes.fromhex(malformed))


@given(st.integers(0, 2**256 - 1))
def test_numbers_come_back(number: int) -> None:
    assert as_int(decode(encode_int(number))) == number
    assert encode_int(number) == rlp.encode(number)


def test_kinds_are_not_mixed_up() -> None:
    with pytest.raises(MalformedError):
        decode_list(b"\x80")
    with pytest.raises(MalformedError):
        as_bytes(())
    with pytest.raises(MalformedError):
        as_list(b"")
    with pytest.raises(MalformedError):
        as_bytes(b"ab", 3)
    with pytest.raises(MalformedError):
        as_int(b"\0\1")
    with pytest.raises(MalformedError):
        as_int(bytes([1]) * 33)
