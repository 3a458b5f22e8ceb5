"""The file of a backup: how rows, tables and the manifest stand in it, and the proof that all of it is there.

The file is a ZIP archive. `manifest.json` says at which migration the database was and lists each table with its
columns, its number of rows and the SHA-256 of its rows; `tables/<name>.jsonl` has one row per line, as a JSON list in
the order of the columns. Columns stand by name and rows by key, so one state gives the same SHA-256 on SQLite and on
PostgreSQL. Rows are written and read a few at a time, so memory stays flat however large a table is.
"""

import base64
import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import sqlalchemy as sa

from svtracker.kernel.exceptions import BackupUnusableError
from svtracker.kernel.problems import shown
from svtracker.storage.walls import across

FORMAT = "svtracker backup"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"

# Bounds for what a made-up file could ask for; a real row is bounded by the largest upload.
_LONGEST_MANIFEST = 16 * 1024 * 1024
_LONGEST_ROW = 256 * 1024 * 1024

# How many rows are held at a time: few where a row may carry a file.
_ROWS_AT_A_TIME = 500
_ROWS_WITH_FILES_AT_A_TIME = 5

# What the libraries raise at an archive whose bytes are not what they should be.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    LookupError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
)

_Plain = TypeVar("_Plain", str, int)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How values of a column stand in Python, in the file and in the database."""

    python: type
    sql: sa.types.TypeEngine[Any]
    written: type = str
    write: Callable[[Any], Any] = lambda value: value
    read: Callable[[Any], Any] = lambda value: value


def _time_text(value: datetime) -> str:
    # SQLite keeps no zone; every time in the database is UTC.
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="microseconds")


_KINDS = {
    "whole number": _Kind(python=int, sql=sa.BigInteger(), written=int),
    "text": _Kind(python=str, sql=sa.Text()),
    "yes or no": _Kind(python=bool, sql=sa.Boolean(), written=bool),
    "day": _Kind(python=date, sql=sa.Date(), write=date.isoformat, read=date.fromisoformat),
    "time": _Kind(python=datetime, sql=sa.DateTime(timezone=True), write=_time_text, read=datetime.fromisoformat),
    "bytes": _Kind(
        python=bytes,
        sql=sa.LargeBinary(),
        write=lambda value: base64.b64encode(value).decode("ascii"),
        read=lambda value: base64.b64decode(value, validate=True),
    ),
}
_KIND_OF = (
    (sa.Boolean, "yes or no"),
    (sa.DateTime, "time"),
    (sa.Date, "day"),
    (sa.Integer, "whole number"),
    (sa.LargeBinary, "bytes"),
    (sa.String, "text"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table in a backup; its kind is a word of the closed list above."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRows:
    """A table in a backup: its columns by name, and the number and SHA-256 of its rows."""

    name: str
    columns: tuple[Column, ...]
    rows: int
    sha256: str

    @property
    def member(self) -> str:
        """Where its rows stand in the archive."""
        return f"tables/{self.name}.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds: the last migration of the database, when it was taken, and every table."""

    migration: str
    taken_at: datetime
    tables: tuple[TableRows, ...]

    @property
    def rows(self) -> int:
        """The rows of all tables together."""
        return sum(table.rows for table in self.tables)


def unusable(file: Path, why: str) -> BackupUnusableError:
    """The refusal of a file that is not what a backup is."""
    return BackupUnusableError(file=str(file), why=why, do="Take another copy of the backup, or an earlier backup.")


def table_of(connection: sa.Connection, name: str) -> sa.Table:
    """A table as it stands in the database, its columns by name and of the kinds that a backup knows."""
    found = sa.inspect(connection)
    keys = found.get_pk_constraint(name)["constrained_columns"]
    columns = [
        sa.Column(column["name"], _KINDS[_kind(name, column)].sql, primary_key=column["name"] in keys)
        for column in sorted(found.get_columns(name), key=lambda column: column["name"])
    ]
    return sa.Table(name, sa.MetaData(), *columns)


def columns_of(table: sa.Table) -> tuple[Column, ...]:
    """The columns of such a table as they stand in a manifest."""
    words = {kind.sql.__class__: word for word, kind in _KINDS.items()}
    return tuple(Column(name=column.name, kind=words[type(column.type)]) for column in table.columns)


