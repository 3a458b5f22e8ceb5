"""`svtracker organisations`: the councils and partner bodies that work with this installation."""

import json
from typing import Annotated

import typer

from svtracker.cli.door import opened

app = typer.Typer(
    help="The councils and partner bodies of this installation: add one, list them.",
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
