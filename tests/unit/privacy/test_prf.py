"""HKDF as in its RFC; derived numbers depend on everything they name."""

import json
from pathlib import Path

import pytest

from accord.privacy.prf import derive, expand, extract, stream_integer, stream_key

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "hkdf_sha256.json").read_text(encoding="utf-8")
)


def test_all_vectors_are_there():
    assert len(VECTORS["cases"]) == VECTORS["count"] == 3


@pytest.mark.parametrize("case", VECTORS["cases"])
def test_hkdf_agrees_with_the_rfc(case):
    value = {name: bytes.fromhex(text) for name, text in case.items()}
    assert extract(value["salt"], value["ikm"]) == value["prk"]
    assert expand(value["prk"], value["info"], len(value["okm"])) == value["okm"]


def test_more_than_hkdf_gives_is_refused():
    assert len(expand(bytes(32), b"", 8160)) == 8160
    with pytest.raises(ValueError, match="8161"):
        expand(bytes(32), b"", 8161)


def test_purpose_and_fields_are_told_apart():
    outputs = {
        derive(bytes(32), purpose, fields, 32)
        for purpose in ("a", "b")
        for fields in ({"x": b"12", "y": b"3"}, {"x": b"1", "y": b"23"}, {"x": "12", "y": b"3"})
    }
    assert len(outputs) == 6


def test_a_stream_has_one_number_for_every_key_and_place():
    keys = [stream_key(bytes(32), purpose, {"x": b"1"}) for purpose in ("a", "b")]
    assert len({stream_integer(key, place, 300) for key in keys for place in range(4)}) == 8
    assert stream_integer(keys[0], 0, 9) == stream_integer(keys[0], 0, 16) < 1 << 16
