from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.ledger.evm.evm_consortium import Consortium


@pytest.fixture
def consortium(tmp_path: Path) -> Iterator[Consortium]:
    """Three members, two votes needed."""
    result = Consortium(tmp_path)
    yield result
    result.close()
