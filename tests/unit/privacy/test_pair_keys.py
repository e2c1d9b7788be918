"""Two members share a secret that nobody between them can make."""

import dataclasses

import pytest

from accord.domain.errors import FaultError, VerificationError
from accord.privacy.pair_keys import (
    PairContext,
    PairSecret,
    decapsulate,
    encapsulate,
    generate_mask_key,
    parse_mask_key,
)
from tests.unit.privacy.parties import stream

CONTEXT = PairContext("demo", b"\1" * 32, b"\2" * 32)
NORTH, SOUTH, MALLORY = (generate_mask_key(stream(name)) for name in ("north", "south", "mallory"))


def test_both_members_hold_the_same_secret():
    secret, sent = encapsulate(NORTH, SOUTH.x25519_public, SOUTH.mlkem_public, CONTEXT)
    assert len(sent) == 1120
    assert decapsulate(SOUTH, NORTH.x25519_public, sent, CONTEXT) == secret
    assert len(secret.secret) == 32
    assert secret.secret.hex() not in repr(secret)


def test_who_sits_in_the_middle_is_seen():
    _, sent = encapsulate(MALLORY, SOUTH.x25519_public, SOUTH.mlkem_public, CONTEXT)
    with pytest.raises(VerificationError, match="E-CRY-009"):
        decapsulate(SOUTH, NORTH.x25519_public, sent, CONTEXT)


@pytest.mark.parametrize("field", ["consortium", "earlier", "later"])
def test_the_secret_binds_consortium_and_cards(field):
    _, sent = encapsulate(NORTH, SOUTH.x25519_public, SOUTH.mlkem_public, CONTEXT)
    other = "other" if field == "consortium" else b"\3" * 32
    with pytest.raises(VerificationError, match="E-CRY-009"):
        decapsulate(
            SOUTH, NORTH.x25519_public, sent, dataclasses.replace(CONTEXT, **{field: other})
        )


def test_changed_bytes_are_seen():
    _, sent = encapsulate(NORTH, SOUTH.x25519_public, SOUTH.mlkem_public, CONTEXT)
    for place in (0, 1087, 1088, 1119):
        changed = bytearray(sent)
        changed[place] ^= 1
        with pytest.raises(VerificationError, match="E-CRY-009"):
            decapsulate(SOUTH, NORTH.x25519_public, bytes(changed), CONTEXT)
    for wrong in (b"", sent[:-1], sent + b"\0"):
        with pytest.raises(VerificationError, match="E-CRY-009"):
            decapsulate(SOUTH, NORTH.x25519_public, wrong, CONTEXT)


@pytest.mark.parametrize("x25519", [b"", bytes(32), b"\1" + bytes(31)])
def test_an_unusable_peer_key_is_rejected(x25519):
    with pytest.raises(VerificationError, match="E-CRY-009"):
        encapsulate(NORTH, x25519, SOUTH.mlkem_public, CONTEXT)
    with pytest.raises(VerificationError, match="E-CRY-009"):
        encapsulate(NORTH, SOUTH.x25519_public, x25519, CONTEXT)


def test_keys_of_two_runs_or_rosters_differ():
    secret = PairSecret(bytes(32))
    keys = {secret.run_key(run, roster) for run in (b"1", b"2") for roster in (b"1", b"2")}
    assert len(keys) == 4


def test_keys_survive_storing():
    again = parse_mask_key(NORTH.private_bytes())
    assert again.private_bytes() == NORTH.private_bytes()
    assert (len(again.x25519_public), len(again.mlkem_public)) == (32, 1184)
    with pytest.raises(FaultError, match="E-CRY-017"):
        parse_mask_key(b"short")
