"""``accord grants``: the grants of this member, and how they stand."""

from datetime import datetime
from typing import Final

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from accord.cli.persons import SystemClock, open_client
from accord.cli.session import As, Json, Session, session_of
from accord.client.summaries import GrantState
from accord.domain.codec import format_time

app = typer.Typer(add_completion=False)
_COLUMNS: Final = (
    *("grant", "digest", "to", "table", "columns"),
    *("purpose", "until", "minimum", "used", "state"),
)
_SHOWN_DIGITS: Final = 8


@app.command()
def grants(context: typer.Context, *, profile: As = None, as_json: Json = False) -> None:
    """Show all grants of the member."""
    session = session_of(context)
    with open_client(session, profile) as client:
        found = client.grants()
    if as_json:
        session.print_json({"grants": [_as_json(state) for state in found]})
        return
    if not found:
        session.say("no_grants")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in _COLUMNS:
        right = name in ("minimum", "used")
        table.add_column(session.texts.say(f"column_{name}"), justify="right" if right else "left")
    for state in found:
        table.add_row(*map(Text, _row(session, state)))
    session.out.print(table)


def _row(session: Session, state: GrantState) -> tuple[str, ...]:
    grant = state.grant
    return (
        grant.grant_id.hex()[:_SHOWN_DIGITS],
        state.signed.digest.hex()[:_SHOWN_DIGITS],
        grant.to,
        grant.table,
        ", ".join(grant.columns),
        grant.purpose,
        format_time(grant.until),
        str(grant.minimum),
        f"{state.runs_used}/{grant.max_runs}",
        session.texts.say(f"grant_{_standing(state, SystemClock().now())}"),
    )


def _standing(state: GrantState, now: datetime) -> str:
    if state.revoked:
        return "revoked"
    if now >= state.grant.until:
        return "expired"
    return "open" if state.runs_used < state.grant.max_runs else "used_up"


def _as_json(state: GrantState) -> dict[str, object]:
    grant = state.grant
    return {
        "grant": grant.grant_id.hex(),
        "digest": state.signed.digest.hex(),
        "to": grant.to,
        "table": grant.table,
        "columns": list(grant.columns),
        "purpose": grant.purpose,
        "legal_basis": grant.legal_basis,
        "issued": format_time(grant.issued),
        "until": format_time(grant.until),
        "min_count": grant.minimum,
        "max_runs": grant.max_runs,
        "runs_used": state.runs_used,
        "single_source": grant.single_source,
        "revoked": state.revoked,
        "state": _standing(state, SystemClock().now()),
        "signed_by": state.signed.signer,
    }
