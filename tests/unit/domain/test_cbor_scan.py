"""The scan before the decoder passes what we write and refuses what we never do."""

import cbor2
import pytest

from accord.domain.cbor_scan import MAX_DEPTH, MAX_INTEGER_BITS, MAX_ITEMS, check_cbor

LARGEST = 2**MAX_INTEGER_BITS - 1
TEXT_KEY = b"\x61a"


@pytest.mark.parametrize(
    "value",
    [
        *(0, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**64 - 1, 2**64, LARGEST),
        *(-1, -24, -25, -(2**64), -(2**64) - 1, -LARGEST),
        *(True, False, None, "", "x" * 23, "x" * 24, "文" * 100, b"", b"x" * 65536),
        *([], {}, [[], {}, [1, "a"]], {"a": {"b": [None]}, "c": b""}),
    ],
)
def test_a_value_we_write_passes(value: object) -> None:
    check_cbor(cbor2.dumps(value, canonical=True))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xd8\x1e\x82\x01\x02", "a tag"),  # rational, tag 30
        (b"\xd8\x1c\x80", "a tag"),  # shareable, tag 28
        (b"\xd8\x1d\x00", "a tag"),  # shared reference, tag 29
        (b"\xc4\x82\x01\x01", "a tag"),  # decimal fraction, tag 4
        (b"\xc0\x60", "a tag"),
        (b"\xd8\x02\x41\x01", "a tag"),  # tag 2 in a longer head
        (b"\xdb" + b"\xff" * 8 + b"\x00", "a tag"),
        (b"\x9f\xff", "indefinite"),
        (b"\xbf\xff", "indefinite"),
        (b"\x5f\x41a\xff", "indefinite"),
        (b"\x7f\xff", "indefinite"),
        (b"\xff", "indefinite"),
        (b"\x1c", "indefinite"),  # reserved: section 3
        (b"\xf7", "simple value"),  # undefined
        (b"\xe0", "simple value"),
        (b"\xf8\x20", "simple value"),
        (b"\xf9\x00\x00", "float"),
        (b"\xfa\x00\x00\x00\x00", "float"),
        (b"\xfb" + bytes(8), "float"),
        (b"\x18\x17", "shortest"),
        (b"\x19\x00\xff", "shortest"),
        (b"\x1a\x00\x00\xff\xff", "shortest"),
        (b"\x1b\x00\x00\x00\x00\xff\xff\xff\xff", "shortest"),
        (b"\x58\x01a", "shortest"),
        (b"\x98\x00", "shortest"),
        (b"\xa1\x01\x01", "key"),
        (b"\xa2\x61a\x01\x41b\x01", "key"),
        (b"\xa1\x80\x01", "key"),
        (b"\xa1\xc2\x41\x01\x01", "key"),
        (b"\xc2\x01", "no byte string"),
        (b"\xc2\x61a", "no byte string"),
        (b"\xc2\x80", "no byte string"),
        (b"\xc2\x58\x81" + bytes(129), "too long"),
        (b"\xc3\x59\x01\x00" + bytes(256), "too long"),
        (b"\xc2\x5f\x41a\xff", "no byte string"),
        (b"\x82\xc2\x5f\x41a\xff", "no byte string"),
        (b"\x81" * (MAX_DEPTH + 1) + b"\x00", "too deep"),
        (b"\xa1\x61a" * (MAX_DEPTH + 1) + b"\x00", "too deep"),
        (b"", "cut short"),
        (b"\x82\x01", "cut short"),
        (b"\xa1\x61a", "cut short"),
        (b"\x9b" + b"\xff" * 8, "cut short"),
        (b"\x19\x01", "cut short"),
        (b"\xc2", "cut short"),
        (b"\xc2\x58", "cut short"),
        (b"\x42a", "beyond"),
        (b"\x5b" + b"\xff" * 8, "beyond"),
        (b"\x00\x00", "trailing"),
        (b"\x80\x80", "trailing"),
    ],
)
def test_bytes_we_never_write_are_refused(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check_cbor(data)


def test_the_deepest_allowed_nesting_passes() -> None:
    check_cbor(b"\x81" * MAX_DEPTH + b"\x00")


def test_the_number_of_items_is_bounded_whatever_the_data_says() -> None:
    with pytest.raises(ValueError, match="too many items"):
        check_cbor(b"\x9a" + MAX_ITEMS.to_bytes(4, "big") + bytes(MAX_ITEMS))
