"""A grant: what one owner lets one member ask, what for, how long, how often."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from accord.domain.errors import RequestError
from accord.domain.text import is_plain, printable

GRANT_VERSION: Final = 1
GRANT_ID_BYTES: Final = 16
DEFAULT_MINIMUM: Final = 10  # of records behind a released cell, where nobody says otherwise


@dataclass(frozen=True, slots=True)
class Grant:
    """Signed by a data steward of the owner.

    Attributes:
        grant_id: 16 random bytes.
        columns: Columns that may appear anywhere in a question, sorted.
        purpose: As typed; compared by `canonical_purpose`.
        minimum: Smallest number of records behind a released cell.
        max_runs: Runs it may serve; a dry run does not count.
        single_source: Whether a cell to which one owner alone contributes may be released.
    """

    version: int
    grant_id: bytes
    owner: str
    to: str
    table: str
    columns: tuple[str, ...]
    purpose: str
    legal_basis: str
    issued: datetime
    until: datetime
    minimum: int
    max_runs: int
    single_source: bool


def canonical_purpose(purpose: str) -> str:
    """Purposes are equal after NFKC, trim and case folding."""
    return unicodedata.normalize("NFKC", purpose).strip().casefold()


def check_words(text: str, thing: str) -> None:
    """Check that a purpose or legal basis can be shown to whoever has to judge it.

    Raises:
        RequestError: E-GRT-009; it has characters that a screen obeys, or several lines.
    """
    if not is_plain(text):
        raise RequestError("E-GRT-009", thing=thing, text=printable(text))
