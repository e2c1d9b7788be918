"""``accord grant``: what a data steward lets one member ask."""

import os
from typing import Annotated

import typer

from accord.cli.persons import open_client
from accord.cli.purposes import check_purpose
from accord.cli.session import As, Json, session_of
from accord.client.grants import DEFAULT_RUNS, Terms, parse_until
from accord.domain.grant import DEFAULT_MINIMUM, GRANT_ID_BYTES

app = typer.Typer(add_completion=False)


@app.command()
def grant(  # noqa: PLR0913 - one parameter per option
    context: typer.Context,
    *,
    to: Annotated[str, typer.Option("--to", metavar="MEMBER")],
    dataset: Annotated[str, typer.Option("--dataset", metavar="TABLE")],
    columns: Annotated[str, typer.Option("--columns", metavar="A,B,…")],
    purpose: Annotated[str, typer.Option("--purpose", metavar="TEXT")],
    legal_basis: Annotated[str, typer.Option("--legal-basis", metavar="TEXT")],
    until: Annotated[str, typer.Option("--until", metavar="DATE")],
    min_count: Annotated[int, typer.Option("--min-count")] = DEFAULT_MINIMUM,
    max_runs: Annotated[int, typer.Option("--max-runs")] = DEFAULT_RUNS,
    single_source: Annotated[bool, typer.Option("--single-source")] = False,
    profile: As = None,
    as_json: Json = False,
) -> None:
    """Sign and register a grant."""
    session = session_of(context)
    check_purpose(purpose)
    terms = Terms(
        to=to,
        table=dataset,
        columns=tuple(name.strip() for name in columns.split(",") if name.strip()),
        purpose=purpose,
        legal_basis=legal_basis,
        until=parse_until(until),
        minimum=min_count,
        max_runs=max_runs,
        single_source=single_source,
    )
    with open_client(session, profile) as client:
        given, record = client.grant(terms, os.urandom(GRANT_ID_BYTES))
    if as_json:
        session.print_json({"grant": given.grant_id.hex(), "record": record})
        return
    session.out.print(given.grant_id.hex())
    session.say("granted", to=to, table=dataset, record=record)
