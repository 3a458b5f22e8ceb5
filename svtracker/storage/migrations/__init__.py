"""Bringing a database to the tables that this version of the program needs, and checking that it has them.

Each migration is a file of `versions/` whose name is a numbered sentence. All that are missing run in one writing
transaction, so two programs that start at once wait for one another, and a failure leaves the database as it was.
"""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlmodel import SQLModel

from svtracker.kernel.exceptions import DatabaseNotReadyError
from svtracker.storage import engines

FOLDER = Path(__file__).parent

# How alembic compares tables with classes; the plugin adds named CHECK constraints, which it leaves out by itself.
COMPARE: dict[str, Any] = {
    "compare_type": True,
    "compare_server_default": True,
    "render_as_batch": True,
    "autogenerate_plugins": ["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
}


def upgrade(url: str) -> tuple[str, ...]:
    """Runs every migration that the database has not seen, creating the database file where there is none.

    Answers the names of those that ran; a second run answers none.
    """
    engine = engines.migration_engine(engines.parse_url(url))
    try:
        with engine.begin() as connection:
            return run(connection)
    finally:
        engine.dispose()


def run(connection: Connection, *, to: str = "head") -> tuple[str, ...]:
    """Runs the migrations that are missing up to one of them, inside the transaction of the connection.

    Answers the names of those that ran.
    """
    before = current_of(connection)
    command.upgrade(_config(connection), to)
    _refuse_dangling_rows(connection)
    revisions = ScriptDirectory.from_config(_config()).iterate_revisions(to, before or "base")
    return tuple(reversed([revision.revision for revision in revisions]))


def current(url: str) -> str | None:
    """The name of the last migration that ran in the database, or none where it is empty."""
    database = engines.Database(url)
    try:
        with database.reading() as session:
            return current_of(session.connection())
    finally:
        database.dispose()


def current_of(connection: Connection) -> str | None:
    """The name of the last migration that ran, as the transaction of the connection sees it."""
    return MigrationContext.configure(connection).get_current_revision()


def known() -> frozenset[str]:
    """The names of all migrations of this version of the program."""
    return frozenset(revision.revision for revision in ScriptDirectory.from_config(_config()).walk_revisions())


def head() -> str:
    """The name of the last migration that this version of the program knows."""
    name = ScriptDirectory.from_config(_config()).get_current_head()
    assert name is not None  # noqa: S101 - the program always ships with migrations
    return name


def require_head(url: str) -> None:
    """Stops where the database is older or newer than the program."""
    found, wanted = current(url), head()
    if found != wanted:
        raise DatabaseNotReadyError(
            database=engines.shown_url(engines.parse_url(url)),
            why=f"its last migration is {found or 'none'}, this program needs {wanted}",
        )


def differences(url: str) -> tuple[str, ...]:
    """Where the tables of the database and the table classes differ, one line each; none is the right answer.

    Only classes that have been imported are compared: whoever asks imports the rooms first.
    """
    database = engines.Database(url)
    try:
        with database.reading() as session:
            context = MigrationContext.configure(session.connection(), opts=COMPARE)
            return tuple(str(difference) for difference in compare_metadata(context, SQLModel.metadata))
    finally:
        database.dispose()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _refuse_dangling_rows(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if dangling:
        raise RuntimeError(f"A migration left rows without the row that they refer to: {dangling[:5]}")
