"""`svtracker organisations`: the councils and partner bodies that work with this installation."""

import json
from pathlib import Path
from typing import Annotated

import typer

from svtracker.cli.door import opened

app = typer.Typer(
    help="The councils and partner bodies of this installation: add one, list them, export one.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help='Its name, as in "North Vale Council".', show_default=False)],
    slug: Annotated[
        str, typer.Option(help="Its word in addresses and in the record, as north-vale.", show_default=False)
    ],
    short_name: Annotated[
        str, typer.Option(help='Its name where room is short, as in "North Vale".', show_default=False)
    ],
) -> None:
    """Add an organisation to a migrated database; the one added first names the pages.

    Refused where its name, short name or slug is taken, and in a database that holds the demo.
    """
    from svtracker.audit.rules.events import COMMAND_LINE
    from svtracker.registers import service

    with opened() as (_, database), database.writing() as session:
        added = service.add_organisation(
            session, slug=slug, name=name, short_name=short_name, is_demo=False, actor=COMMAND_LINE
        )
    typer.echo(f"added {added.name} ({added.slug})")


@app.command()
def export(
    slug: Annotated[str, typer.Argument(help="The organisation's slug.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The ZIP to write; it must be new.")],
) -> None:
    """Write everything about one organisation as open files (CSV, JSON) with the meaning of each table and column.

    Nothing of another organisation is in it, and no password, token or secret. The record of events is in it with its
    hashes; README.txt in the archive says how to prove it without svtracker.
    """
    from svtracker.kernel import wording
    from svtracker.registers import service
    from svtracker.reports import leaving

    with opened() as (_, database), database.reading() as session:
        organisation = service.find_organisation(session, slug)
        with output.open("xb") as file:
            try:
                output.chmod(0o600)  # bids and names of people are in it
                found = leaving.write_export(session, organisation, file)
            except BaseException:
                output.unlink()
                raise
    rows, tables = wording.counted(found.total, "row"), wording.counted(len(found.rows), "table")
    typer.echo(f"wrote {output}: {rows} of {tables} about {organisation.name}")


@app.command("list")
def list_organisations(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the organisations in the order in which they were added."""
    from svtracker.registers import service

    with opened() as (_, database), database.reading() as session:
        found = service.list_organisations(session)
    if as_json:
        answer = [
            {
                "slug": one.slug,
                "name": one.name,
                "short_name": one.short_name,
                "is_demo": one.is_demo,
                "created_at": one.created_at.isoformat(),
            }
            for one in found
        ]
        typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
    elif not found:
        typer.echo("There is no organisation yet. Add one with “svtracker organisations add”.")
    else:
        width = max(len(one.slug) for one in found)
        for one in found:
            typer.echo(f"{one.slug:<{width}}  {one.name} ({one.short_name}){', the demo' if one.is_demo else ''}")