def lines_of(connection: sa.Connection, table: sa.Table) -> Iterator[bytes]:
    """Every row of a table as a line of the file, by key."""
    columns = list(zip(columns_of(table), table.columns, strict=True))
    is_postgresql = connection.dialect.name == "postgresql"
    # PostgreSQL sorts texts as a language does; the file has one order, that of the bytes.
    order = [
        column.collate("C") if is_postgresql and isinstance(column.type, sa.String) else column
        for column in table.primary_key.columns or table.columns
    ]
    rows = connection.execute(
        across(sa.select(table).order_by(*order), "a backup holds the whole installation"),
        execution_options={"yield_per": _rows_at_a_time(table)},
    )
    for row in rows:
        line = json.dumps(
            [_written(table.name, column, value) for (column, _), value in zip(columns, row, strict=True)],
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        if len(line) >= _LONGEST_ROW:
            raise ValueError(f"A row of {table.name} is longer than a backup can hold.")
        yield line + b"\n"


def summary(connection: sa.Connection, table: sa.Table, *, write: Callable[[bytes], Any] | None = None) -> TableRows:
    """The rows of a table counted and hashed, and written line by line where they are wanted."""
    digest, rows = hashlib.sha256(), 0
    for line in lines_of(connection, table):
        digest.update(line)
        rows += 1
        if write is not None:
            write(line)
    return TableRows(name=table.name, columns=columns_of(table), rows=rows, sha256=digest.hexdigest())


class Writer:
    """A backup while it is written; the manifest comes last, so that a file that was cut has none."""

    def __init__(self, stream: BinaryIO, *, taken_at: datetime) -> None:
        self._archive = zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED)
        self._taken_at = taken_at.astimezone(UTC)
        self._tables: list[TableRows] = []

    def add(self, connection: sa.Connection, name: str) -> None:
        """Writes the rows of a table."""
        table = table_of(connection, name)
        empty = TableRows(name=name, columns=(), rows=0, sha256="")
        with self._archive.open(self._entry(empty.member), "w", force_zip64=True) as member:
            self._tables.append(summary(connection, table, write=member.write))

    def give_up(self) -> None:
        """Lets go of the stream; what stands in it is no backup."""
        with suppress(OSError):  # the disk that is full is told by what came before
            self._archive.close()

    def finish(self, *, migration: str) -> None:
        """Writes the manifest and the list of contents."""
        manifest = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "migration": migration,
            "taken_at": _time_text(self._taken_at),
            "tables": [asdict(table) for table in self._tables],
        }
        self._archive.writestr(self._entry(MANIFEST), json.dumps(manifest, indent=1, ensure_ascii=False))
        self._archive.close()

    def _entry(self, name: str) -> zipfile.ZipInfo:
        taken = self._taken_at
        entry = zipfile.ZipInfo(name, (taken.year, taken.month, taken.day, taken.hour, taken.minute, taken.second))
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o600 << 16  # bids are confidential
        return entry


