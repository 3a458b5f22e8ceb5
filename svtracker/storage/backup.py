"""Backing up while people work, and restoring into an empty place.

A backup is one reading unit of work: the rows of one state, while writers go on. The file appears under its name only
when it is whole and has been read back.

A restore brings an empty place to the backup's migration, fills the tables, reads them back, compares them with the
manifest, and then runs the migrations that are newer. All of that is one transaction, on SQLite in a file beside the
place that is put there when it is whole: a restore that stops half-way leaves the place empty.
"""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import (
    BackupNotWrittenError,
    BackupUnusableError,
    DatabaseDamagedError,
    DatabaseNotEmptyError,
    DatabaseNotReadyError,
    DatabaseUnavailableError,
    NotRestoredError,
)
from svtracker.storage import archive, engines, migrations
from svtracker.storage.archive import Manifest, Reader
from svtracker.storage.engines import Database

# What SQLite keeps beside a database; left from an older one, it would be taken for changes to the restored one.
_BESIDE = ("-wal", "-shm", "-journal")

_HISTORY = "alembic_version"  # the manifest says it


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did: what the backup held, and the migrations that ran afterwards because they are newer."""

    manifest: Manifest
    newer: tuple[str, ...]


def back_up(database: Database, file: Path, *, force: bool = False, clock: Clock = system_clock) -> Manifest:
    """Writes all rows of one state of the database to a file, while others read and write.

    The file is read back before it gets its name. A file of that name stays as it is, unless `force` replaces it.
    """
    _require_free(file, force=force)
    try:
        with _part_of(file) as part:
            with part.open("wb") as stream:
                write(database, stream, clock=clock)
                stream.flush()
                os.fsync(stream.fileno())
            with archive.opened(part) as reader:
                reader.require_whole()
            _put_in_place(part, file, replace=force)
    except FileExistsError:
        _require_free(file, force=force)
        raise
    except BackupUnusableError as error:
        why = f"what was written could not be read back ({error.why})"
        raise BackupNotWrittenError(file=str(file), why=why, do="Check the disk, and back up again.") from error
    except OSError as error:
        raise BackupNotWrittenError(
            file=str(file), why=_why(error), do="Make room or name another place, and back up again."
        ) from error
    return reader.manifest


def write(database: Database, stream: BinaryIO, *, clock: Clock = system_clock) -> None:
    """Writes all rows of one state of the database to a stream."""
    with database.reading() as session:
        connection = session.connection()
        migration = migrations.current_of(connection)
        if migration is None:
            raise DatabaseNotReadyError(database=database.name, why="there is nothing in it to back up")
        require_sound(connection, name=database.name)
        writer = archive.Writer(stream, taken_at=clock())
        try:
            for name in _table_names(connection):
                writer.add(connection, name)
            writer.finish(migration=migration)
        except ValueError as error:
            raise DatabaseDamagedError(database=database.name, why=str(error)) from error
        finally:
            writer.give_up()


def check(file: Path) -> Manifest:
    """What a backup holds; stops where the file is not a whole and unchanged backup."""
    with archive.opened(file) as reader:
        reader.require_whole()
    return reader.manifest


def sha256_of(file: Path) -> str:
    """The SHA-256 of the whole file, to be noted down beside it."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def restore(url: str, file: Path) -> Restored:
    """Fills an empty place with a backup of either kind of database: all of it, or nothing."""
    place = engines.parse_url(url)
    with archive.opened(file) as reader:
        reader.require_whole()
        _require_known(reader)
        name = engines.shown_url(place)
        try:
            to_file = place.get_backend_name() == "sqlite"
            newer = _restore_to_file(place, reader) if to_file else _fill(place, reader)
        except FileExistsError as error:
            raise DatabaseNotEmptyError(database=name, why="there is a file of that name") from error
        except (SQLAlchemyError, OSError) as error:
            raise NotRestoredError(database=name, why=_why(error)) from error
    return Restored(manifest=reader.manifest, newer=newer)


def require_sound(connection: sa.Connection, *, name: str) -> None:
    """Stops where SQLite finds a damaged page or index, or a row without the row that it refers to.

    PostgreSQL checks its pages itself, when it reads them.
    """
    if connection.dialect.name != "sqlite":
        return
    said = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    if said != "ok":
        raise DatabaseDamagedError(database=name, why=str(said))
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if dangling:
        why = f"row {dangling[1]} of the table {dangling[0]} refers to a row of {dangling[2]} that is not there"
        raise DatabaseDamagedError(database=name, why=why)


def _require_free(file: Path, *, force: bool) -> None:
    if not os.path.lexists(file):
        return
    if not file.is_file() or file.is_symlink():
        raise BackupNotWrittenError(file=str(file), why="it is no ordinary file", do="Name a file.")
    if not force:
        do = "Name another file, or replace it with --force."
        raise BackupNotWrittenError(file=str(file), why="there is a file of that name", do=do)


