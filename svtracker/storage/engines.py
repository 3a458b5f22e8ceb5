"""Opening the database, and the two units of work: one for reading, one for writing.

Writers queue. On SQLite a writing transaction starts with BEGIN IMMEDIATE, on PostgreSQL with one advisory lock that
every writer takes; so what a writer has read cannot change before it writes, and no update is lost. Isolation level
SERIALIZABLE would let PostgreSQL's writers run side by side, but it answers a conflict by asking for the whole
transaction again, and a unit of work is a `with` block, which cannot run twice. Behind the lock READ COMMITTED is
enough: every statement sees what the writer before has committed, and nobody else writes. Keep writing units short.

Readers never wait and see one state of the data from their first statement to their last (SQLite's write-ahead log,
PostgreSQL's REPEATABLE READ), and cannot write.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.orm import Session

from svtracker.kernel import numbers
from svtracker.kernel.exceptions import (
    DatabaseBusyError,
    DatabaseDamagedError,
    DatabaseNotReadyError,
    DatabaseUnavailableError,
    SvtrackerError,
    TotalTooLargeError,
)
from svtracker.storage import walls
from svtracker.storage.columns import LARGEST_TOTAL

# A late save is better than a refused one, and a page that hangs for longer helps nobody.
WAIT_SECONDS = 30

# Any fixed number will do, as long as every process of svtracker uses the same one.
_WRITERS_LOCK = 7_368_245

# Enough for every worker thread of the web server to hold one.
_POOL: dict[str, Any] = {"pool_size": 10, "max_overflow": 40, "pool_timeout": WAIT_SECONDS}

_NOT_READY = re.compile(r"no such (?:table|column)", re.ASCII)
_NOT_READY_STATES = frozenset({"42P01", "42703"})  # undefined table, undefined column
_BUSY_STATES = frozenset({"55P03", "40P01"})  # lock not available, deadlock
_TOO_LARGE_STATES = frozenset({"22003"})  # numeric value out of range


class WritingSession(Session):
    """A session whose transaction ends with its unit of work, and only there."""

    def commit(self) -> NoReturn:
        """Refused: a service never commits; the unit of work does, once, at its end."""
        raise RuntimeError("A service never commits: the unit of work commits once, at its end.")


class Database:
    """One database, with an engine for readers and an engine for writers."""

    def __init__(self, url: str) -> None:
        self.url = parse_url(url)
        self._read = _engine(self.url, read_only=True, **_POOL)
        self._write = _engine(self.url, read_only=False, **_POOL)
        for engine in (self._read, self._write):
            walls.watch(engine)

    @property
    def name(self) -> str:
        """The address of the database as it may stand in a message: without its password."""
        return shown_url(self.url)

    def reader(self) -> Session:
        """A session for a unit of work that reads, of whoever closes it; it connects when it is first asked."""
        return Session(self._read, autoflush=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A unit of work that reads one state of the data and cannot write."""
        with self.reader() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A unit of work that may read and write: all of it is saved at its end, or nothing where it fails."""
        with WritingSession(self._write, expire_on_commit=False) as session, session.begin():
            yield session

    def dispose(self) -> None:
        """Closes every connection."""
        self._read.dispose()
        self._write.dispose()


def parse_url(url: str) -> URL:
    """The address of a database: `sqlite:///path/to/file.db` or `postgresql://user:password@host/name`."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseUnavailableError(database=f"“{url}”", why="this is no address of a database") from None
    match parsed.get_backend_name():
        case "sqlite":
            if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
                raise DatabaseUnavailableError(
                    database=f"“{url}”", why="a SQLite database must be named as a file: sqlite:///folder/file.db"
                )
            return parsed.set(drivername="sqlite+pysqlite", database=str(Path(parsed.database).absolute()))
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise DatabaseUnavailableError(
                database=shown_url(parsed), why=f"svtracker works with sqlite and postgresql, not with {other}"
            )


def shown_url(url: URL) -> str:
    """The address as it may stand in a message: a file's path, or the address without its password."""
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def migration_engine(url: URL) -> Engine:
    """An engine for migrations: a writer that may create the database file and that rebuilds tables.

    Foreign keys are off while SQLite rebuilds a table, because dropping the old copy would count as deleting its
    rows; `migrations.upgrade` checks them before it commits.
    """
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    return _engine(url, read_only=False, create=True, foreign_keys=False, poolclass=NullPool)


def _engine(url: URL, *, read_only: bool, create: bool = False, foreign_keys: bool = True, **pool: Any) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS}, **pool)
        _prepare_sqlite(engine, read_only=read_only, create=create, foreign_keys=foreign_keys)
    else:
        try:
            engine = create_engine(url, isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED", **pool)
        except (ModuleNotFoundError, NoSuchModuleError):
            raise DatabaseUnavailableError(
                database=shown_url(url), why="the package psycopg is missing (pip install 'svtracker[postgres]')"
            ) from None
        _prepare_postgresql(engine, read_only=read_only)
    event.listen(engine, "handle_error", _translate)
    return engine


def _prepare_sqlite(engine: Engine, *, read_only: bool, create: bool, foreign_keys: bool) -> None:
    file = Path(str(engine.url.database))

    @event.listens_for(engine, "do_connect")
    def refuse_to_create(*_: object) -> None:
        if not create and not file.exists():
            raise DatabaseNotReadyError(database=str(file), why="there is no such file")

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        # Python's driver would start a transaction by itself, and only at the first write; `begin` below does it.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")  # readers and the writer do not block one another
        # Every commit reaches the disk before a person reads “saved”; NORMAL may lose the last ones in a power cut.
        connection.execute("PRAGMA synchronous = FULL")
        # What was erased or deleted is overwritten in the file too; not every SQLite is built so.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        if read_only:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _prepare_postgresql(engine: Engine, *, read_only: bool) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET lock_timeout = '{WAIT_SECONDS}s'")
        cursor.close()
        connection.commit()
        if read_only:
            connection.read_only = True

    if not read_only:

        @event.listens_for(engine, "begin")
        def queue(connection: Connection) -> None:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")


def _translate(context: ExceptionContext) -> None:
    """Turns what a driver says into an error of ours where there is something that a person can do."""
    error = context.original_exception
    if isinstance(error, SvtrackerError):
        raise error  # a column type refused a figure: say so, not that a statement failed
    engine = context.engine
    name = shown_url(engine.url) if engine is not None else ""
    state, text = getattr(error, "sqlstate", None), str(error)
    kind = type(error).__name__
    if state in _TOO_LARGE_STATES or text == "integer overflow":
        raise TotalTooLargeError(largest=f"{numbers.round_down(LARGEST_TOTAL, 2):,}") from error
    if state in _BUSY_STATES or "database is locked" in text:
        raise DatabaseBusyError(seconds=WAIT_SECONDS) from error
    if state in _NOT_READY_STATES or (kind == "OperationalError" and _NOT_READY.match(text)):
        raise DatabaseNotReadyError(database=name, why=text.splitlines()[0]) from error
    if "disk image is malformed" in text:
        raise DatabaseDamagedError(database=name, why=text.splitlines()[0]) from error
    if context.connection is None or "unable to open database file" in text or "file is not a database" in text:
        raise DatabaseUnavailableError(database=name, why=text.splitlines()[0] if text else kind) from error
