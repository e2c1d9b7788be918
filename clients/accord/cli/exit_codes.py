"""What a command's exit status means.

``accord verify`` uses 2 for "cannot decide", so a mistyped command is 64 (``EX_USAGE`` of
BSD's sysexits.h), as our own fault is 70 (``EX_SOFTWARE``).
"""

from collections.abc import Mapping
from typing import Final

from accord.domain.errors import AccordError

DONE: Final = 0
REFUSED: Final = 1
UNDECIDED: Final = 2
UNAVAILABLE: Final = 3
USAGE: Final = 64
FAULT: Final = 70
INTERRUPTED: Final = 130  # 128 + SIGINT, as shells report it

_OF_KIND: Final[Mapping[str, int]] = {
    "request": REFUSED,
    "refusal": REFUSED,
    "verification": REFUSED,
    "unavailable": UNAVAILABLE,
    "fault": FAULT,
}


def exit_code(error: AccordError) -> int:
    """The exit status of a command that ended with ``error``."""
    return _OF_KIND.get(error.kind, FAULT)
