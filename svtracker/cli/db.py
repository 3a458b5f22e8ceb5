"""`svtracker db`: the database itself."""

from pathlib import Path
from typing import Annotated

import typer

from svtracker.cli.door import opened

app = typer.Typer(
    help="The database: bring it up to date, check it, back it up, restore it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


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
    """Check the database: migrations, tables, every version of a measure set, the record, accounts, tenders, contracts.

    Each stored version must be what its stored file says, and that file must have the SHA-256 of its release.
    Each chain of events must be whole; its last hash is printed, to be kept elsewhere and compared another day.
    Accounts and roles must be what the events add up to. Every decided tender is put together from its rows and scored
    again, and every bid must be the one that came in.
    Problems go to standard error, one per line, with exit status 2.
    """
    # The services fill the metadata with the tables of their rooms, which the comparison needs.
    from svtracker.audit import service as audit
    from svtracker.delivery.service import checking as delivery
    from svtracker.delivery.service import contracts as contracts_of
    from svtracker.frameworks import service as frameworks
    from svtracker.frameworks.rules.owners import WHOLE_INSTALLATION
    from svtracker.identity import service as identity
    from svtracker.kernel import wording
    from svtracker.kernel.exceptions import RefusedError
    from svtracker.kernel.problems import Problem
    from svtracker.registers import service as registers
    from svtracker.storage import migrations
    from svtracker.tenders.service import results as tenders

    with opened() as (settings, database):
        migrations.require_head(settings.database_url)
        problems = [
            Problem(file=database.name, path="tables", seen=difference, wanted="the tables of this program")
            for difference in migrations.differences(settings.database_url)
        ]
        indices = registers.reference_figures(settings.reference_dir).indices
        with database.reading() as session:
            versions = frameworks.list_versions(session, whose=WHOLE_INSTALLATION)
            problems += frameworks.check_stored_versions(session, indices=indices)
            problems += audit.check_chains(session)
            problems += identity.check_accounts(session)
            councils = registers.list_organisations(session)
            for one in councils:
                problems += tenders.check_tenders(session, organisation_id=one.id)
                problems += delivery.check_contracts(session, organisation_id=one.id)
            decided = sum(len(tenders.list_decided(session, organisation_id=one.id)) for one in councils)
            contracts = sum(contracts_of.count_contracts(session, organisation_id=one.id) for one in councils)
            people = len(identity.list_users(session, organisation_id=None))
            heads = audit.list_heads(session)
        if problems:
            raise RefusedError(problems)
    typer.echo(f"migrations: at {migrations.head()}")
    typer.echo("tables: as this program needs them")
    typer.echo(f"measure sets: {wording.counted(len(versions), 'version')}, each as its file says")
    typer.echo(f"accounts: {wording.counted(people, 'person', 'people')}, each as the events tell")
    typer.echo(f"tenders: {decided:,} decided, every frozen result scored again the same")
    typer.echo(f"contracts: {contracts:,}, each as it was awarded, the latest row of every claim counts")
    for head in heads:
        name, events = audit.chain_name(head.organisation_id), wording.counted(head.sequence, "event")
        typer.echo(f"{name}: {events}, unbroken, the last with hash {head.hash}")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="File to write, as in council.backup.zip.", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace a file of that name.")] = False,
) -> None:
    """Write every row to one file while people work; SQLite and PostgreSQL take it back alike.

    The file holds one state of the data: all that was saved before the backup began. It is read back before it gets
    its name; one that was interrupted leaves at most a file that ends in .part, which can be deleted.
    """
    from svtracker.kernel import wording
    from svtracker.storage import backup as backups

    with opened() as (_, database):
        manifest = backups.back_up(database, file, force=force)
    tables = wording.counted(len(manifest.tables), "table")
    typer.echo(f"wrote {file}: {wording.counted(manifest.rows, 'row')} of {tables} at {manifest.migration}")
    typer.echo(f"sha256 {backups.sha256_of(file)}")


@app.command()
def tidy(
    commit: Annotated[bool, typer.Option("--commit", help="Do it; without this, only say what would be done.")] = False,
) -> None:
    """Delete what has ended and is kept no longer; `svtracker serve` does so once a day.

    Tries to sign in and requests for a new password after a day, unfinished ways to the identity provider after ten
    minutes, sessions 30 days after their end (the last of each account stays), personal links 90 days after they were
    closed. How much was deleted is recorded as an event; the events themselves always stay.
    """
    from dataclasses import asdict

    from svtracker.audit.rules.events import COMMAND_LINE
    from svtracker.identity import service

    with opened() as (_, database):
        if commit:
            with database.writing() as session:
                found = service.tidy(session, actor=COMMAND_LINE)
        else:
            with database.reading() as session:
                found = service.plan_tidying(session)
    for name, number in asdict(found).items():
        if number:
            typer.echo(f"{name.replace('_', ' ')}: {number:,} {'deleted' if commit else 'would be deleted'}")
    if not found:
        typer.echo("nothing to do: nothing that has ended is older than it may be")
    elif not commit:
        typer.echo("Nothing was changed. Run it again with --commit to delete them.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `svtracker db backup` wrote.", show_default=False)],
) -> None:
    """Fill an empty place with a backup: all of it or nothing; then check the database.

    The place is the one of SVTRACKER_DATABASE_URL: a SQLite file that does not exist yet, or a PostgreSQL database
    without tables. Migrations that are newer than the backup run afterwards.
    """
    from svtracker.kernel import wording
    from svtracker.settings import read_settings
    from svtracker.storage import backup as backups

    restored = backups.restore(read_settings().database_url, file)
    manifest = restored.manifest
    tables = wording.counted(len(manifest.tables), "table")
    taken = f"{manifest.taken_at:%Y-%m-%d %H:%M} UTC"
    typer.echo(f"restored {wording.counted(manifest.rows, 'row')} of {tables}, backed up at {taken}")
    for name in restored.newer:
        typer.echo(f"ran {name}")
    check()
