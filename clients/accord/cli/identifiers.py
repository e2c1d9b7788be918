"""Ids as people type them: 32 hexadecimal digits, or as many as tell one from the others."""

from collections.abc import Callable, Iterable
from typing import Final

from accord.domain.errors import RequestError

ID_DIGITS: Final = 32
_HEXADECIMAL: Final = frozenset("0123456789abcdef")


def find_id(text: str, known: Callable[[], Iterable[bytes]], thing: str, command: str) -> bytes:
    """The id that ``text`` begins.

    Args:
        text: As typed.
        known: Ids to choose from; asked for only where ``text`` is a beginning.
        thing: What the id is of, for the error.
        command: What lists such ids, for the error.

    Raises:
        RequestError: E-CLI-005; no id begins so, or several do.
    """
    digits = text.strip().lower()
    found: list[bytes] = []
    if digits and set(digits) <= _HEXADECIMAL:
        if len(digits) == ID_DIGITS:
            return bytes.fromhex(digits)
        found = [item for item in known() if item.hex().startswith(digits)]
    if len(found) != 1:
        raise RequestError("E-CLI-005", text=text, thing=thing, command=command)
    return found[0]
