"""The checks in their order; numbers and names are those of ``docs/bundle.md``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from accord.verify.checks.anchors import check_anchors, check_order
from accord.verify.checks.cards import check_cards
from accord.verify.checks.contributions import check_contributions
from accord.verify.checks.decision import check_guard
from accord.verify.checks.envelope import check_envelope
from accord.verify.checks.grants import check_grants
from accord.verify.checks.plan import check_consistent
from accord.verify.checks.question import check_question
from accord.verify.checks.records import check_logs, check_records
from accord.verify.checks.result import check_answer, check_opening, check_sums
from accord.verify.evidence import Evidence


@dataclass(frozen=True, slots=True)
class NumberedCheck:
    """One row of the table.

    Attributes:
        code: Its sentences in the catalogue.
        run: Returns None or raises an `accord.domain.errors.AccordError`.
    """

    number: int
    name: str
    code: str
    run: Callable[[Evidence], None]


CHECKS: Final = (
    NumberedCheck(1, "envelope", "E-VER-101", check_envelope),
    NumberedCheck(2, "cards", "E-VER-102", check_cards),
    NumberedCheck(3, "question", "E-VER-103", check_question),
    NumberedCheck(4, "plan", "E-VER-104", check_consistent),
    NumberedCheck(5, "grants", "E-VER-105", check_grants),
    NumberedCheck(6, "records", "E-VER-106", check_records),
    NumberedCheck(7, "logs", "E-VER-107", check_logs),
    NumberedCheck(8, "anchors", "E-VER-108", check_anchors),
    NumberedCheck(9, "order", "E-VER-109", check_order),
    NumberedCheck(10, "decision", "E-VER-110", check_guard),
    NumberedCheck(11, "contributions", "E-VER-111", check_contributions),
    NumberedCheck(12, "opening", "E-VER-112", check_opening),
    NumberedCheck(13, "sums", "E-VER-113", check_sums),
    NumberedCheck(14, "answer", "E-VER-114", check_answer),
)
