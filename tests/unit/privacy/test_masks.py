"""Masks cancel in the full ring and bind everything they are good for."""

import dataclasses
import hashlib
import hmac
from itertools import combinations

import cbor2
import pytest

from accord.domain.errors import FaultError
from accord.privacy.masks import Binding, Round, masks_of

N = 2**127 - 1
RING = ("north", "south", "west", "bureau")
BINDING = Binding(1, b"\0" * 16, b"\1" * 32, Round.VALUES, b"\2" * 32, b"\3" * 32)


def _keys(own: str) -> dict[str, bytes]:
    return {
        other: hashlib.sha256("/".join(sorted((own, other))).encode()).digest()
        for other in RING
        if other != own
    }


def _mask(own: str, binding: Binding = BINDING, index: int = 0, ring=RING) -> int:
    return masks_of(own, ring, _keys(own), binding, N).at(index)


@pytest.mark.parametrize("size", [2, 3, 4])
def test_masks_cancel_in_every_full_ring_and_in_no_part_of_it(size):
    for ring in combinations(RING, size):
        assert sum(_mask(own, ring=ring) for own in ring) % N == 0
        for missing in ring:
            assert sum(_mask(own, ring=ring) for own in ring if own != missing) % N != 0


def test_a_mask_binds_round_decision_recipient_question_run_version_and_index():
    changes = (
        {"round": Round.COUNTS},
        {"decision": b""},
        {"recipient": b"\4" * 32},
        {"question": b"\4" * 32},
        {"run_id": b"\4" * 16},
        {"version": 2},
    )
    masks = [_mask("south", dataclasses.replace(BINDING, **change)) for change in changes]
    masks += [_mask("south", index=index) for index in range(3)]
    assert len(set(masks)) == len(changes) + 3


def test_a_missing_key_is_our_own_fault():
    with pytest.raises(FaultError, match="E-CRY-017"):
        masks_of("south", RING, {}, BINDING, N)


def test_a_mask_is_what_its_definition_says():
    """HKDF-Expand of canonical CBOR, SHAKE256 of key and place, difference modulo N."""
    names = {"version": 1, "run_id": b"\0" * 16, "question": b"\1" * 32, "round": "values"}
    fields = {**names, "decision": b"\2" * 32, "recipient": b"\3" * 32}
    info = cbor2.dumps({"accord": "mask/v1", "fields": fields}, canonical=True)
    terms = {}
    for other, key in _keys("south").items():
        stream = hmac.digest(key, info + b"\1", "sha256")
        digest = hashlib.shake_256(stream + (5).to_bytes(8, "big")).digest((127 + 128 + 7) // 8)
        terms[other] = int.from_bytes(digest, "big")
    expected = (terms["west"] + terms["bureau"] - terms["north"]) % N
    assert _mask("south", index=5) == expected
