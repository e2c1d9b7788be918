"""trust.json, there and back, and what it refuses."""

import json
from pathlib import Path

import pytest

from accord.domain.card import Trust
from accord.domain.errors import RequestError
from accord.domain.trust_file import format_trust, load_trust, parse_trust

TRUST = Trust(
    version=1,
    consortium="demo",
    chain_id=7,
    genesis_hash=bytes(range(32)),
    contract=bytes(20),
    code_hash=bytes([255]) * 32,
    seal_key=bytes([1]) * 32,
    members={"zeta": bytes(32), "alpha": bytes([2]) * 32},
)
VALUE = json.loads(format_trust(TRUST))


def problem_of(text: str) -> str:
    with pytest.raises(RequestError) as caught:
        parse_trust(text)
    assert caught.value.code == "E-CFG-011"
    return str(caught.value.facts["problem"])


def test_a_trust_file_comes_back_with_members_in_order() -> None:
    assert parse_trust(format_trust(TRUST)) == TRUST
    assert list(parse_trust(format_trust(TRUST)).members) == ["zeta", "alpha"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"version": 2}, "format version 2"),
        ({"version": True}, "format version True"),
        ({"extra": 1}, "keys differ: extra"),
        ({"consortium": "Not A Name"}, "consortium"),
        ({"chain_id": 0}, "chain_id"),
        ({"chain_id": True}, "chain_id"),
        ({"contract": "00"}, "contract"),
        ({"code_hash": "FF" * 32}, "code_hash"),
        ({"seal_key": " " * 64}, "seal_key"),
        ({"members": {}}, "members"),
        ({"members": {"a": "00"}}, "a is not 32 bytes"),
        ({"members": {"A B": "00" * 32}}, "members"),
    ],
)
def test_a_wrong_value_is_named(change: dict[str, object], problem: str) -> None:
    assert problem in problem_of(json.dumps({**VALUE, **change}))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '"x"', "[" * 100_000])
def test_what_is_no_object_is_refused(text: str) -> None:
    assert problem_of(text)


def test_a_key_that_stands_twice_is_refused() -> None:
    text = format_trust(TRUST).replace('"version": 1,', '"version": 1, "version": 1,')

    assert "twice" in problem_of(text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        load_trust(tmp_path / "trust.json")
    assert caught.value.code == "E-CFG-001"


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(b"\xff\xfe")
    with pytest.raises(RequestError) as caught:
        load_trust(tmp_path / "t")
    assert caught.value.code == "E-CFG-011"
