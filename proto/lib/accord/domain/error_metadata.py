"""Errors as pairs of strings, the form in which they travel beside a call.

Both ends of a call use this module, so what one side writes the other reads.  Values are
ASCII (JSON escapes), since call metadata is; they are short, since metadata is limited to
8 KiB by HTTP/2 implementations.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Final

from accord.domain.errors import (
    AccordError,
    Fact,
    FaultError,
    RequestError,
    UnavailableError,
    from_code,
)

CODE: Final = "accord-error-code"
FACTS: Final = "accord-error-facts"
RECORD: Final = "accord-error-record"
MAX_FACTS_BYTES: Final = 4096
MAX_FACT_CHARACTERS: Final = 400

Pairs = tuple[tuple[str, str], ...]


def error_to_pairs(error: AccordError) -> Pairs:
    """Code, facts and record of ``error``; never its private detail."""
    facts = {name: _shorten(value) for name, value in error.facts.items()}
    while len(json.dumps(facts)) > MAX_FACTS_BYTES:
        facts.popitem()
    return (
        (CODE, error.code),
        (FACTS, json.dumps(facts, sort_keys=True)),
        (RECORD, str(_shorten(error.record)).encode("ascii", "replace").decode()),
    )


def error_from_pairs(pairs: Iterable[tuple[str, str | bytes]]) -> AccordError | None:
    """The error that ``pairs`` carry; None if they carry none.

    The sender is not trusted: unknown codes, reserved names and unprintable characters
    do not get through.
    """
    texts = {key: value for key, value in pairs if isinstance(value, str)}
    if CODE not in texts:
        return None
    return from_code(
        texts[CODE], _read_facts(texts.get(FACTS, "{}")), _printable(texts.get(RECORD, ""))
    )


def error_of_status(
    status: str, details: str, pairs: Iterable[tuple[str, str | bytes]], whom: str, timeout_s: float
) -> AccordError:
    """What a failed call means to the caller.

    Args:
        status: Name of the gRPC status, e.g. ``"UNAVAILABLE"``.
        details: Text of the transport; only looked at, never shown.
        pairs: Trailing metadata.
        whom: Member that was called.
        timeout_s: Seconds the call was given.
    """
    return error_from_pairs(pairs) or _transport_error(status, details, whom, timeout_s)


def _transport_error(status: str, details: str, whom: str, timeout_s: float) -> AccordError:
    detail = f"{status} {details}"
    match status:
        case "UNAVAILABLE" if _is_about_certificates(details):
            error: AccordError = UnavailableError("E-NET-003", member=whom, detail=detail)
        case "UNAVAILABLE":
            error = UnavailableError("E-NET-001", member=whom, detail=detail)
        case "DEADLINE_EXCEEDED":
            seconds = f"{timeout_s:g}"
            error = UnavailableError("E-NET-002", member=whom, seconds=seconds, detail=detail)
        case "RESOURCE_EXHAUSTED" if "larger than max" in details:
            error = RequestError("E-NET-004", member=whom, detail=detail)
        case "RESOURCE_EXHAUSTED" | "CANCELLED" | "ABORTED":
            error = UnavailableError("E-NET-005", member=whom, detail=detail)
        case "UNIMPLEMENTED":
            error = RequestError("E-NET-006", member=whom, detail=detail)
        case _:
            error = FaultError("E-INT-001", detail=f"{whom} answered {detail}")
    return error


def _is_about_certificates(details: str) -> bool:
    # The library has no code of its own for it.  A new wording costs precision only:
    # the call then reads "could not be reached".
    return any(
        sign in details
        for sign in ("handshake failed", "CERTIFICATE_VERIFY_FAILED", "not in peer certificate")
    )


def _shorten(value: Fact) -> Fact:
    if isinstance(value, int):
        return value
    return value if len(value) <= MAX_FACT_CHARACTERS else value[: MAX_FACT_CHARACTERS - 1] + "…"


def _read_facts(text: str) -> Mapping[str, Fact]:
    if len(text) > MAX_FACTS_BYTES:
        return {}  # also bounds the nesting, which the parser follows on the C stack
    try:
        facts = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(facts, dict):
        return {}
    return {
        name: _printable(value) if isinstance(value, str) else value
        for name, value in facts.items()
        if isinstance(value, str) or type(value) is int
    }


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)
