"""Text that others wrote and people will read: what it may hold, how it is shown.

A terminal obeys control characters (ECMA-48: ESC clears the screen, moves the cursor,
renames the window) and reorders a line at format characters (Unicode 9, bidirectional
overrides).  Text with either could show its reader something else than what was signed.
"""

import unicodedata
from typing import Final

# General categories of Unicode 4.5.  `str.isprintable` alone would also refuse the
# ideographic space and, depending on the version of Python, characters assigned lately.
_OBEYED: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def is_plain(text: str, besides: str = "") -> bool:
    """Whether ``text`` has no control, format or surrogate character and no line separator.

    Args:
        text: Any text.
        besides: Characters that it may hold all the same, such as a newline.
    """
    return text.isprintable() or all(_is_plain(one) or one in besides for one in text)


def printable(text: str, besides: str = "") -> str:
    r"""``text`` with every character that `is_plain` refuses written as ``\xNN`` or ``\uNNNN``.

    Args:
        text: Any text.
        besides: Characters that stay as they are, such as a newline.
    """
    if text.isprintable():
        return text
    return "".join(one if _is_plain(one) or one in besides else _escaped(one) for one in text)


def _is_plain(character: str) -> bool:
    return unicodedata.category(character) not in _OBEYED


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
