"""`svtracker db`: the database itself."""

import typer

from svtracker.cli.door import opened

app = typer.Typer(help="The database: bring it up to date, check it.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def upgrade() -> None:
    """Bring the database up to date; creates it where there is none.

    Runs every migration that is missing, in one transaction. A second run changes nothing.
    """
    from svtracker.settings import read_settings
    from svtracker.storage import migrations

    ran = migrations.upgrade(read_settings().database_url)
    for name in ran:
        typer.echo(f"ran {name}")
    if not ran:
        typer.echo(f"nothing to do: the database is at {migrations.head()}")


@app.command()
def check() -> None:
    """Check the database: migrations, tables, every version of a measure set, and the record of events.

    Each stored version must be what its stored file says, and that file must have the SHA-256 of its release.
    Each chain of events must be whole; its last hash is printed, to be kept elsewhere and compared another day.
    Problems go to standard error, one per line, with exit status 2.
    """
    # The services fill the metadata with the tables of their rooms, which the comparison needs.
    from svtracker.audit import service as audit
    from svtracker.frameworks import service as frameworks
    from svtracker.kernel import wording
    from svtracker.kernel.exceptions import RefusedError
    from svtracker.kernel.problems import Problem
    from svtracker.registers import service as registers
    from svtracker.storage import migrations

    with opened() as (settings, database):
        migrations.require_head(settings.database_url)
        problems = [
            Problem(file=database.name, path="tables", seen=difference, wanted="the tables of this program")
            for difference in migrations.differences(settings.database_url)
        ]
        indices = registers.reference_figures(settings.reference_dir).indices
        with database.reading() as session:
            versions = frameworks.list_versions(session)
            problems += frameworks.check_stored_versions(session, indices=indices)
            problems += audit.check_chains(session)
            heads = audit.list_heads(session)
        if problems:
            raise RefusedError(problems)
    typer.echo(f"migrations: at {migrations.head()}")
    typer.echo("tables: as this program needs them")
    typer.echo(f"measure sets: {wording.counted(len(versions), 'version')}, each as its file says")
    for head in heads:
        name, events = audit.chain_name(head.organisation_id), wording.counted(head.sequence, "event")
        typer.echo(f"{name}: {events}, unbroken, the last with hash {head.hash}")
