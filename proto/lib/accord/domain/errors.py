"""The errors we raise on purpose, and the catalogue of what they say.

AccordError
├── RequestError        the caller can mend it
├── RefusalError        we could answer, and will not
├── VerificationError   a proof, signature, commitment or receipt does not hold
├── UnavailableError    a party or a service is away; asking again works
└── FaultError          our own mistake

An error carries a code and public facts; its sentences stand in
``sentences/*.toml``, one table per code, in English and Chinese.  ``detail`` is for
the local log of the process that raised it and never leaves that process.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, TypeAlias

Language: TypeAlias = Literal["en", "zh"]
Fact: TypeAlias = str | int


class AccordError(Exception):
    """Base of every error this project raises on purpose.

    Attributes:
        code: Stable identifier ``E-AREA-nnn``.  Sent to peers and written into
            records, so renaming one is a breaking change.
        facts: Values for the placeholders of the catalogue sentences.  Public: they
            reach the requester, so they never hold anything computed from data.
        detail: Private addition for the local log.
        record: Where the event is recorded, e.g. ``"tax_north#12"``; empty if nowhere.
    """

    kind: str = "fault"

    def __init__(self, code: str, *, detail: str = "", record: str = "", **facts: Fact) -> None:
        super().__init__(f"{code} {facts} {detail}".strip())
        self.code = code
        self.facts: Mapping[str, Fact] = facts
        self.detail = detail
        self.record = record


class RequestError(AccordError):
    """The caller can mend it: unknown name, malformed message, wrong value."""

    kind = "request"


class RefusalError(AccordError):
    """We could answer, and will not: a rule, a grant or a role decides."""

    kind = "refusal"


class VerificationError(AccordError):
    """A proof, signature, commitment, receipt or ciphertext does not hold."""

    kind = "verification"


class UnavailableError(AccordError):
    """A party or service is away or too slow; nothing is lost, asking again works."""

    kind = "unavailable"


class FaultError(AccordError):
    """Our own mistake; the sentence tells nothing but where to look."""

    kind = "fault"


_PARAMETERS: Final = frozenset({"self", "code", "detail", "record"})

KINDS: Final[Mapping[str, type[AccordError]]] = {
    error.kind: error
    for error in (RequestError, RefusalError, VerificationError, UnavailableError, FaultError)
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """The catalogue's words for one code in one language.

    Attributes:
        what: What happened.
        rule: Who or which rule decided.
        can: What the reader can do about it.
    """

    what: str
    rule: str
    can: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One code of the catalogue."""

    code: str
    kind: str
    sentences: Mapping[str, Sentence]


@cache
def catalogue() -> Mapping[str, Entry]:
    """All codes, read from ``sentences/*.toml`` beside this module."""
    entries: dict[str, Entry] = {}
    for path in sorted(files(__package__).joinpath("sentences").iterdir(), key=str):
        for code, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            sentences = {language: Sentence(**table[language]) for language in ("en", "zh")}
            entries[code] = Entry(code, table["kind"], sentences)
    return entries


def from_code(code: str, facts: Mapping[str, Fact], record: str = "") -> AccordError:
    """Rebuild an error that a peer sent; an unknown code becomes a fault."""
    entry = catalogue().get(code)
    if entry is None:
        return FaultError("E-INT-001", detail=f"peer sent unknown code {code!r}")
    # A peer must not break the call below by sending a fact with a parameter's name.
    clean = {name: fact for name, fact in facts.items() if name not in _PARAMETERS}
    return KINDS[entry.kind](code, detail="from peer", record=record, **clean)


def explain(error: AccordError, language: Language = "en") -> Sentence:
    """The catalogue's sentence with the facts filled in.

    A missing fact stays visible as ``{name}``: a wrong message is better than none.
    """
    entry = catalogue().get(error.code) or catalogue()["E-INT-001"]
    sentence = entry.sentences[language]
    facts = _Facts(error.facts)
    return Sentence(
        *(text.format_map(facts) for text in (sentence.what, sentence.rule, sentence.can))
    )


class _Facts(dict[str, Fact]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
