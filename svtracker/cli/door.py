"""Where the command line meets the rooms: errors become words, settings and the database are opened."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from svtracker.kernel.exceptions import SvtrackerError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from svtracker.registers.store import Organisation
    from svtracker.settings import Settings
    from svtracker.storage.engines import Database

REFUSED = 2


class Door(TyperGroup):
    """The one place where an error on purpose becomes a text on standard error and exit status 2."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command; what it raises on purpose is written for the person who can act."""
        try:
            return super().invoke(ctx)
        except SvtrackerError as error:
            message = str(error)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            message = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        typer.echo(message, err=True)
        raise typer.Exit(REFUSED)


@contextmanager
def opened() -> Iterator[tuple["Settings", "Database"]]:
    """The settings and the database that they name; closed again at the end."""
    from svtracker.settings import read_settings
    from svtracker.storage.engines import Database

    settings = read_settings()
    database = Database(settings.database_url)
    try:
        yield settings, database
    finally:
        database.dispose()


def organisation_named(session: "Session", slug: str | None) -> "Organisation":
    """The organisation with that slug; without one, that which was added first."""
    from svtracker.kernel.exceptions import NotFoundError
    from svtracker.registers import service as registers

    if slug is not None:
        return registers.find_organisation(session, slug)
    found = registers.current_organisation(session)
    if found is None:
        raise NotFoundError(what="organisation", name="", do="Add one with “svtracker organisations add”.")
    return found
