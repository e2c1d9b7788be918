"""What a data steward allows, put into the form that is signed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from accord.domain import codec
from accord.domain.errors import RequestError
from accord.domain.grant import DEFAULT_MINIMUM, GRANT_VERSION, Grant, check_words

DEFAULT_RUNS: Final = 50
LEAST_MINIMUM: Final = 2  # one record behind a cell is a person


@dataclass(frozen=True, slots=True)
class Terms:
    """What a steward types; see `accord.domain.grant.Grant` for the meanings."""

    to: str
    table: str
    columns: tuple[str, ...]
    purpose: str
    legal_basis: str
    until: datetime
    minimum: int = DEFAULT_MINIMUM
    max_runs: int = DEFAULT_RUNS
    single_source: bool = False


def make_grant(terms: Terms, owner: str, grant_id: bytes, now: datetime) -> Grant:
    """The grant ``owner`` gives on these terms; whole seconds, columns sorted, once each.

    Raises:
        RequestError: E-CLI-010; a limit that allows nothing, or single persons.
            E-GRT-009; purpose or legal basis cannot be printed.
    """
    check_words(terms.purpose, "--purpose")
    check_words(terms.legal_basis, "--legal-basis")
    _check_least("--min-count", terms.minimum, LEAST_MINIMUM)
    _check_least("--max-runs", terms.max_runs, 1)
    return Grant(
        version=GRANT_VERSION,
        grant_id=grant_id,
        owner=owner,
        to=terms.to,
        table=terms.table,
        columns=tuple(sorted(set(terms.columns))),
        purpose=terms.purpose,
        legal_basis=terms.legal_basis,
        issued=now.astimezone(UTC).replace(microsecond=0),
        until=terms.until.astimezone(UTC).replace(microsecond=0),
        minimum=terms.minimum,
        max_runs=terms.max_runs,
        single_source=terms.single_source,
    )


def parse_until(text: str) -> datetime:
    """The moment a grant ends: a date means midnight UTC at its beginning.

    Raises:
        RequestError: E-CLI-004; no date.
    """
    try:
        if "T" in text:
            return codec.parse_time(text)
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise RequestError("E-CLI-004", text=text) from None


def _check_least(option: str, value: int, least: int) -> None:
    if value < least:
        raise RequestError("E-CLI-010", option=option, text=str(value), least=least)
