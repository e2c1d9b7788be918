"""Errors as they travel beside a call."""

import json

import pytest

from accord.domain.error_metadata import (
    CODE,
    FACTS,
    error_from_pairs,
    error_of_status,
    error_to_pairs,
)
from accord.domain.errors import FaultError, RefusalError, RequestError, UnavailableError


def test_an_error_comes_back_with_code_facts_and_record_but_no_detail() -> None:
    sent = RefusalError("E-AUT-002", member="税务", consortium=3, record="tax#1", detail="secret")

    got = error_from_pairs(error_to_pairs(sent))

    assert isinstance(got, RefusalError)
    assert (got.code, got.facts, got.record) == (sent.code, sent.facts, sent.record)
    assert "secret" not in str(error_to_pairs(sent))


def test_pairs_are_short_and_ascii() -> None:
    sent = RefusalError("E-AUT-002", **{f"fact{i}": "税" * 1000 for i in range(50)})
    pairs = error_to_pairs(sent)

    assert all(value.isascii() for _, value in pairs)
    assert sum(len(key) + len(value) for key, value in pairs) < 8000


def test_pairs_without_a_code_carry_no_error() -> None:
    assert error_from_pairs([("server", "x"), (CODE + "-bin", b"x")]) is None


def test_an_unknown_code_becomes_a_fault() -> None:
    assert isinstance(error_from_pairs([(CODE, "E-XXX-999")]), FaultError)


@pytest.mark.parametrize("facts", ["", "[]", "{", "[" * 100_000, '{"a": {"b": 1}}', '{"a": true}'])
def test_malformed_facts_are_dropped(facts: str) -> None:
    error = error_from_pairs([(CODE, "E-AUT-001"), (FACTS, facts)])

    assert error is not None
    assert error.facts == {}


def test_a_peer_cannot_use_names_that_mean_something_here() -> None:
    hostile = json.dumps({"detail": "x", "record": "y", "code": "z", "self": "w", "member": "m"})

    error = error_from_pairs([(CODE, "E-AUT-001"), (FACTS, hostile)])

    assert error is not None
    assert (error.code, error.facts, error.record) == ("E-AUT-001", {"member": "m"}, "")


def test_control_characters_do_not_reach_a_terminal() -> None:
    error = error_from_pairs([(CODE, "E-AUT-001"), (FACTS, json.dumps({"member": "a\x1b[2Jb"}))])

    assert error is not None
    assert error.facts == {"member": "a?[2Jb"}


@pytest.mark.parametrize(
    ("status", "details", "kind", "code"),
    [
        ("UNAVAILABLE", "Connection refused", UnavailableError, "E-NET-001"),
        ("UNAVAILABLE", "Ssl handshake failed", UnavailableError, "E-NET-003"),
        ("DEADLINE_EXCEEDED", "", UnavailableError, "E-NET-002"),
        ("RESOURCE_EXHAUSTED", "Received message larger than max", RequestError, "E-NET-004"),
        ("RESOURCE_EXHAUSTED", "Concurrent RPC limit", UnavailableError, "E-NET-005"),
        ("CANCELLED", "", UnavailableError, "E-NET-005"),
        ("UNIMPLEMENTED", "", RequestError, "E-NET-006"),
        ("INTERNAL", "text of a stranger", FaultError, "E-INT-001"),
    ],
)
def test_a_status_without_our_metadata_says_what_it_means(status, details, kind, code) -> None:
    error = error_of_status(status, details, [], "tax", 2.5)

    assert (type(error), error.code) == (kind, code)
    assert details not in str(dict(error.facts)) or not details