def _require_known(reader: Reader) -> None:
    migration = reader.manifest.migration
    if migration not in migrations.known():
        raise BackupUnusableError(
            file=str(reader.file),
            why=f"it was taken at the migration {migration}, which this version of svtracker does not know",
            do="Restore it with the version of svtracker that wrote it, or with a newer one.",
        )


def _table_names(connection: sa.Connection) -> list[str]:
    return sorted(name for name in sa.inspect(connection).get_table_names() if name != _HISTORY)


def _restore_to_file(place: sa.URL, reader: Reader) -> tuple[str, ...]:
    file = Path(str(place.database))
    for one in (file, *(Path(f"{file}{ending}") for ending in _BESIDE)):
        if os.path.lexists(one):
            raise DatabaseNotEmptyError(database=str(file), why=f"there is a file {one.name}")
    file.parent.mkdir(parents=True, exist_ok=True)
    with _part_of(file) as part:
        try:
            newer = _fill(place.set(database=str(part)), reader)
        except (DatabaseDamagedError, DatabaseUnavailableError) as error:
            raise NotRestoredError(database=str(file), why=error.why) from error
        _put_in_place(part, file, replace=False)
    return newer


def _fill(place: sa.URL, reader: Reader) -> tuple[str, ...]:
    engine = engines.migration_engine(place)
    try:
        with engine.begin() as connection:
            if there := sa.inspect(connection).get_table_names():
                raise DatabaseNotEmptyError(database=engines.shown_url(place), why=f"there is a table {min(there)}")
            migrations.run(connection, to=reader.manifest.migration)
            tables = _matching_tables(connection, reader)
            with _references_checked_at_the_end(connection):
                for table in reader.manifest.tables:
                    for batch in reader.batches(table, tables[table.name]):
                        connection.execute(tables[table.name].insert(), batch)
            require_sound(connection, name=engines.shown_url(place))
            _count_on(connection, tables)
            for table in reader.manifest.tables:
                if archive.summary(connection, tables[table.name]) != table:
                    raise archive.unusable(reader.file, f"the table {table.name} did not come back as it was")
            return migrations.run(connection)
    finally:
        engine.dispose()


def _matching_tables(connection: sa.Connection, reader: Reader) -> dict[str, sa.Table]:
    tables = {name: archive.table_of(connection, name) for name in _table_names(connection)}
    here = {name: archive.columns_of(table) for name, table in tables.items()}
    there = {table.name: table.columns for table in reader.manifest.tables}
    for name in sorted(here.keys() | there.keys()):
        if here.get(name) != there.get(name):
            why = f"its table {name} is not the one of the migration {reader.manifest.migration}"
            raise archive.unusable(reader.file, why)
    return tables


@contextmanager
def _references_checked_at_the_end(connection: sa.Connection) -> Iterator[None]:
    """Rows come table by table, in no order of who refers to whom; references are made and checked afterwards.

    On SQLite the engine of migrations leaves them unchecked, and `require_sound` checks them.
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    found = connection.exec_driver_sql(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
    ).all()
    for table, name, _ in found:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for table, name, definition in found:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _count_on(connection: sa.Connection, tables: dict[str, sa.Table]) -> None:
    """On PostgreSQL, lets the numbers of new rows go on after the highest that was restored."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables.values():
        for column in table.primary_key.columns:
            asked = sa.select(sa.func.pg_get_serial_sequence(f'"{table.name}"', column.name))
            sequence = connection.execute(asked).scalar_one()
            highest = connection.execute(sa.select(sa.func.max(column))).scalar_one() if sequence else None
            if highest is not None:
                connection.execute(sa.select(sa.func.setval(sequence, highest)))


@contextmanager
def _part_of(file: Path) -> Iterator[Path]:
    """A new file beside the one that is meant, for its owner alone; gone at the end, whatever happens.

    Only a program that is killed leaves it behind, and its name says so.
    """
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".part", dir=file.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
    finally:
        for ending in ("", *_BESIDE):
            Path(f"{part}{ending}").unlink(missing_ok=True)


def _put_in_place(part: Path, file: Path, *, replace: bool) -> None:
    """Gives a whole file its name in one step, which survives a power cut."""
    if replace:
        part.replace(file)
    else:
        try:
            file.hardlink_to(part)  # unlike a rename, it never takes the place of another file
        except FileExistsError:
            raise
        except OSError as error:
            if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP}:
                raise
            if os.path.lexists(file):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(file)) from error
            part.rename(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _why(error: Exception) -> str:
    original = getattr(error, "orig", None) or error
    if isinstance(original, OSError) and original.strerror:
        return original.strerror
    return str(original).splitlines()[0] if str(original) else type(original).__name__
