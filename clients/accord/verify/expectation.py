"""How a check says what does not hold: one code per check, and which fault it found.

Faults are short keys; their words in both languages stand in ``faults.toml``.
"""

from dataclasses import dataclass

from accord.domain.errors import VerificationError


@dataclass(frozen=True, slots=True)
class Expectation:
    """Raises the error of one check.

    Attributes:
        code: E-VER-101 to E-VER-114, the number of the check in its last two digits.
    """

    code: str

    def __call__(self, holds: bool, subject: str, fault: str) -> None:  # noqa: FBT001 - reads as a sentence
        """Check one condition.

        Args:
            holds: The condition.
            subject: Member, person or column it is about.
            fault: What is wrong otherwise; a key of ``faults.toml``.

        Raises:
            VerificationError: `code`.
        """
        if not holds:
            raise self.error(subject, fault)

    def error(self, subject: str, fault: str) -> VerificationError:
        """The error itself, for places that raise."""
        return VerificationError(self.code, subject=subject, fault=fault)
