"""Running consortia for tests; keys are drawn once per test session.

Imports are late: most tests need none of this, and the chain's rules take a second.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.consortium.lab import Lab
    from tests.consortium.world import Consortium


@pytest.fixture(scope="session")
def lab_template(tmp_path_factory: pytest.TempPathFactory) -> "Lab":
    """Files of a consortium that is never started; see `tests.consortium.lab.copy_lab`."""
    from tests.consortium.lab import make_lab  # noqa: PLC0415 - late, see above

    return make_lab(tmp_path_factory.mktemp("template") / "lab")


@pytest.fixture(scope="session")
def consortium(
    lab_template: "Lab", tmp_path_factory: pytest.TempPathFactory
) -> Iterator["Consortium"]:
    """One running consortium for all tests; each adds tables of its own."""
    from tests.consortium.lab import copy_lab  # noqa: PLC0415 - late, see above
    from tests.consortium.world import Consortium  # noqa: PLC0415

    lab = copy_lab(lab_template, tmp_path_factory.mktemp("running") / "lab")
    with Consortium(lab) as running:
        yield running
