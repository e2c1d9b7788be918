"""What a verification says: check by check, in sentences."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from accord.domain.answer import Answer
from accord.domain.catalogue import Table
from accord.domain.errors import AccordError, Language, catalogue, explain, from_code
from accord.domain.question import Question
from accord.domain.text import printable
from accord.query.plan import Plan


@dataclass(frozen=True, slots=True)
class Check:
    """How one check ended.

    Attributes:
        name: One word, as in ``docs/bundle.md``.
        code: Its entry in the catalogue.
        error: Why it failed; None if it passed.
    """

    number: int
    name: str
    code: str
    error: AccordError | None = None

    @property
    def passed(self) -> bool:
        """Whether what the check asks for holds."""
        return self.error is None

    def sentence(self, language: Language = "en") -> str:
        """What holds, or what does not; plain text of one line, safe for a terminal."""
        if self.error is None:
            return catalogue()[self.code].sentences[language].rule
        facts = {
            name: printable(fact) if isinstance(fact, str) else fact
            for name, fact in self.error.facts.items()
        }
        if words := fault_words().get(str(facts.get("fault"))):
            facts["fault"] = words[language]
        return explain(from_code(self.error.code, facts), language).what


@dataclass(frozen=True, slots=True)
class Verified:
    """What a valid bundle shows, for display.

    Attributes:
        released_in_block: Block of the release record, final before the answer opened.
        released_at: Its time as the ledger states it.
        records: Records of the run in the bundle; ``anchored`` of them are on the chain.
        recompiled: Whether the plan was also held against the SQL; needs the SQL compiler.
        by_inspection_only: What no check can show, in words.
    """

    question: Question
    plan: Plan
    table: Table
    answer: Answer
    released_in_block: int
    released_at: datetime
    records: int
    anchored: int
    recompiled: bool
    by_inspection_only: str


@dataclass(frozen=True, slots=True)
class Report:
    """All checks up to the first that failed.

    Attributes:
        verified: None unless every check passed: an invalid bundle shows nothing.
    """

    checks: tuple[Check, ...]
    verified: Verified | None

    @property
    def valid(self) -> bool:
        """Whether every check passed."""
        return self.verified is not None

    @property
    def failed(self) -> Check | None:
        """The check that failed, if one did."""
        return next((check for check in self.checks if not check.passed), None)


@cache
def fault_words() -> dict[str, dict[Language, str]]:
    """Words of every fault a check can find, by key."""
    text = files(__package__).joinpath("faults.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