class Reader:
    """A backup opened for reading; whatever is wrong with the file is said by name."""

    def __init__(self, file: Path, archive: zipfile.ZipFile) -> None:
        self.file, self._archive = file, archive
        self.manifest = self._read_manifest()

    def require_whole(self) -> None:
        """Reads everything once and stops where a table is not what the manifest says."""
        for table in self.manifest.tables:
            digest, rows = hashlib.sha256(), 0
            for line in self._lines(table):
                digest.update(line)
                rows += 1
            if (rows, digest.hexdigest()) != (table.rows, table.sha256):
                raise unusable(self.file, f"the rows of the table {table.name} are not those that were backed up")

    def batches(self, table: TableRows, sql: sa.Table) -> Iterator[list[dict[str, Any]]]:
        """The rows of a table, a few at a time, as they go into the database."""
        lines = enumerate(self._lines(table), start=1)
        while batch := list(islice(lines, _rows_at_a_time(sql))):
            yield [self._row(table, number, line) for number, line in batch]

    def _row(self, table: TableRows, number: int, line: bytes) -> dict[str, Any]:
        try:
            values = json.loads(line)
            return {column.name: _read(column, value) for column, value in zip(table.columns, values, strict=True)}
        except (ValueError, TypeError, RecursionError):
            raise unusable(self.file, f"row {number} of the table {table.name} does not fit its columns") from None

    def _lines(self, table: TableRows) -> Iterator[bytes]:
        why = f"the rows of the table {table.name} cannot be read"
        with breaking(self.file, why), self._archive.open(table.member) as member:
            while line := member.readline(_LONGEST_ROW):
                if not line.endswith(b"\n"):
                    raise unusable(self.file, why)
                yield line

    def _read_manifest(self) -> Manifest:
        why = "it is no backup of svtracker, since it has no manifest that can be read"
        with breaking(self.file, why), self._archive.open(MANIFEST) as member:
            found = json.loads(member.read(_LONGEST_MANIFEST))
            if found["format"] != FORMAT:
                raise unusable(self.file, why)
        if found.get("format_version") != FORMAT_VERSION:
            raise BackupUnusableError(
                file=str(self.file),
                why=f"its format has the version {shown(found.get('format_version'))}, "
                f"and this program reads {FORMAT_VERSION}",
                do="Restore it with the version of svtracker that wrote it, or with a newer one.",
            )
        with breaking(self.file, "its manifest does not say what a backup holds"):
            manifest = _manifest(found)
        names = [table.name for table in manifest.tables]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise unusable(self.file, f"its manifest names the table {twice[0]} twice")
        listed = {MANIFEST, *(table.member for table in manifest.tables)}
        there = self._archive.namelist()
        if set(there) != listed or len(there) != len(listed):
            odd = sorted(set(there) ^ listed) or sorted(name for name in set(there) if there.count(name) > 1)
            raise unusable(self.file, f"its contents and its manifest differ: {shown(odd[0])}")
        return manifest


@contextmanager
def breaking(file: Path, why: str) -> Iterator[None]:
    """Turns what the libraries raise at broken bytes into the refusal of the file."""
    try:
        yield
    except OSError as error:
        raise unusable(file, f"{why} ({error.strerror or error})") from error
    except _BROKEN as error:
        raise unusable(file, why) from error


@contextmanager
def opened(file: Path) -> Iterator[Reader]:
    """The backup in a file, its list of contents and manifest read."""
    if not file.is_file():
        raise BackupUnusableError(
            file=str(file),
            why="it is no file" if file.exists() else "there is no such file",
            do="Name a file that “svtracker db backup” wrote.",
        )
    with file.open("rb") as stream:
        with breaking(file, "it is no backup of svtracker, or only the beginning of one"):
            archive = zipfile.ZipFile(stream)
        with archive:
            yield Reader(file, archive)


def _kind(table: str, column: Any) -> str:
    for sql, word in _KIND_OF:
        if isinstance(column["type"], sql):
            return word
    raise TypeError(f"A backup has no form for {table}.{column['name']}: {column['type']!r}.")


def _rows_at_a_time(table: sa.Table) -> int:
    with_files = any(isinstance(column.type, sa.LargeBinary) for column in table.columns)
    return _ROWS_WITH_FILES_AT_A_TIME if with_files else _ROWS_AT_A_TIME


def _written(table: str, column: Column, value: Any) -> Any:
    kind = _KINDS[column.kind]
    if value is None:
        return None
    if type(value) is not kind.python:  # SQLite keeps what it is given
        raise ValueError(f"{table}.{column.name} holds {shown(value)}, where a {column.kind} belongs.")
    return kind.write(value)


def _read(column: Column, value: Any) -> Any:
    kind = _KINDS[column.kind]
    if value is None:
        return None
    if type(value) is not kind.written:
        raise ValueError(f"{column.name} holds another kind of value")
    return kind.read(value)


def _manifest(found: Any) -> Manifest:
    tables = tuple(
        TableRows(
            name=_of(str, table["name"]),
            columns=tuple(Column(name=_of(str, one["name"]), kind=_of_kinds(one["kind"])) for one in table["columns"]),
            rows=_of(int, table["rows"]),
            sha256=_of(str, table["sha256"]),
        )
        for table in found["tables"]
    )
    return Manifest(
        migration=_of(str, found["migration"]), taken_at=datetime.fromisoformat(found["taken_at"]), tables=tables
    )


def _of(kind: type[_Plain], value: Any) -> _Plain:
    if type(value) is not kind:
        raise ValueError("another kind of value")
    return value


def _of_kinds(word: Any) -> str:
    if word not in _KINDS:
        raise ValueError("a kind of column that this program does not know")
    return str(word)
