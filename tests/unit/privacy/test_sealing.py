"""A sealed message opens with one key, in one context, unchanged."""

import pytest

from accord.domain.errors import FaultError, VerificationError
from accord.privacy.sealing import generate_sealing_key, open_sealed, parse_sealing_key, seal
from tests.unit.privacy.parties import stream

OURS, THEIRS = generate_sealing_key(stream("ours")), generate_sealing_key(stream("theirs"))


def test_what_is_sealed_opens_and_looks_different_each_time():
    first, second = (seal(OURS.public_bytes, b"question", b"run 1") for _ in range(2))
    assert first != second
    assert open_sealed(OURS, first, b"run 1") == open_sealed(OURS, second, b"run 1") == b"question"
    assert b"question" not in first


def test_another_key_context_or_byte_does_not_open():
    sealed = seal(OURS.public_bytes, b"question", b"run 1")
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for key, data, context in (
        (THEIRS, sealed, b"run 1"),
        (OURS, sealed, b"run 2"),
        (OURS, changed, b"run 1"),
        (OURS, b"", b"run 1"),
    ):
        with pytest.raises(VerificationError, match="E-CRY-008"):
            open_sealed(key, data, context)


def test_nobody_seals_to_what_is_no_key():
    for recipient in (b"", OURS.public_bytes[:-1]):
        with pytest.raises(VerificationError, match="E-CRY-008"):
            seal(recipient, b"question", b"run 1")


def test_keys_survive_storing():
    again = parse_sealing_key(OURS.private_bytes())
    assert again.public_bytes == OURS.public_bytes
    assert (len(again.public_bytes), len(again.private_bytes())) == (1216, 96)
    with pytest.raises(FaultError, match="E-CRY-017"):
        parse_sealing_key(b"short")
