"""``accord data``: from a file to a published table."""

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from accord.cli.files import check_readable
from accord.cli.persons import open_client
from accord.cli.session import As, Json, Session, session_of
from accord.client.files import write_new_file
from accord.client.summaries import Finding, TableState
from accord.domain.catalogue import Column, ColumnType
from accord.domain.errors import explain, from_code
from accord.domain.text import printable
from accord.query.dates import date_text
from accord.query.numbers import decimal_text

app = typer.Typer(add_completion=False)


@app.callback()
def data() -> None:
    """Carries no options; the texts hold the help."""


@app.command()
def inspect(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE")],
    *,
    table: Annotated[str, typer.Option("--table", metavar="TABLE")] = "",
    password_env: Annotated[str, typer.Option("--password-env", metavar="NAME")] = "",
    password_file: Annotated[Path | None, typer.Option("--password-file", metavar="FILE")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DESCRIPTION")] = None,
) -> None:
    """Write a first description of a file, or of a table of a database."""
    session = session_of(context)
    if "://" in source:
        text = _inspected_table(source, table, password_env, password_file)
        name, shown = table.rpartition(".")[2], f"{source} --table {shlex.quote(table)}"
    else:
        text, name, shown = _inspected_file(Path(source)), Path(source).stem, source
    if out is None:
        session.out.print(text, markup=False, soft_wrap=True, end="")
        session.say("inspected_only", source=shown, out=f"{name}.toml")
    else:
        write_new_file(out, text.encode())
        session.say("inspected", file=out)


def _inspected_file(file: Path) -> str:
    # The other commands of this group need no DuckDB.
    from accord.node.sources.inspect import inspect_file  # noqa: PLC0415

    check_readable(file)
    return inspect_file(file)


def _inspected_table(url: str, table: str, password_env: str, password_file: Path | None) -> str:
    from accord.node.sources.inspect import inspect_table, place_at  # noqa: PLC0415

    file = password_file.absolute() if password_file else None
    return inspect_table(place_at(url, table, password_env, file))


@app.command()
def publish(
    context: typer.Context,
    description: Annotated[Path, typer.Argument(metavar="DESCRIPTION")],
    *,
    profile: As = None,
    as_json: Json = False,
) -> None:
    """Publish a part."""
    session = session_of(context)
    with open_client(session, profile) as client:
        done = client.publish(description)
    if as_json:
        value = {"table": done.table, "rows": done.rows, "epoch": done.epoch}
        session.print_json({**value, "record": done.record})
        return
    session.out.print(f"{done.table} {done.rows}")
    session.say(
        "published", table=done.table, rows=f"{done.rows:,}", epoch=done.epoch, record=done.record
    )


@app.command("list")
def list_tables(context: typer.Context, *, profile: As = None, as_json: Json = False) -> None:
    """Show every table."""
    session = session_of(context)
    with open_client(session, profile) as client:
        found = client.tables()
    if as_json:
        session.print_json({"tables": [_as_json(state) for state in found]})
        return
    if not found:
        session.say("no_tables")
    for state in found:
        _print_table(session, state)


@app.command()
def findings(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 50,
    profile: As = None,
    as_json: Json = False,
) -> None:
    """Show what runs found wrong with this member's data."""
    session = session_of(context)
    with open_client(session, profile) as client:
        found = client.findings(limit)
    if as_json:
        session.print_json({"findings": [_finding_as_json(finding) for finding in found]})
        return
    if not found:
        session.say("no_findings")
    for finding in found:
        error = from_code(finding.code, {})
        head = Text.assemble(f"{finding.at}  ", (finding.table, "bold"), f"  {finding.code}")
        run = session.texts.say("finding_run", run=finding.run_id.hex() or "-")
        session.out.print(head.append(f"  {run}"), soft_wrap=True)
        session.out.print(Text(f"  {explain(error, session.texts.language).what}"), soft_wrap=True)
        session.out.print(Text(f"  {printable(finding.text)}"), soft_wrap=True)


def _finding_as_json(finding: Finding) -> dict[str, object]:
    return {
        "at": finding.at,
        "table": finding.table,
        "code": finding.code,
        "text": finding.text,
        "run": finding.run_id.hex() or None,
    }


def _print_table(session: Session, state: TableState) -> None:
    table, texts = state.table, session.texts
    title = table.title_zh if texts.language == "zh" else table.title_en
    heard = {*state.published, *state.differing}
    missing = [part for part in table.parts if part not in heard]
    session.out.print(Text.assemble((table.name, "bold"), f"  {title}"))
    session.out.print(texts.say("table_parts", parts=", ".join(table.parts)), soft_wrap=True)
    for key, members in (("table_missing", missing), ("table_differing", state.differing)):
        if members:
            session.out.print(Text(texts.say(key, parts=", ".join(members)), "yellow"))
    columns = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for key in ("column", "type", "range", "unit", "title"):
        columns.add_column(texts.say(f"column_{key}"), no_wrap=key != "range")
    for column in table.columns:
        shown = column.title_zh if texts.language == "zh" else column.title_en
        row = (column.name, _type(column), _range(session, column), column.unit, shown)
        columns.add_row(*map(Text, row))
    session.out.print(columns)


def _type(column: Column) -> str:
    scale = f"({column.scale})" if column.scale else ""
    return f"{column.type.value}{scale}{'?' if column.nulls else ''}"


def _range(session: Session, column: Column) -> str:
    if column.domain:
        return session.texts.say("table_domain", count=len(column.domain))
    if column.minimum is None or column.maximum is None:
        return ""
    return f"{_shown(column, column.minimum)} … {_shown(column, column.maximum)}"


def _shown(column: Column, value: int) -> str:
    if column.type is ColumnType.DATE:
        return date_text(value)
    return decimal_text(value, column.scale)


def _as_json(state: TableState) -> dict[str, object]:
    table = state.table
    columns = [
        {
            "name": column.name,
            "type": column.type.value,
            "scale": column.scale,
            "nulls": column.nulls,
            "domain": list(column.domain),
            "bins": list(column.bins),
            "unit": column.unit,
        }
        for column in table.columns
    ]
    return {
        "table": table.name,
        "digest": table.digest().hex(),
        "key": table.key,
        "parts": list(table.parts),
        "published": list(state.published),
        "differing": list(state.differing),
        "columns": columns,
    }
