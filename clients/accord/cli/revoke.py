"""``accord revoke``: ends a grant for good."""

from typing import Annotated

import typer

from accord.cli.identifiers import find_id
from accord.cli.persons import open_client
from accord.cli.session import As, Json, session_of
from accord.client.client import Client

app = typer.Typer(add_completion=False)


@app.command()
def revoke(
    context: typer.Context,
    grant: Annotated[str, typer.Argument(metavar="ID")],
    *,
    profile: As = None,
    as_json: Json = False,
) -> None:
    """End a grant."""
    session = session_of(context)
    with open_client(session, profile) as client:
        grant_id = _find_grant(client, grant)
        record = client.revoke(grant_id)
    if as_json:
        session.print_json({"grant": grant_id.hex(), "record": record})
        return
    session.out.print(grant_id.hex())
    session.say("revoked", record=record)


def _find_grant(client: Client, text: str) -> bytes:
    known = lambda: (state.grant.grant_id for state in client.grants())  # noqa: E731
    return find_id(text, known, "grant", "accord grants")
