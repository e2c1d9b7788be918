"""Names of a file brought into the shape that shared names must have."""

import re
import unicodedata
from collections.abc import Sequence

from accord.domain.ids import is_name


def shared_names(in_file: Sequence[str]) -> dict[str, str]:
    """Name in the file to a proposed shared name, each different."""
    names: dict[str, str] = {}
    for number, name in enumerate(in_file, 1):
        plain = _plain(name)
        proposed = plain if is_name(plain) else f"column_{number}"
        taken = set(names.values())
        names[name] = proposed if proposed not in taken else f"{proposed[:30]}_{number}"
    return names


def _plain(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", ascii_only.lower()).strip("_")[:40]
