"""The nearest of some names: what a did-you-mean sentence offers."""

from collections.abc import Iterable
from difflib import SequenceMatcher


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like ``name``, ignoring case; empty if nothing is known."""
    wanted = name.casefold()
    return max(sorted(known), key=lambda other: _likeness(wanted, other.casefold()), default="")


def _likeness(left: str, right: str) -> float:
    return SequenceMatcher(None, left, right, autojunk=False).ratio()
