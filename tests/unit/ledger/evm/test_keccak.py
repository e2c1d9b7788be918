import json
from pathlib import Path

from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.ledger.evm.keccak import keccak256

VECTORS = Path(__file__).parents[3] / "vectors" / "keccak256.json"


def test_published_and_computed_vectors() -> None:
    """Twelve vectors; their origin stands in the file."""
    vectors = json.loads(VECTORS.read_text())["vectors"]

    assert len(vectors) == 12
    for vector in vectors:
        assert keccak256(bytes.fromhex(vector["message"])).hex() == vector["digest"]


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=500))
def test_agrees_with_another_implementation(data: bytes) -> None:
    assert keccak256(data) == keccak(data)
