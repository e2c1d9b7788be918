"""A bundle with any byte changed is never valid, and never a traceback.

Two attackers: one that changes the file on its way, and the requester's node, which
changes what is inside and seals it again.  By default one byte in `STRIDE` is tried;
``ACCORD_BYTE_STRIDE=1`` tries them all, in about ten minutes.  The stride shares no factor
with the lengths that repeat in the file (32, 64, 128).
"""

import os
from dataclasses import replace
from typing import Any

import pytest

from accord.domain import codec
from accord.domain.bundle import BUNDLE_VERSION
from accord.domain.card import Trust
from accord.domain.errors import RequestError
from accord.domain.run import BUNDLE
from accord.domain.signed import Signed
from tests.simulation.cached import honest_bundle, honest_file, valley, verify
from tests.simulation.consortium import Consortium
from tests.simulation.run import run_question, seal
from tests.simulation.tampering import flip

STRIDE = int(os.environ.get("ACCORD_BYTE_STRIDE", "61"))
PARTS = 8
UNDECIDABLE = {"E-VER-001", "E-VER-002", "E-VER-003"}


def is_refused(data: bytes, trust: Trust | None = None) -> bool:
    """Invalid, or nothing that can be decided on; any other exception fails the test."""
    try:
        return not verify(data, trust).valid
    except RequestError as error:
        return error.code in UNDECIDABLE


def test_the_untouched_bundle_is_valid() -> None:
    report = verify(honest_file())

    assert report.failed is None
    assert report.valid
    assert [check.number for check in report.checks] == list(range(1, 15))


@pytest.mark.parametrize("part", range(PARTS))
def test_no_changed_byte_is_valid(part: int) -> None:
    data = honest_file()

    for place in range(part * STRIDE, len(data), PARTS * STRIDE):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        assert is_refused(bytes(changed)), f"byte {place}"


@pytest.mark.parametrize("part", range(PARTS))
def test_no_changed_byte_is_valid_even_if_the_requester_seals_it_again(part: int) -> None:
    body, signer = codec.encode(honest_bundle()), valley().requester.signer

    for place in range(part * STRIDE, len(body), PARTS * STRIDE):
        changed = codec.encode(signer.sign(BUNDLE, flip(body, place)))
        assert is_refused(changed), f"byte {place}"


def test_the_first_bytes_of_the_file_are_all_tried() -> None:
    """Where the structure is densest: the envelope's frame and its end."""
    data = honest_file()

    for place in (*range(64), *range(-160, 0)):
        assert is_refused(flip(data, place)), f"byte {place}"


def test_no_part_of_the_file_is_valid() -> None:
    data = honest_file()

    for length in (*range(0, len(data), 997), len(data) - 1):
        assert is_refused(data[:length]), f"first {length} bytes"
    assert is_refused(data + b"\0")
    assert is_refused(data + data)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xf6", b"{}", bytes(1000), b"\x81" * 100_000, b"\x9f" * 500, b"\xc2\x59\xff\xff"],
    ids=["nothing", "null", "json", "zeros", "nested", "endless", "number"],
)
def test_what_is_no_bundle_is_undecidable(data: bytes) -> None:
    with pytest.raises(RequestError) as caught:
        verify(data)

    assert caught.value.code == "E-VER-001"


def test_a_file_of_absurd_size_is_not_even_read() -> None:
    with pytest.raises(RequestError) as caught:
        verify(bytes(64 * 1024 * 1024 + 1))

    assert caught.value.code == "E-VER-001"


def test_another_kind_of_statement_is_no_bundle() -> None:
    with pytest.raises(RequestError) as caught:
        verify(codec.encode(valley().requester.sign("grant", honest_bundle())))

    assert caught.value.code == "E-VER-001"


def test_another_format_version_is_undecidable() -> None:
    later = replace(honest_bundle(), version=BUNDLE_VERSION + 1)

    with pytest.raises(RequestError) as caught:
        verify(seal(valley(), later))

    assert caught.value.code == "E-VER-002"


def test_the_trust_file_of_another_consortium_is_undecidable() -> None:
    with pytest.raises(RequestError) as caught:
        verify(honest_file(), Consortium("mountain", seed=3).trust)

    assert caught.value.code == "E-VER-003"


def test_a_whole_forged_consortium_of_the_same_name_is_invalid() -> None:
    """Every key in it is the forger's; only the trust file tells."""
    forged = run_question(Consortium(seed=4))

    failed = verify(forged).failed

    assert failed is not None
    assert failed.number == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"chain_id": 5},
        {"genesis_hash": bytes(32)},
        {"contract": bytes(20)},
        {"seal_key": bytes(32)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_another_chain_in_the_trust_file_fails_at_the_anchors(changes: dict[str, Any]) -> None:
    failed = verify(honest_file(), replace(valley().trust, **changes)).failed

    assert failed is not None
    assert failed.number == 8


def test_the_members_of_the_trust_file_must_be_exactly_these() -> None:
    trust = valley().trust
    fewer = dict(list(trust.members.items())[:-1])
    more = {**trust.members, "newcomer": bytes(32)}

    for members in (fewer, more, dict(reversed(trust.members.items()))):
        failed = verify(honest_file(), replace(trust, members=members)).failed
        assert failed is not None
        assert failed.number == 2


def test_an_envelope_that_names_no_node_is_undecidable() -> None:
    envelope = codec.decode(Signed, honest_file())

    with pytest.raises(RequestError) as caught:
        verify(codec.encode(replace(envelope, signer="nobody")))

    assert caught.value.code == "E-VER-001"
