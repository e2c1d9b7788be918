"""Text functions over public values, character by character as DuckDB computes them."""

import re
from collections.abc import Callable

# Python writes two letters for it, the simple case mapping of Unicode one or none.
_CAPITALS = {"ß": "ẞ"}


def upper(text: str) -> str:
    """Capitals by the simple mapping, which keeps the number of characters."""
    return "".join(_CAPITALS.get(one) or _single(one, one.upper()) for one in text)


def lower(text: str) -> str:
    """Small letters, likewise."""
    return "".join(one.lower()[:1] for one in text)


def left(text: str, count: int) -> str:
    """The first ``count`` characters; for a negative count all but so many last ones."""
    return text[:count]


def right(text: str, count: int) -> str:
    """The last ``count`` characters; for a negative count all but so many first ones."""
    return text[len(text) - min(count, len(text)) :] if count >= 0 else text[-count:]


def substring(text: str, start: int, length: int | None) -> str:
    """From the ``start``-th character, counted from 1."""
    return text[start - 1 :] if length is None else text[start - 1 : start - 1 + length]


def like(pattern: str, escape: str = "", *, fold: bool = False) -> Callable[[str], bool]:
    """What a LIKE pattern matches: ``%`` any characters, ``_`` one.

    Args:
        pattern: As written.
        escape: Character that makes the next one stand for itself; may be empty.
        fold: Whether capitals do not matter (ILIKE).

    Raises:
        ValueError: The pattern ends with its escape character.
    """
    segments, characters = [""], iter(lower(pattern) if fold else pattern)
    for one in characters:
        if one == escape:
            following = next(characters, None)
            if following is None:
                raise ValueError(pattern)
            segments[-1] += re.escape(following)
        elif one == "%":
            segments.append("")
        else:
            segments[-1] += "." if one == "_" else re.escape(one)
    found = re.compile(_searched(segments), re.DOTALL)
    return lambda text: found.fullmatch(lower(text) if fold else text) is not None


def _searched(segments: list[str]) -> str:
    """Each piece between wildcards where it is found first, for good: no backtracking."""
    if len(segments) == 1:
        return segments[0]
    between = "".join(f"(?>.*?{segment})" for segment in segments[1:-1])
    return f"{segments[0]}{between}.*{segments[-1]}"


def _single(one: str, mapped: str) -> str:
    return mapped if len(mapped) == 1 else one
