"""No input makes a reader crash, hang, or take more memory than stated.

Mutations of genuine inputs, and bytes made up, for every reader of foreign bytes.  A hang
ends in the suite's own timeout.  `test_guided` looks further, led by coverage.
"""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import Target, targets

MEMORY_LIMIT = 64 * 2**20  # bytes that Python may hold at once for one input
EXAMPLES = 60
LENGTHS = (b"\xff" * 8, b"\x9b" + b"\xff" * 8, b"\xbb" + b"\x7f" + b"\xff" * 7, b"\xfb" * 9)


@st.composite
def mutated(draw: st.DrawFn, target: Target) -> bytes:
    """A genuine input with a few places changed, or anything at all."""
    found = target.seeds()
    data = bytearray(draw(st.sampled_from(found)))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(data)))
        length = draw(st.sampled_from([0, 1, 1, 2, 8, 64, len(data)]))
        other = draw(st.sampled_from(found))
        data[start : start + length] = draw(
            st.binary(max_size=16)
            | st.sampled_from(LENGTHS)
            | st.just(bytes(data[start : start + length]) * 3)  # said again
            | st.just(other[start : start + length])  # from another message
        )
    return bytes(data)


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_any_input_is_read_or_refused(target: Target) -> None:
    @given(mutated(target) | st.binary(max_size=300))
    @settings(max_examples=EXAMPLES)
    def reads(data: bytes) -> None:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        target.try_on(data)
        _, peak = tracemalloc.get_traced_memory()

        assert peak - before < MEMORY_LIMIT

    for seed in target.seeds():
        target.try_on(seed)  # makes what is made once: tables, caches, imports
    tracemalloc.start()
    try:
        reads()
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_every_seed_is_an_input_that_the_reader_knows(target: Target) -> None:
    """A seed that is refused at its first byte would make a fuzzer blind."""
    read = [seed for seed in target.seeds() if _accepts(target, seed)]

    assert target.seeds()
    assert read


def _accepts(target: Target, seed: bytes) -> bool:
    try:
        target.read(seed)
    except target.errors:
        return False
    return True
